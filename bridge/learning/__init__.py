"""Q-learning. Pure; knows cells, actions and beliefs, and nothing of mixers."""
