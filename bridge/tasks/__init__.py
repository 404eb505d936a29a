"""What is being learnt: each task binds the learning to a part of the world. Pure."""
