"""Draw-downs: what may be asked for now, what was asked for, and what was paid out."""
