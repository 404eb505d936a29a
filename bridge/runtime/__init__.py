"""The edge: sockets, clocks, files and processes. Nothing here decides."""
