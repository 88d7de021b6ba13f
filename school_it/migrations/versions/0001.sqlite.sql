CREATE TRIGGER audit_entries_stay BEFORE UPDATE ON audit_entries
    WHEN new.personal IS NOT NULL OR new.at IS NOT old.at OR new.actor_id IS NOT old.actor_id OR new.actor_name IS NOT old.actor_name OR new.via IS NOT old.via OR new.action IS NOT old.action OR new.object_type IS NOT old.object_type OR new.object_id IS NOT old.object_id OR new.object_label IS NOT old.object_label OR new.school_id IS NOT old.school_id OR new.batch_id IS NOT old.batch_id OR new.person_id IS NOT old.person_id
      OR new.changes IS NOT old.changes OR new.facts IS NOT old.facts
    BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END
-- next
CREATE TRIGGER audit_entries_remain BEFORE DELETE ON audit_entries
    BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END
-- next
CREATE VIRTUAL TABLE device_search USING fts5(
    search, content='devices', content_rowid='id', tokenize='trigram', columnsize=0)
-- next
CREATE TABLE device_search_pause (id INTEGER PRIMARY KEY)
-- next
CREATE TRIGGER device_search_added AFTER INSERT ON devices
    WHEN NOT EXISTS (SELECT 1 FROM device_search_pause)
    BEGIN INSERT INTO device_search (rowid, search) VALUES (new.id, new.search); END
-- next
CREATE TRIGGER device_search_changed AFTER UPDATE OF search ON devices
    WHEN new.search IS NOT old.search AND NOT EXISTS (SELECT 1 FROM device_search_pause)
    BEGIN
      INSERT INTO device_search (device_search, rowid, search) VALUES ('delete', old.id, old.search);
      INSERT INTO device_search (rowid, search) VALUES (new.id, new.search);
    END
-- next
CREATE TRIGGER device_search_removed AFTER DELETE ON devices
    BEGIN INSERT INTO device_search (device_search, rowid, search) VALUES ('delete', old.id, old.search); END
