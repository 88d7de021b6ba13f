CREATE FUNCTION audit_entries_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP = 'DELETE' OR new.personal IS NOT NULL
      OR new.at IS DISTINCT FROM old.at OR new.actor_id IS DISTINCT FROM old.actor_id OR new.actor_name IS DISTINCT FROM old.actor_name OR new.via IS DISTINCT FROM old.via OR new.action IS DISTINCT FROM old.action OR new.object_type IS DISTINCT FROM old.object_type OR new.object_id IS DISTINCT FROM old.object_id OR new.object_label IS DISTINCT FROM old.object_label OR new.school_id IS DISTINCT FROM old.school_id OR new.batch_id IS DISTINCT FROM old.batch_id OR new.person_id IS DISTINCT FROM old.person_id
      OR new.changes::text <> old.changes::text OR new.facts::text <> old.facts::text
    THEN RAISE EXCEPTION 'audit entries are only ever added'; END IF; RETURN new; END $$
-- next
CREATE TRIGGER audit_entries_stay BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_entries_stay()
-- next
DO $$ BEGIN
      CREATE EXTENSION IF NOT EXISTS pg_trgm;
      CREATE INDEX ix_devices_search ON devices USING gin (search gin_trgm_ops);
    EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN NULL; END $$
