"""What is left of a move that was stopped on its way, or whose way back was."""

from collections.abc import Collection, Sequence

from bridge.engine.move import Move
from bridge.guard.ramps import Transit
from bridge.mix.messages import MoveState


def leave_unmade(
    move: Move, stopped: Sequence[Transit], waited: Collection[str], state: MoveState
) -> MoveState:
    """What is left of a move that was on its way into the mix; where it is in its life now.

    Args:
        move: The move.
        stopped: What was on its way for it.
        waited: Strips to which nothing had been written yet.
        state: EXPIRED where it was stopped, UNCONFIRMED where the DAW did not answer.
    """
    stood = {each.key for each in stopped} | set(waited)
    is_heard = any(each.sent for each in stopped) or any(
        half.key not in stood and half.key not in move.awaited for half in move.halves
    )
    if state is MoveState.EXPIRED and not is_heard:
        move.is_heard = False
        return state
    for half in move.halves:
        if half.key in waited:
            half.to_value = half.from_value
    if state is MoveState.EXPIRED:
        for each in stopped:
            half = move.half(each.key)
            half.to_value = each.before if each.sent else half.from_value
    return MoveState.UNCONFIRMED


def leave_undone(move: Move, stopped: Sequence[Transit], waited: Collection[str]) -> bool:
    """What of a move still stands, and can be taken back from there; False where nothing does.

    Args:
        move: The move.
        stopped: What was on its way back, or to the mix again.
        waited: Strips to which nothing had been written yet.
    """
    on_the_way = {each.key: each for each in stopped if each.before != each.target}
    if not on_the_way and not waited:
        return False
    is_reverted = move.state is MoveState.REVERTED  # else it was on its way into the mix again
    for half in move.halves:
        if each := on_the_way.get(half.key):
            left = half.from_value - each.target if is_reverted else 0.0
            half.to_value = each.before + left
        elif is_reverted and half.key not in waited:
            half.to_value = half.from_value
    return True
