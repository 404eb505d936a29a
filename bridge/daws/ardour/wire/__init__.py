"""How Ardour is spoken with. Pure: no socket, no clock, no file."""
