CREATE TRIGGER acts_are_not_edited BEFORE UPDATE ON acts
BEGIN SELECT RAISE(ABORT, 'acts are never edited'); END;
CREATE TRIGGER acts_are_not_deleted BEFORE DELETE ON acts
BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END;
-- INSERT OR REPLACE would delete silently.
CREATE TRIGGER acts_are_not_replaced BEFORE INSERT ON acts
WHEN EXISTS (SELECT 1 FROM acts WHERE stream = NEW.stream AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM acts WHERE position = NEW.position)
BEGIN SELECT RAISE(ABORT, 'acts are never replaced'); END;
