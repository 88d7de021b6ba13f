"""How decisions are changed: by the authority, and what the town asks it to change."""
