"""Traces: every datagram in and out, in a file that a person can send in and that plays again."""
