"""How near sounds come to a target or a taste, on synths and for people that nobody trained on."""
