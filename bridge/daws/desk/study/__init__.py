"""A desk in memory, a bridge beside it in virtual time, and what both show of each other."""
