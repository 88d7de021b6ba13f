"""The media development plan: what every school is to have."""
