CREATE TRIGGER evidence_stays BEFORE UPDATE ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END
-- next
CREATE TRIGGER evidence_remains BEFORE DELETE ON evidence
    BEGIN SELECT RAISE(ABORT, 'evidence is only ever added'); END
-- next
CREATE INDEX ix_device_types_model_lower ON device_types (lower(model))
