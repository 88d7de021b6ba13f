"""The door in: files from outside become tables, and tables become rows of the house."""
