"""Edits: offers trims, fades and moves of audio items, as one person wants them. Pure."""
