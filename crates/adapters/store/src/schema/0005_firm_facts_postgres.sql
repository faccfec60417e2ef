-- Ranges of places are ranges of bytes, as in SQLite.
ALTER TABLE register_firms ALTER COLUMN place TYPE TEXT COLLATE "C";
