-- Ranges of keys are ranges of bytes, as in SQLite.
ALTER TABLE register_firms ALTER COLUMN name_key TYPE TEXT COLLATE "C";
