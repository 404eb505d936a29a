"""How REAPER is spoken with. Pure: no socket, no clock, no file."""
