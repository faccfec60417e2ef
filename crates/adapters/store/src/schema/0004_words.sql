-- What an edition was read with: the digests of the fact dictionary and of the shared definitions, whose texts stand in `contents`. Empty for
-- an edition that was published before this was noted.
ALTER TABLE editions ADD COLUMN dictionary TEXT;
ALTER TABLE editions ADD COLUMN definitions TEXT;
