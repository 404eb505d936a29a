"""A model of real desks, the people at them, and a judge of the promises."""
