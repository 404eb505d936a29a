"""The journal: what happened, what was decided and what was learnt, on disk."""
