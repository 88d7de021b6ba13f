"""How each school is connected to the internet, and by which contract."""
