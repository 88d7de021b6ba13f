CREATE FUNCTION evidence_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'evidence is only ever added'; END $$
-- next
CREATE TRIGGER evidence_stays BEFORE UPDATE OR DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION evidence_stays()
-- next
CREATE INDEX ix_device_types_model_lower ON device_types (lower(model))
