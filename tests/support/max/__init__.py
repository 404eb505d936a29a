"""Max in memory."""
