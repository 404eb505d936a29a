"""Live in memory, and as a process."""
