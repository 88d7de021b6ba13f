"""Running the product: the state of the tables, backups, and the doctor."""
