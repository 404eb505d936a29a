"""Pads, pedals and MIDI ports."""
