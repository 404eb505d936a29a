"""How well the agent learns, measured on people and songs that nothing was tuned on."""
