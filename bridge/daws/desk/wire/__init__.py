"""How the desks of Behringer and Midas are spoken with. Pure: no socket, no clock, no file."""
