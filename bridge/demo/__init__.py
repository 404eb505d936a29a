"""The demo: a console with a band, a bridge beside it, and a person or a simulated listener."""
