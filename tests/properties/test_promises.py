"""Whatever happens, in any order, nothing leaves that the bridge has promised not to send."""

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from support.repeats import share
from support.storm import HAPPENINGS, Storm

from bridge.guard.limits import Profile
from bridge.mix.messages import Mode

SEQUENCES_A_STORM = 200
STORMS = {Profile.STUDIO: share(220), Profile.LIVE: share(220), Profile.OFF: share(90)}
ACTIONS = 6


@pytest.mark.parametrize("profile", Profile)
def test_every_write_of_many_random_sequences_keeps_every_promise(profile: Profile) -> None:
    decisions = 0
    for seed in range(STORMS[profile]):
        storm = Storm(seed, profile)
        for sequence in range(SEQUENCES_A_STORM):
            try:
                storm.blow(ACTIONS)
            except AssertionError as broken:
                broken.add_note(f"storm {seed} of {profile}, sequence {sequence}")
                raise
        decisions += storm.decisions
    assert decisions > 15 * STORMS[profile], "the storms were so wild that nothing was tried"


@pytest.mark.parametrize("profile", [Profile.STUDIO, Profile.LIVE])
def test_a_task_that_ignores_the_guard_gets_nothing_past_the_door(profile: Profile) -> None:
    for seed in range(30):
        storm = Storm(seed, profile, is_honest=False)
        for _ in range(100):
            storm.blow(ACTIONS)


@pytest.mark.parametrize("mode", Mode)
def test_after_every_storm_the_bridge_works_again(mode: Mode) -> None:
    for seed in range(60):
        storm = Storm(seed, Profile.STUDIO, mode=mode)
        storm.blow(60)
        before = storm.decisions
        storm.calm()
        assert storm.decisions > before, f"storm {seed}: nothing was ever chosen again"


class Weather(RuleBasedStateMachine):
    """The same events in orders that hypothesis chooses, so that a failure is shrunk."""

    @initialize(
        dice=st.randoms(use_true_random=False),
        profile=st.sampled_from(Profile),
        mode=st.sampled_from(Mode),
    )
    def begin(self, dice: random.Random, profile: Profile, mode: Mode) -> None:
        self.storm = Storm(dice.randrange(1000), profile, mode=mode)
        self.storm.dice = dice

    @rule(name=st.sampled_from(HAPPENINGS))
    def happen(self, name: str) -> None:
        getattr(self.storm, name)()

    @rule(times=st.integers(1, 30))
    def pass_time(self, times: int) -> None:
        for _ in range(times):
            self.storm.tick()
            self.storm.answer()


Weather.TestCase.settings = settings(max_examples=60, stateful_step_count=30)
TestWeather = Weather.TestCase
