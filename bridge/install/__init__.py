"""Preparing a DAW and this computer for the bridge."""
