"""Dialects: how each DAW says things over OSC. Pure; wire values exist only here."""
