"""What trains and tunes the agent before it meets anybody."""
