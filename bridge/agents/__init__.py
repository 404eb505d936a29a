"""What is being learnt: each agent binds the learning to a part of the world. Pure."""
