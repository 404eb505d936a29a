"""REAPER in memory: its API, its scripts, its sessions."""
