"""The page: what a browser shows of a running bridge, and how it drives it."""
