CREATE FUNCTION refuse_to_edit_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'acts are never edited or deleted';
END;
$$;
CREATE TRIGGER acts_are_not_edited BEFORE UPDATE OR DELETE ON acts
FOR EACH ROW EXECUTE FUNCTION refuse_to_edit_acts();
CREATE TRIGGER acts_are_not_truncated BEFORE TRUNCATE ON acts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_edit_acts();
