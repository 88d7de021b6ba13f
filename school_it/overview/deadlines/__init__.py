"""The days of all rooms: as a list, as a calendar, by mail."""
