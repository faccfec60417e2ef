-- What a source said of an item and period before it said otherwise on another day: what was known on a day stays what was known then.
CREATE TABLE restated_facts (
  organisation TEXT NOT NULL REFERENCES organisations (id),
  item         TEXT NOT NULL,
  period       TEXT NOT NULL,
  source       TEXT NOT NULL,
  value        TEXT NOT NULL,
  learned_on   TEXT NOT NULL,
  PRIMARY KEY (organisation, item, period, source, learned_on)
);
