"""How Ableton Live is spoken with. Pure: no socket, no clock, no file."""
