import warnings

import numpy as np
import pytest

from bridge.mix.params import COLUMN, SPECS, Param

gym = pytest.importorskip("gymnasium", reason="the extra `research` is not installed")

from gymnasium.utils.env_checker import check_env  # noqa: E402

from bridge.studies.learning.gym_env import ENV_ID, MOVES, SEEN, MixEnv, register_envs  # noqa: E402


@pytest.fixture
def env() -> MixEnv:
    made = MixEnv(tracks=4)
    made.reset(seed=1)
    return made


@pytest.mark.parametrize("reward", ["thumb", "change"])
def test_gymnasiums_own_checker_is_content(reward: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_env(MixEnv(tracks=4, reward=reward), skip_render_check=True)


def test_it_is_made_by_its_name_and_cut_off_after_its_moves() -> None:
    register_envs()
    made = gym.make(ENV_ID, tracks=3)
    made.reset(seed=2)
    cut = [made.step(3 * 14)[3] for _ in range(MOVES)]
    assert cut == [False] * (MOVES - 1) + [True]


def test_the_same_seed_and_moves_give_the_same_episode() -> None:
    def play() -> list[float]:
        env = MixEnv(tracks=4, reward="change")
        env.reset(seed=3)
        return [env.step(np.int64(action))[1] for action in range(0, 56, 3)]

    assert play() == play()
    assert len(set(play())) > 5


def test_another_reset_is_another_song_for_another_listener(env: MixEnv) -> None:
    first, _ = env.reset()
    second, _ = env.reset()
    assert not np.array_equal(first, second)


def test_leaving_the_mix_alone_changes_nothing_and_earns_nothing(env: MixEnv) -> None:
    _, reward, terminated, truncated, info = env.step(env.action_space.n - 1)
    assert (reward, terminated, truncated) == (0.0, False, False)
    assert info["improved"] == 0.0


def test_the_mask_forbids_a_fader_to_go_beyond_its_end(env: MixEnv) -> None:
    env._mix.values[0, COLUMN[Param.GAIN]] = SPECS[Param.GAIN].maximum
    mask = env.step(env.action_space.n - 1)[4]["action_mask"]
    assert mask[:4].tolist() == [1, 1, 0, 0]
    assert mask[-1] == 1


def test_a_masked_action_does_nothing(env: MixEnv) -> None:
    env._mix.values[0, COLUMN[Param.GAIN]] = SPECS[Param.GAIN].maximum
    env.step(env.action_space.n - 1)
    before = env._mix.values.copy()
    reward = env.step(np.int64(3))[1]
    assert reward == 0.0
    assert np.array_equal(env._mix.values, before)


def test_a_thumb_down_takes_the_move_back_and_nothing_else_does() -> None:
    env = MixEnv(tracks=4, reward="thumb")
    env.reset(seed=5)
    moved_by: dict[float, set[float]] = {-1.0: set(), 0.0: set(), 1.0: set()}
    for _ in range(40):
        env._mix.values[0, 0] = -20.0
        thumb = env.step(np.int64(0))[1]
        moved_by[thumb].add(float(env._mix.values[0, 0] + 20.0))
    assert moved_by == {-1.0: {0.0}, 0.0: {-3.0}, 1.0: {-3.0}}


def test_the_reward_is_the_true_change_in_just_noticeable_ones_cut_off_at_four() -> None:
    env = MixEnv(tracks=4, reward="change")
    env.reset(seed=6)
    improved, rng, cut = 0.0, np.random.default_rng(0), 0
    for _ in range(60):
        _, reward, _, _, info = env.step(rng.integers(env.action_space.n))
        change, improved = info["improved"] - improved, info["improved"]
        assert reward == pytest.approx(float(np.clip(change, -4.0, 4.0)))
        cut += abs(change) > 4.0
    assert cut > 0


def test_what_is_seen_is_finite_and_within_the_space(env: MixEnv) -> None:
    env._mix.values[1, COLUMN[Param.GAIN]] = SPECS[Param.GAIN].minimum
    seen = env.step(np.int64(0))[0]
    assert seen.shape == (4, SEEN)
    assert env.observation_space.contains(seen)
