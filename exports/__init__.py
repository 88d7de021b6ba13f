"""The door out: what the house knows, as workbooks."""
