"""Types of devices and the ports that each device of a type has."""
