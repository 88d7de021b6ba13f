"""People: staff and pupils, their schools and classes, and the directory they come from."""
