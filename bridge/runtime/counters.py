"""The counters: all that came, and all that was not done, in one place."""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counters:
    """How often what has happened since the start; the names are those of `/bridge/stats`.

    Attributes:
        received: Datagrams that came.
        undecodable: Datagrams and elements of bundles that are not OSC that we accept.
        unknown: Messages at addresses that nobody here knows.
        misunderstood: Messages of the DAW at known addresses that can mean nothing.
        beyond: Messages of the DAW about strips beyond the number that it told.
        refused: Requests that were refused, and rewards that the journal could not keep.
        unanswered_errors: Refusals that their sender was not told, since there were too many.
        releases: Buttons that were let go of.
        repeated_presses: Presses that came again at once and count as one.
        neutral_rewards: Judgements of 0 that name no move.
        asked_again: Questions for everything that followed one without an answer.
        unconfirmed: Moves that the DAW did not confirm.
        unsaid: Writes that the dialect has no words for.
        unsent: Datagrams that the system would not send.
        lost: Datagrams that the system dropped since the buffer was full, where it says so.
        dropped: Events of the DAW that found no room.
        replaced: Values of the DAW that a newer one replaced before they were looked at.
        held_back: Writes that a newer one replaced before they left.
        withdrawn: Writes that were not wanted any more when they could leave.
        faults: Faults of the bridge itself.
    """

    received: int = 0
    undecodable: int = 0
    unknown: int = 0
    misunderstood: int = 0
    beyond: int = 0
    refused: int = 0
    unanswered_errors: int = 0
    releases: int = 0
    repeated_presses: int = 0
    neutral_rewards: int = 0
    asked_again: int = 0
    unconfirmed: int = 0
    unsaid: int = 0
    unsent: int = 0
    lost: int = 0
    dropped: int = 0
    replaced: int = 0
    held_back: int = 0
    withdrawn: int = 0
    faults: int = 0

    def as_dict(self) -> dict[str, int]:
        """Every counter by its name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
