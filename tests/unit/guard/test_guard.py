"""The door: every rule refuses something that no other rule would."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from bridge.guard import guard as module
from bridge.guard.guard import RULES, Guard
from bridge.guard.limits import HOLD_OFF_S, LIMITS, Profile
from bridge.guard.write import Purpose, Write
from bridge.mix.params import COLUMN, MOVABLE, LockClass, Param
from bridge.mix.state import Observation

KEY = "Vox"
FINE = Write(
    key=KEY, param=Param.GAIN, start=-10.0, before=-10.0, value=-9.8, at=100.0, purpose=Purpose.MOVE
)


def make_guard(profile: Profile = Profile.STUDIO) -> Guard:
    """A guard of a strip that stands at its snapshot, -10 dB and flat."""
    guard = Guard(LIMITS[profile])
    guard.is_online = True
    for param in MOVABLE:
        guard.pin(KEY, param, -10.0 if param is Param.GAIN else 0.0)
    return guard


@dataclass(frozen=True)
class Case:
    """What a rule is there for."""

    rule: str
    write: Write
    because: str
    arrange: Callable[[Guard], object] = lambda _: None
    profile: Profile = Profile.STUDIO


def _frozen(guard: Guard) -> None:
    guard.is_frozen = True


def _panicked(guard: Guard) -> None:
    guard.is_panicked = True


def _in_doubt(guard: Guard) -> None:
    guard.is_layout_known = False


def _offline(guard: Guard) -> None:
    guard.is_online = False


def _nameless(guard: Guard) -> None:
    guard.strip(KEY).is_nameless = True


def _silent(guard: Guard) -> None:
    guard.strip(KEY).silent.add(Param.GAIN)


def _in_a_show(guard: Guard) -> None:
    guard.show.begin({})


CASES = [
    Case(
        "_must_know_the_value",
        replace(FINE, before=float("nan"), purpose=Purpose.PANIC),
        "has not said what its gain holds",
    ),
    Case("_must_know_the_name", FINE, "what it is called", _nameless),
    Case(
        "_must_stay_closed",
        replace(FINE, before=-150.0, purpose=Purpose.PANIC),
        "its fader is closed",
    ),
    Case(
        "_must_be_in_range",
        replace(FINE, start=5.9, before=5.9, value=6.3, purpose=Purpose.UNDO),
        "+6.3 dB is outside -60.0 dB to +6.0 dB",
    ),
    Case("_must_know_the_strip", replace(FINE, purpose=Purpose.PANIC), "read anew", _in_doubt),
    Case("_must_be_online", FINE, "does not answer", _offline),
    Case(
        "_must_not_be_safe",
        replace(FINE, purpose=Purpose.PANIC),
        "its gain is Safe",
        lambda guard: guard.switch_safe(KEY, LockClass.GAIN, on=True),
    ),
    Case(
        "_must_not_be_barred",
        replace(FINE, purpose=Purpose.PANIC),
        "its gain follows its envelope",
        lambda guard: guard.bar(KEY, {LockClass.GAIN: "follows its envelope"}),
    ),
    Case("_must_not_be_frozen", FINE, "the mix is frozen", _frozen),
    Case("_must_not_cross_panic", FINE, "panic is latched", _panicked),
    Case("_must_leave_hands_alone", FINE, "a hand was on it", lambda guard: guard.hold(KEY, 95.0)),
    Case(
        "_must_not_overrule_a_doubt",
        replace(FINE, purpose=Purpose.UNDO),
        "a hand may be on it",
        lambda guard: guard.doubt(KEY, 99.0, 2.0),
    ),
    Case("_must_be_answered", FINE, "has not answered", _silent),
    Case(
        "_must_stay_near_snapshot",
        replace(FINE, start=1.9, before=1.9, value=2.2),
        "+2.2 dB is too far from the snapshot",
    ),
    Case(
        "_must_be_a_small_step",
        replace(FINE, start=-13.2, before=-10.2, value=-10.0),
        "-10.0 dB is too far for one move",
    ),
    Case("_must_suit_the_show", FINE, "has not been heard for 20 s", _in_a_show),
    Case(
        "_must_not_jump",
        replace(FINE, value=-9.0, purpose=Purpose.UNDO),
        "-9.0 dB is a jump; it must be a ramp",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_each_rule_alone_keeps_something_in(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = make_guard(case.profile)
    case.arrange(guard)
    refusal = guard.refusal(case.write)
    assert refusal is not None
    assert case.because in refusal
    without = tuple(rule for rule in RULES if rule.__name__ != case.rule)
    monkeypatch.setattr(module, "RULES", without)
    assert guard.refusal(case.write) is None


def test_every_rule_has_its_case() -> None:
    assert {case.rule for case in CASES} == {rule.__name__ for rule in RULES}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), -150.0])
@pytest.mark.parametrize("purpose", Purpose)
def test_what_no_fader_can_hold_never_leaves(value: float, purpose: Purpose) -> None:
    guard = Guard(LIMITS[Profile.OFF])
    guard.is_online = True
    is_theirs = purpose is Purpose.HAND and value == -150.0
    is_refused = guard.refusal(replace(FINE, value=value, purpose=purpose)) is not None
    assert is_refused is not is_theirs


def test_only_a_person_closes_a_fader_and_it_is_closed_again_if_we_opened_it() -> None:
    guard = make_guard()
    closed = replace(FINE, value=-150.0, purpose=Purpose.HAND)
    assert guard.refusal(closed) is None
    assert guard.refusal(replace(closed, purpose=Purpose.UNDO)) is not None


def test_a_small_write_of_a_free_strip_may_leave() -> None:
    assert make_guard().refusal(FINE) is None


@pytest.mark.parametrize("arrange", [_frozen, _panicked, _offline, _silent])
def test_panic_is_stopped_neither_by_freeze_nor_by_a_daw_that_says_nothing(
    arrange: Callable[[Guard], None],
) -> None:
    guard = make_guard()
    arrange(guard)
    assert guard.refusal(replace(FINE, value=-2.0, purpose=Purpose.PANIC)) is None


def test_gig_mode_halves_step_and_span() -> None:
    guard = make_guard()
    write = replace(FINE, before=-8.6, value=-8.4)
    assert guard.refusal(write) is None
    guard.scale = 0.5
    assert guard.refusal(write) == "-8.4 dB is too far for one move"
    assert guard.refusal(replace(write, start=-8.7)) is None


def test_the_way_back_to_the_snapshot_is_open_from_anywhere() -> None:
    guard = make_guard()
    far = replace(FINE, start=4.0, before=4.0, value=3.7)
    assert guard.refusal(far) is None
    assert guard.refusal(replace(far, value=4.2)) is not None


def test_a_hand_is_left_alone_until_the_hold_off_ends() -> None:
    guard = make_guard()
    guard.hold(KEY, 100.0)
    assert guard.refusal(replace(FINE, at=100.0 + HOLD_OFF_S - 0.01)) is not None
    assert guard.refusal(replace(FINE, at=100.0 + HOLD_OFF_S)) is None


def test_a_lock_covers_its_class_alone_and_all_covers_everything() -> None:
    guard = make_guard()
    assert guard.safe_classes(KEY) == []
    guard.switch_safe(KEY, LockClass.EQ, on=True)
    assert guard.safe_classes(KEY) == [LockClass.EQ]
    assert guard.refusal(FINE) is None
    guard.switch_safe(KEY, LockClass.ALL, on=True)
    assert guard.safe_classes(KEY) == [LockClass.ALL]
    guard.switch_safe(KEY, LockClass.PAN, on=False)
    assert guard.safe_classes(KEY) == [LockClass.EQ, LockClass.GAIN]


# -- the same rules, for many moves at once -----------------------------------------------------


def observe(*gains_db: float, pan: float = 0.0, level_db: float = -20.0) -> Observation:
    """Strips named "0", "1" and so on."""
    count = len(gains_db)
    values = np.zeros((count, len(MOVABLE)))
    values[:, COLUMN[Param.GAIN]] = gains_db
    values[:, COLUMN[Param.PAN]] = pan
    return Observation(
        keys=tuple(str(row) for row in range(count)),
        names=("x",) * count,
        roles=np.zeros(count, dtype=np.int64),
        values=values,
        source_db=np.full((count, 10), np.nan),
        level_db=np.full(count, level_db),
        audible=np.ones(count, dtype=np.bool_),
        reads=np.ones(count),
    )


def shape(
    guard: Guard, observation: Observation, step: float, param: Param = Param.GAIN, at: float = 0.0
) -> list[float | None]:
    """How far each strip may go of `step`; None where not at all."""
    steps = np.full((len(observation.keys), 1), step)
    shaped, allowed = guard.shape(observation, steps, (param,), at=at)
    return [
        round(float(s), 6) if a else None for s, a in zip(shaped[:, 0], allowed[:, 0], strict=True)
    ]


def pinned(observation: Observation, profile: Profile = Profile.STUDIO) -> Guard:
    """A guard whose snapshot is what is observed."""
    guard = Guard(LIMITS[profile])
    for row, key in enumerate(observation.keys):
        for param in MOVABLE:
            guard.pin(key, param, float(observation.values[row, COLUMN[param]]))
    return guard


def test_a_step_is_shortened_to_what_one_move_may() -> None:
    mix = observe(-10.0)
    assert shape(pinned(mix), mix, -9.0) == [-3.0]
    assert shape(pinned(mix, Profile.LIVE), mix, -9.0) == [-0.5]
    assert shape(pinned(mix, Profile.OFF), mix, -9.0) == [-9.0]


def test_gig_mode_halves_the_steps() -> None:
    mix = observe(-10.0)
    guard = pinned(mix)
    guard.scale = 0.5
    assert shape(guard, mix, -9.0) == [-1.5]


def test_a_step_ends_at_the_span_around_the_snapshot_and_at_the_range() -> None:
    mix = observe(-21.0, -59.0, 5.0, -22.0)
    guard = pinned(mix, Profile.OFF)
    assert shape(guard, mix, 9.0) == [9.0, 9.0, 1.0, 9.0]
    assert shape(guard, mix, -9.0) == [-9.0, -1.0, -9.0, -9.0]
    guard = pinned(observe(-10.0, -59.0, 5.0, -10.0))
    assert shape(guard, mix, -3.0) == [-1.0, -1.0, -3.0, None]


def test_what_stands_beyond_the_span_comes_back_in_steps_of_the_usual_size() -> None:
    guard = pinned(observe(-10.0))
    assert shape(guard, observe(-25.0), 1.0) == [1.0]
    assert shape(guard, observe(-25.0), 9.0) == [3.0]
    assert shape(guard, observe(-25.0), -1.0) == [None]


def test_a_fader_above_the_range_may_come_down_and_go_back_to_where_it_stood() -> None:
    guard = pinned(observe(9.0))
    assert shape(guard, observe(9.0), 1.0) == [None]
    assert shape(guard, observe(9.0), -1.0) == [-1.0]
    assert shape(guard, observe(8.0), 1.0) == [None]
    assert shape(guard, observe(5.0), 9.0) == [1.0]
    guard = make_guard()
    guard.pin(KEY, Param.GAIN, 9.0)
    back = replace(FINE, value=8.9, before=8.5, purpose=Purpose.UNDO)
    assert guard.refusal(back) is None
    assert "9.4 dB is outside" in str(guard.refusal(replace(back, value=9.4, before=9.0)))


@pytest.mark.parametrize("profile", Profile)
@pytest.mark.parametrize("gain_db", [-150.0, float("nan")])
def test_a_closed_or_unknown_fader_is_not_touched(profile: Profile, gain_db: float) -> None:
    mix = observe(gain_db)
    assert shape(pinned(mix, profile), mix, 1.0) == [None]
    assert shape(pinned(mix, profile), mix, -1.0) == [None]


def test_a_step_that_nobody_would_hear_is_not_made() -> None:
    mix = observe(-10.0, pan=0.99)
    assert shape(pinned(mix), mix, 0.2) == [None]
    assert shape(pinned(mix), mix, 0.3) == [0.3]
    assert shape(pinned(mix), mix, 0.2, Param.PAN) == [None]


def test_freeze_and_panic_allow_nothing() -> None:
    mix = observe(-10.0)
    for arrange in (_frozen, _panicked):
        guard = pinned(mix)
        arrange(guard)
        assert shape(guard, mix, 1.0) == [None]


def test_a_safe_class_a_hand_and_silence_are_masked_strip_by_strip() -> None:
    mix = observe(-10.0, -10.0, -10.0, -10.0)
    guard = pinned(mix)
    guard.switch_safe("0", LockClass.GAIN, on=True)
    guard.hold("1", 0.0)
    guard.strip("2").silent.add(Param.GAIN)
    assert shape(guard, mix, -1.0) == [None, None, None, -1.0]
    assert shape(guard, mix, 0.1, Param.PAN) == [0.1, None, None, 0.1]
    assert shape(guard, mix, -1.0, at=HOLD_OFF_S) == [None, -1.0, None, -1.0]


def test_the_left_half_of_a_stereo_pair_leads_and_neither_is_panned() -> None:
    mix = observe(-10.0, -10.0, -10.0, -10.0)
    guard = pinned(mix)
    paired = replace(mix, names=("OH L", "Bass", "OH R", "Gtr L"))
    assert shape(guard, paired, 0.1, Param.PAN) == [None, 0.1, None, 0.1]
    assert shape(guard, paired, -1.0) == [-1.0, -1.0, None, -1.0]
    alone = replace(mix, names=("OH L", "Bass", "Keys", "Gtr L"))
    assert shape(guard, alone, 0.1, Param.PAN) == [0.1, 0.1, 0.1, 0.1]
    guard.hold(mix.keys[2], 100.0)
    assert shape(guard, paired, -1.0, at=100.0) == [None, -1.0, None, -1.0]


def test_a_parameter_has_four_moves_a_minute() -> None:
    mix = observe(-10.0, -10.0)
    guard = pinned(mix)
    for at in (0.0, 1.0, 2.0, 3.0):
        assert shape(guard, mix, -1.0, at=at) == [-1.0, -1.0]
        guard.book("0", Param.GAIN, at)
    assert shape(guard, mix, -1.0, at=4.0) == [None, -1.0]
    assert shape(guard, mix, 0.1, Param.PAN, at=4.0) == [0.1, 0.1]
    assert shape(guard, mix, -1.0, at=60.0) == [-1.0, -1.0]


def test_the_mix_has_twenty_moves_a_minute() -> None:
    mix = observe(*([-10.0] * 20))
    guard = pinned(mix)
    for row in range(20):
        assert shape(guard, mix, -1.0, at=1.0)[-1] == -1.0
        guard.book(str(row), Param.GAIN, 1.0)
    assert set(shape(guard, mix, -1.0, at=2.0)) == {None}
    assert set(shape(guard, mix, -1.0, at=61.0)) == {-1.0}


def test_the_sum_of_all_strips_is_not_boosted_beyond_the_profile() -> None:
    snapshot = observe(-10.0, -10.0)
    guard = pinned(snapshot, Profile.LIVE)
    raised = observe(-8.6, -8.6)
    assert shape(guard, raised, 0.5) == [None, None]
    assert shape(guard, raised, -0.5) == [-0.5, -0.5]
    assert shape(guard, raised, 0.5, Param.EQ_LOW) == [0.5, 0.5]
    assert shape(guard, observe(-8.6, -10.5), 0.5) == [0.5, 0.5]


def test_the_mask_of_an_empty_mix_is_empty() -> None:
    mix = observe()
    assert shape(pinned(mix), mix, 1.0) == []


def test_what_a_follower_may_not_do_its_leader_may_not_either() -> None:
    observation = observe(-10.0, -10.0)
    guard = pinned(observation)
    leader, follower = observation.keys
    guard.link(Param.GAIN, leader, follower)
    assert shape(guard, observation, 1.0) == [1.0, 1.0]
    guard.switch_safe(follower, LockClass.GAIN, on=True)
    assert shape(guard, observation, 1.0) == [None, None]
    guard.switch_safe(follower, LockClass.GAIN, on=False)
    guard.pin(follower, Param.GAIN, -21.5)  # it may go up by half a dB and no further
    assert shape(guard, observation, 1.0) == [0.5, 0.5]
