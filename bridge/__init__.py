"""mixbridge: a mixing assistant that learns your taste, beside the DAW, over OSC."""

__version__ = "0.1.0"
