"""One update of table and effects, computed by hand; and what a joint step is."""

import numpy as np
import pytest

from bridge.learning.comparisons import costs
from bridge.learning.q_learning import QTable
from bridge.tasks.sound.cells import ACTIONS, BINS, CELLS, STEPS, THIRDS, error_weights
from bridge.tasks.sound.distance import FEATURES, distance
from bridge.tasks.sound.effects import HEARD, LEVEL, EffectPrior, Effects
from bridge.tasks.sound.roles import KNOB_ROLES, Knob, KnobRole
from bridge.tasks.sound.search import Search, Step

CUTOFF = Knob(index=0, name="Cutoff", role=KnobRole.CUTOFF)
ATTACK = Knob(index=1, name="Attack", role=KnobRole.ATTACK)
BRIGHT = FEATURES.index("brightness")


def prior(*, slope: float = 0.0, doubt: float = 1.0, noise: float = 0.1) -> EffectPrior:
    shape = (len(KNOB_ROLES), THIRDS, HEARD)
    return EffectPrior(
        slope=np.full(shape, slope), doubt=np.full(shape, doubt), noise=np.full(HEARD, noise)
    )


def error_of(brightness: float) -> np.ndarray:
    error = np.zeros(len(FEATURES))
    error[BRIGHT] = brightness
    return error


def test_the_cost_is_half_a_square_and_then_a_straight_line() -> None:
    assert costs(np.array([0.0, 0.5, -1.0, 3.0])).tolist() == [0.0, 0.125, 0.5, 2.5]


def test_a_state_is_a_sixth_in_one_bin_of_each_feature() -> None:
    weights = error_weights(error_of(3.0), np.full(6, 0.05)).reshape(len(FEATURES), BINS)
    assert weights.sum(axis=1) == pytest.approx(np.full(6, 1.0 / 6.0))
    assert weights[BRIGHT, -1] == pytest.approx(1.0 / 6.0)
    assert weights[1, BINS // 2] == pytest.approx(1.0 / 6.0, abs=5e-3)


def test_one_step_of_q_learning_is_the_formula() -> None:
    table = QTable(np.zeros((CELLS, ACTIONS)))
    search = Search(table, prior(), [CUTOFF, ATTACK], step_size=0.5)
    down = Step(way=np.array([-0.35, 0.0]), gain=0.0, knob=0, step=0, probability=1.0)
    change = np.zeros(HEARD)
    change[BRIGHT] = -1.0
    # From 3 to 2 standard deviations too bright: 2.5 - 1.5 = 1.
    reward = search.learn(down, np.array([0.9, 0.5]), error_of(3.0), change)
    assert reward == 1.0
    # Q += .5 * weight 1/6 * (1 - 0), in the last bin of brightness with the knob in its last third.
    cell = (BRIGHT * BINS + BINS - 1) * THIRDS + 2
    assert table.values[cell, 0] == pytest.approx(0.5 / 6.0)
    assert np.count_nonzero(table.visits[:, 1:]) == 0


def test_one_step_of_the_effects_is_kalmans() -> None:
    effects = Effects(prior(slope=2.0, doubt=1.0, noise=0.1), [CUTOFF])
    change = np.full(HEARD, 1.0)
    effects.learn(np.array([0.4]), np.array([0.6]), change, np.full(HEARD, 0.02))
    # Doubt 1 grows by .02; a way of .2 is expected to do .4, and did 1; the noise of two notes is
    # 2 * .1^2, that of the curve .5^2 * 1 * .2^2.
    variance = 1.0 + 0.02
    gain = variance * 0.2 / (variance * 0.04 + 0.02 + 0.01)
    assert effects.own[0, 0] == pytest.approx(gain * (1.0 - 0.4))
    assert effects.covariance[0, 0, 0] == pytest.approx(variance - gain * variance * 0.2)


def test_a_joint_step_goes_towards_the_target_within_its_bounds() -> None:
    effects = Effects(prior(slope=2.0, doubt=0.2), [CUTOFF, ATTACK])
    slopes = np.zeros((2, HEARD))
    slopes[0, BRIGHT], slopes[1, 1] = 3.0, -2.0
    error = np.zeros(6)
    error[[BRIGHT, 1]] = -0.6, -3.0
    bound = np.full(2, 0.35)
    way = effects.joint_step(error, slopes, -bound, bound)
    assert 0.15 < way[0] < 0.2  # -0.6 is 0.2 of the way, a little less since it is doubtful
    assert way[1] == -0.35
    assert effects.gain(error, slopes, way) > 0.5


def test_a_joint_step_is_not_expected_to_be_much_louder() -> None:
    effects = Effects(prior(doubt=0.2), [CUTOFF])
    slopes = np.zeros((1, HEARD))
    slopes[0, BRIGHT], slopes[0, -1] = 3.0, 40.0
    bound = np.full(1, 0.35)
    way = effects.joint_step(error_of(-3.0), slopes, -bound, bound)
    assert way[0] == pytest.approx(2.0 / 40.0)


def test_moves_before_it_leave_less_room_to_be_louder() -> None:
    slope = np.zeros((len(KNOB_ROLES), THIRDS, HEARD))
    slope[..., BRIGHT], slope[..., -1] = 3.0, 40.0
    effects = EffectPrior(slope=slope, doubt=np.full_like(slope, 0.1), noise=np.full(HEARD, 0.1))
    rises = []
    for risen_db in (-5.0, 0.0, 1.5, 3.0):
        table = QTable(np.zeros((CELLS, ACTIONS)))
        search = Search(table, effects, [CUTOFF], risen_db=risen_db)
        step = search.choose(np.array([0.5]), error_of(-3.0), np.random.default_rng(1))
        rises.append(40.0 * step.way[0] if step else 0.0)
    assert rises[:3] == pytest.approx([2.0, 2.0, 1.0])
    assert rises[3] <= 0.0


def test_a_search_without_a_knob_that_can_move_rests() -> None:
    resonance = Knob(index=0, name="Res", role=KnobRole.RESONANCE)
    table = QTable(np.zeros((CELLS, ACTIONS)))
    search = Search(table, prior(), [resonance], limit=0.0)
    assert search.choose(np.array([0.8]), error_of(3.0), np.random.default_rng(1)) is None


def test_nothing_known_is_worth_nothing() -> None:
    assert STEPS.tolist() == [-0.35, -0.12, 0.12, 0.35]
    assert distance(np.zeros(6)) == 0.0


def test_a_move_that_stayed_by_luck_is_taken_back_after_another_note() -> None:
    search = Search(QTable(np.zeros((CELLS, ACTIONS))), prior(noise=0.1), [CUTOFF, ATTACK])
    wanted, start, end = np.zeros(LEVEL), np.array([0.5, 0.5]), np.array([0.7, 0.5])
    search.hearing.begin(start.tolist(), np.full(HEARD, 0.5))
    search.hearing.move(end.tolist(), (np.full(HEARD, 0.1), np.full(HEARD, 0.04)), np.zeros(HEARD))
    assert search.step_back(end, wanted) is None  # one note says that it is nearer
    search.hearing.repeat(np.full(HEARD, 3.0))
    back = search.step_back(end, wanted)
    assert back is not None
    assert back.way == pytest.approx(start - end)
    assert back.is_back
    assert search.step_back(np.array([0.0, 0.5]), wanted) is None  # further than it may go


def test_a_move_to_where_notes_differ_is_taken_back_though_their_mean_is_as_near() -> None:
    search = Search(QTable(np.zeros((CELLS, ACTIONS))), prior(noise=0.1), [CUTOFF, ATTACK])
    wanted, start, end = np.zeros(LEVEL), np.array([0.5, 0.5]), np.array([0.7, 0.5])
    search.hearing.begin(start.tolist(), np.zeros(HEARD))
    for _ in range(8):
        search.hearing.repeat(np.zeros(HEARD))
    search.hearing.move(end.tolist(), (np.zeros(HEARD), np.full(HEARD, 0.01)), np.full(HEARD, 0.6))
    search.hearing.repeat(np.full(HEARD, -0.6))
    search.hearing.mean = np.zeros(HEARD)
    assert search.step_back(end, wanted) is not None
    search.hearing.notes = [np.zeros(HEARD)] * 2
    assert search.step_back(end, wanted) is None
