"""Measurements: one file a question. Each prints its figures and saves them."""
