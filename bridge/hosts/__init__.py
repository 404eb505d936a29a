"""What a bridge can run beside without a DAW: the embedded console, and the songs that it plays."""
