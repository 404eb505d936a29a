"""A band, a console and listeners, made of numbers. Pure; nothing here knows the bridge."""
