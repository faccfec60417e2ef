-- The name of the installation: the data folder keeps it too, so that neither is opened with another.
CREATE TABLE installation (
  id BIGINT PRIMARY KEY CHECK (id = 1),
  name TEXT NOT NULL
);
