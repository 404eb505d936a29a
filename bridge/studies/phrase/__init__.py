"""Studies of phrases."""
