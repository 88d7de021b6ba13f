"""Racks, panels, ports and what is plugged into what: the chain behind the names of an outlet."""
