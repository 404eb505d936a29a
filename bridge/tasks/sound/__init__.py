"""Sounds: bring a synth near to a target or to what a person likes. Pure."""
