"""The wire: bytes to OscMessage and back. Pure."""
