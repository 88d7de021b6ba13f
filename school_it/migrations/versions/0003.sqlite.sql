CREATE INDEX ix_device_types_model_lower ON device_types (lower(model))
