"""How well faults are found, and how well it is learnt which of them a person wants edited."""
