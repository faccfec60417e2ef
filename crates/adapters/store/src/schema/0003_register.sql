-- The national register of corporate numbers, as its files tell it. Plain tables: they are what the newest file says.
CREATE TABLE register_firms (
  number          TEXT   PRIMARY KEY,
  name            TEXT   NOT NULL,
  name_key        TEXT   NOT NULL,
  kana            TEXT   NOT NULL,
  english_name    TEXT   NOT NULL,
  form            TEXT   NOT NULL,
  place           TEXT   NOT NULL,
  prefecture      TEXT   NOT NULL,
  prefecture_code TEXT   NOT NULL,
  city_code       TEXT   NOT NULL,
  postcode        TEXT   NOT NULL,
  process         TEXT   NOT NULL,
  assigned_on     TEXT   NOT NULL,
  changed_on      TEXT   NOT NULL,
  updated_on      TEXT   NOT NULL,
  sequence        BIGINT NOT NULL,
  closed_on       TEXT,
  closing_cause   TEXT,
  successor       TEXT,
  file            TEXT   NOT NULL,
  line            BIGINT NOT NULL
);
-- Every row of every file, once.
CREATE TABLE register_history (
  number     TEXT   NOT NULL,
  updated_on TEXT   NOT NULL,
  sequence   BIGINT NOT NULL,
  process    TEXT   NOT NULL,
  changed_on TEXT   NOT NULL,
  name       TEXT   NOT NULL,
  place      TEXT   NOT NULL,
  details    TEXT   NOT NULL,
  closed_on  TEXT,
  successor  TEXT,
  correction BIGINT NOT NULL,
  file       TEXT   NOT NULL,
  PRIMARY KEY (number, updated_on, sequence, process)
);
-- What was taken in, and how far.
CREATE TABLE register_files (
  digest      TEXT   PRIMARY KEY,
  name        TEXT   NOT NULL,
  lines       BIGINT NOT NULL,
  new         BIGINT NOT NULL,
  changed     BIGINT NOT NULL,
  past        BIGINT NOT NULL,
  older       BIGINT NOT NULL,
  refused     BIGINT NOT NULL,
  started_at  BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX register_by_name ON register_firms (name_key);
CREATE INDEX register_by_successor ON register_firms (successor);
