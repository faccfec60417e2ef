-- One text for SQLite and PostgreSQL: columns are BIGINT and TEXT only. Instants are microseconds since 1970 in UTC, days and digests
-- are text, JSON is text, yes/no is 0 or 1.

-- The ledger. Nothing in it is ever edited; triggers refuse it.
CREATE TABLE acts (
  stream       TEXT   NOT NULL,
  seq          BIGINT NOT NULL CHECK (seq > 0),
  position     BIGINT NOT NULL UNIQUE CHECK (position > 0),
  kind         TEXT   NOT NULL,
  version      BIGINT NOT NULL,
  actor        TEXT   NOT NULL,
  authority    TEXT   NOT NULL,
  clause       TEXT   NOT NULL,
  edition      TEXT   NOT NULL,
  effective_on TEXT   NOT NULL,
  recorded_at  BIGINT NOT NULL,
  payload      TEXT   NOT NULL,
  prev_hash    TEXT   NOT NULL,
  hash         TEXT   NOT NULL,
  running      TEXT   NOT NULL,
  PRIMARY KEY (stream, seq)
);
-- The end of the ledger: how many acts there are, and the hash that runs through all of them.
CREATE TABLE chain (
  id          BIGINT PRIMARY KEY CHECK (id = 1),
  position    BIGINT NOT NULL,
  running     TEXT   NOT NULL,
  recorded_at BIGINT NOT NULL
);
CREATE TABLE requests (
  id          TEXT   PRIMARY KEY,
  result      TEXT   NOT NULL,
  recorded_at BIGINT NOT NULL
);

-- Projections: written by the fold in the transaction of the act, compared by verify.
CREATE TABLE cases (
  id              TEXT   PRIMARY KEY,
  call_id         TEXT   NOT NULL,
  state           TEXT   NOT NULL,
  receipt_number  TEXT   NOT NULL,
  version         BIGINT NOT NULL,
  title           TEXT   NOT NULL,
  track           TEXT   NOT NULL,
  lead            TEXT   NOT NULL,
  parties         TEXT   NOT NULL,
  received_at     BIGINT NOT NULL,
  arrived_at      BIGINT NOT NULL,
  requested       BIGINT NOT NULL,
  granted         BIGINT,
  decision_number TEXT,
  rank            BIGINT,
  score           TEXT,
  reserve_order   BIGINT,
  reviewers       BIGINT NOT NULL,
  reviewed        BIGINT NOT NULL,
  due             TEXT,
  last_seq        BIGINT NOT NULL,
  last_kind       TEXT   NOT NULL,
  last_at         BIGINT NOT NULL
);
CREATE INDEX cases_by_call ON cases (call_id, arrived_at, id);
CREATE INDEX cases_by_state ON cases (call_id, state, arrived_at, id);
CREATE TABLE reviews (
  case_id  TEXT   NOT NULL,
  reviewer TEXT   NOT NULL,
  call_id  TEXT   NOT NULL,
  status   TEXT   NOT NULL,
  version  BIGINT NOT NULL,
  total    BIGINT,
  due      TEXT   NOT NULL,
  PRIMARY KEY (case_id, reviewer)
);
CREATE INDEX reviews_by_reviewer ON reviews (reviewer, call_id, case_id);
CREATE TABLE calls (
  id        TEXT   PRIMARY KEY,
  phase     TEXT   NOT NULL,
  edition   TEXT   NOT NULL,
  selection TEXT,
  last_seq  BIGINT NOT NULL,
  last_kind TEXT   NOT NULL,
  last_at   BIGINT NOT NULL
);

-- Plain tables: names, texts, files. They can be corrected and erased.
CREATE TABLE organisations (
  id               TEXT   PRIMARY KEY,
  corporate_number TEXT   UNIQUE,
  name             TEXT   NOT NULL,
  kana             TEXT   NOT NULL,
  kind             TEXT   NOT NULL,
  prefecture       TEXT   NOT NULL,
  address          TEXT   NOT NULL,
  email            TEXT   NOT NULL,
  synthetic        BIGINT NOT NULL,
  created_at       BIGINT NOT NULL
);
CREATE TABLE facts (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  item         TEXT NOT NULL,
  period       TEXT NOT NULL,
  source       TEXT NOT NULL,
  value        TEXT NOT NULL,
  learned_on   TEXT NOT NULL,
  PRIMARY KEY (organisation, item, period, source)
);
CREATE TABLE people (
  id           TEXT   PRIMARY KEY,
  login        TEXT   NOT NULL UNIQUE,
  name         TEXT   NOT NULL,
  email        TEXT   NOT NULL,
  password     TEXT   NOT NULL,
  roles        TEXT   NOT NULL,
  organisation TEXT   REFERENCES organisations (id),
  disabled_at  BIGINT,
  synthetic    BIGINT NOT NULL,
  created_at   BIGINT NOT NULL
);
CREATE INDEX people_by_organisation ON people (organisation, login);
CREATE TABLE sessions (
  id         TEXT   PRIMARY KEY,
  body       TEXT   NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE TABLE sign_in_attempts (
  subject TEXT   NOT NULL,
  at      BIGINT NOT NULL,
  count   BIGINT NOT NULL,
  PRIMARY KEY (subject, at)
);

CREATE TABLE applications (
  case_id    TEXT   PRIMARY KEY,
  call_id    TEXT   NOT NULL,
  lead       TEXT   NOT NULL REFERENCES organisations (id),
  title      TEXT   NOT NULL,
  track      TEXT   NOT NULL,
  created_by TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  revision   BIGINT NOT NULL
);
CREATE INDEX applications_by_lead ON applications (lead, created_at, case_id);
CREATE INDEX applications_by_call ON applications (call_id, created_at, case_id);
CREATE TABLE draft_sections (
  case_id  TEXT   NOT NULL REFERENCES applications (case_id),
  section  TEXT   NOT NULL,
  member   BIGINT NOT NULL,
  version  BIGINT NOT NULL,
  answers  TEXT   NOT NULL,
  saved_by TEXT   NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, section, member)
);
CREATE TABLE members (
  case_id          TEXT   NOT NULL REFERENCES applications (case_id),
  member           BIGINT NOT NULL,
  role             TEXT   NOT NULL,
  kind             TEXT   NOT NULL,
  name             TEXT   NOT NULL,
  corporate_number TEXT,
  organisation     TEXT   REFERENCES organisations (id),
  invitation       TEXT   UNIQUE,
  invited_email    TEXT,
  accepted_at      BIGINT,
  PRIMARY KEY (case_id, member)
);
CREATE INDEX members_by_organisation ON members (organisation, case_id);
CREATE TABLE attachments (
  case_id     TEXT   NOT NULL REFERENCES applications (case_id),
  slot        TEXT   NOT NULL,
  member      BIGINT NOT NULL,
  digest      TEXT   NOT NULL,
  file_name   TEXT   NOT NULL,
  media_type  TEXT   NOT NULL,
  bytes       BIGINT NOT NULL,
  uploaded_by TEXT   NOT NULL,
  uploaded_at BIGINT NOT NULL,
  removed_at  BIGINT,
  PRIMARY KEY (case_id, slot, member, digest)
);
CREATE INDEX attachments_by_digest ON attachments (digest);
CREATE TABLE contents (
  digest     TEXT   PRIMARY KEY,
  body       TEXT   NOT NULL,
  created_at BIGINT NOT NULL
);
-- What was erased by right, and why: verify reads it before it calls something missing.
CREATE TABLE erasures (
  digest    TEXT   PRIMARY KEY,
  reason    TEXT   NOT NULL,
  erased_at BIGINT NOT NULL
);
CREATE TABLE plans (
  digest  TEXT   PRIMARY KEY,
  call_id TEXT   NOT NULL,
  kind    TEXT   NOT NULL,
  body    TEXT   NOT NULL,
  made_by TEXT   NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE INDEX plans_by_call ON plans (call_id, kind, made_at, digest);
CREATE TABLE review_drafts (
  case_id  TEXT   NOT NULL,
  reviewer TEXT   NOT NULL,
  version  BIGINT NOT NULL,
  body     TEXT   NOT NULL,
  saved_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, reviewer)
);
CREATE TABLE notices (
  id           TEXT   PRIMARY KEY,
  case_id      TEXT   NOT NULL,
  organisation TEXT,
  person       TEXT,
  subject      TEXT   NOT NULL,
  body         TEXT   NOT NULL,
  document     TEXT,
  created_at   BIGINT NOT NULL,
  read_at      BIGINT
);
CREATE INDEX notices_by_organisation ON notices (organisation, created_at, id);
CREATE INDEX notices_by_person ON notices (person, created_at, id);
CREATE INDEX notices_by_case ON notices (case_id, created_at, id);
CREATE TABLE mails (
  effect     TEXT   PRIMARY KEY,
  recipient  TEXT   NOT NULL,
  subject    TEXT   NOT NULL,
  body       TEXT   NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at    BIGINT,
  error      TEXT
);
CREATE INDEX mails_by_day ON mails (created_at, effect);
CREATE TABLE editions (
  digest       TEXT   PRIMARY KEY,
  call_id      TEXT   NOT NULL,
  number       BIGINT NOT NULL,
  name         TEXT   NOT NULL,
  source       TEXT   NOT NULL,
  published_at BIGINT NOT NULL,
  UNIQUE (call_id, number)
);
CREATE TABLE edition_problems (
  path       TEXT   PRIMARY KEY,
  call_id    TEXT,
  problems   TEXT   NOT NULL,
  noticed_at BIGINT NOT NULL
);
CREATE TABLE jobs (
  id            TEXT   PRIMARY KEY,
  effect        TEXT   NOT NULL UNIQUE,
  kind          TEXT   NOT NULL,
  payload       TEXT   NOT NULL,
  state         TEXT   NOT NULL,
  due_at        BIGINT NOT NULL,
  attempts      BIGINT NOT NULL,
  last_error    TEXT,
  created_at    BIGINT NOT NULL
);
CREATE INDEX jobs_by_due ON jobs (state, due_at, id);
CREATE TABLE access_log (
  id       BIGINT PRIMARY KEY,
  at       BIGINT NOT NULL,
  person   TEXT,
  action   TEXT   NOT NULL,
  resource TEXT   NOT NULL,
  detail   TEXT   NOT NULL
);
CREATE INDEX access_log_by_resource ON access_log (resource, at, id);
