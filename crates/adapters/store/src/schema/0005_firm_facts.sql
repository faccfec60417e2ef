-- What sources say of firms, each fact with its source and day. Plain tables: a source's later word of the same day takes the earlier one's place.
CREATE TABLE firm_facts (
  number TEXT   NOT NULL,
  item   TEXT   NOT NULL,
  source TEXT   NOT NULL,
  as_of  TEXT   NOT NULL,
  value  TEXT   NOT NULL,
  file   TEXT   NOT NULL,
  line   BIGINT NOT NULL,
  PRIMARY KEY (number, item, source, as_of)
);
-- The tables that facts were taken from, whole.
CREATE TABLE fact_files (
  digest   TEXT   PRIMARY KEY,
  name     TEXT   NOT NULL,
  source   TEXT   NOT NULL,
  rows     BIGINT NOT NULL,
  facts    BIGINT NOT NULL,
  taken_at BIGINT NOT NULL
);
-- Firms that the office has told of a call.
CREATE TABLE told_firms (
  call_id TEXT   NOT NULL,
  number  TEXT   NOT NULL,
  told_by TEXT   NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (call_id, number)
);
CREATE INDEX register_by_place ON register_firms (place, number);
