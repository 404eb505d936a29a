"""What is worked on: each task offers changes of its part of the world. Pure."""
