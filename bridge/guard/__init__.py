"""What may leave: bounds, steps, budgets, locks, hands-win, ramps, panic. Pure.

`Guard.refusal` is the last door: every value that is sent to a DAW has passed it, and `Writer` is
the only one who knocks. `Guard.shape` says the same of many moves at once, so that an agent never
wants what the door would refuse.
"""
