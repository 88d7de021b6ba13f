"""Forms of funding; they read what people type as the cells of files are read."""
