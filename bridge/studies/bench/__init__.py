"""Benchmarks: speed, latency and memory of the running bridge."""
