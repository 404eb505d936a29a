"""No reason contradicts its move: what it says is wrong is less wrong afterwards; all agents."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Final

import numpy as np
import pytest
from support.repeats import share

from bridge.agents.agent import Agent, Proposal
from bridge.agents.errors import find_errors
from bridge.agents.factored import FactoredAgent
from bridge.agents.features import measure
from bridge.agents.flat import FlatAgent
from bridge.agents.own_sound import own_errors
from bridge.learning.prior import load_prior
from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.state import Observation
from bridge.sim.listeners import draw_listener
from bridge.sim.songs import SimulatedMix, make_song
from bridge.studies.learning.rivals import (
    UNTAUGHT,
    Chance,
    LinUcb,
    Rules,
    fit_weights,
    without_tables,
)

PRIOR: Final = load_prior()
MOVES: Final = {
    "factored": share(7500),
    "no prior": share(1000),
    "flat": share(1000),
    "rules": share(1000),
    "linucb": share(250),
}
"""How many moves of each agent are looked at."""
SONG_MOVES: Final = 125
SIZES: Final = (5, 9, 16, 24)


@lru_cache(maxsize=1)
def weights() -> np.ndarray:
    return fit_weights(PRIOR)


AGENTS: Final[dict[str, Callable[[int], Agent]]] = {
    "factored": lambda seed: FactoredAgent(PRIOR, seed=seed, epsilon=0.2),
    "no prior": lambda seed: FactoredAgent(without_tables(PRIOR), tuning=UNTAUGHT, seed=seed),
    "flat": lambda seed: FlatAgent(seed=seed, epsilon=0.3),
    "rules": lambda _: Rules(),
    "linucb": lambda _: LinUcb(weights()),
    "chance": lambda seed: Chance(seed=seed),
}

BANDS: Final = dict(zip(("lows", "low mids", "high mids", "highs"), EQ_BANDS, strict=True))
CLAIM: Final = re.compile(
    r"(?P<name>Track \d+) (?:(?:is|are) (?:panned )?|(?:has|have) )"
    r"(?:about [\d.]+ (?:dB|%)|slightly) too "
    r"(?P<fault>loud|quiet|wide|narrow|much|little)(?: in the (?P<band>[a-z ]+?))? for "
    r"(?:your taste|most listeners)(?:, and this (?P<way>raises|lowers) it in the mix)?"
)
HABIT: Final = re.compile(
    r"Track \d+ (?:a little (?P<far>louder|softer|wider|narrower)|with (?P<how>more|less) "
    r"(?P<band>[a-z ]+)) is mostly liked in a mix like this one"
)
LESS: Final = ("loud", "wide", "much")


def moved(mix: Observation, proposal: Proposal) -> Observation:
    values = mix.values.copy()
    values[proposal.row, COLUMN[proposal.param]] += proposal.step
    return replace(mix, values=values)


def contradictions(
    mix: Observation, proposal: Proposal, taste: np.ndarray | None = None
) -> list[str]:
    """What the sentence says and the measured mix, or what is believed of the taste, denies."""
    before, after = measure(mix), measure(moved(mix, proposal))
    taste = np.zeros((len(mix.keys), 10)) if taste is None else taste
    error = find_errors(before, mix, taste)[0] - taste[:, :6]
    own = own_errors(mix) - taste[:, 6:]
    wrong = []
    claims = list(CLAIM.finditer(proposal.reason))
    for claim in claims:
        row = mix.names.index(claim["name"])
        if claim["band"]:
            column = EQ_BANDS.index(BANDS[claim["band"]])
            change = after.tone[row, column] - before.tone[row, column]
            # The tone is off the role's, or the track's own sound, by what the agent believes.
            faults = (error[row, 1 + column], own[row, column])
        elif claim["fault"] in ("wide", "narrow"):
            change, faults = after.width[row] - before.width[row], (error[row, 5],)
        else:
            change, faults = after.level[row] - before.level[row], (error[row, 0],)
        if all(bool(fault > 0.0) is not (claim["fault"] in LESS) for fault in faults):
            wrong.append(f"{claim[0]}: it is off by {faults}")
        if not (change < 0.0 if claim["fault"] in LESS else change > 0.0):
            wrong.append(f"{claim[0]}: it changes by {change:+.2f}")
        if claim["way"] and bool(change > 0.0) is not (claim["way"] == "raises"):
            wrong.append(f"{claim[0]}: it changes by {change:+.2f}")
        is_about_move = row == proposal.row and not claim["way"]
        if claim["band"] and (not is_about_move or BANDS[claim["band"]] is not proposal.param):
            wrong.append(f"{claim[0]}: that is not what is moved")
    if (said := HABIT.search(proposal.reason)) is not None:
        up = said["far"] in ("louder", "wider") or said["how"] == "more"
        change = proposal.step
        if proposal.param is Param.PAN:
            change = after.width[proposal.row] - before.width[proposal.row]
        if up is not bool(change > 0.0):
            wrong.append(f"{said[0]}: it changes by {change:+.2f}")
    return wrong


Said = tuple[Observation, Proposal, np.ndarray | None]


def play(name: str, seed: int) -> list[Said]:
    """One song with one listener, whose thumbs teach; what is disliked is taken back."""
    rng = np.random.default_rng([seed, 21])
    song = make_song(rng, tracks=SIZES[seed % len(SIZES)])
    listener = draw_listener(rng)
    mix = SimulatedMix(song)
    agent = AGENTS[name](seed)
    found: list[Said] = []
    for _ in range(SONG_MOVES):
        seen = mix.observe(rng)
        seen = replace(seen, names=tuple(f"Track {row}" for row in range(len(seen.names))))
        steps = agent.steps(seen)
        room = np.ones(steps.shape, dtype=np.bool_)
        said = agent.propose(seen, steps, room, at=0.0, explore=True, cautious=False)
        if said is None:
            continue
        is_factored = isinstance(agent, FactoredAgent)
        found.append((seen, said, agent._person.taste.of_members()[0] if is_factored else None))
        before = listener.utility(song, mix.values)
        mix.move(said.row, said.param, said.step)
        reward = 1.0 if listener.utility(song, mix.values) > before else -1.0
        agent.learn(
            said,
            reward,
            weight=1.0,
            at=0.0,
            observation=mix.observe(rng),
            next_allowed=lambda room=room: room,
        )
        if reward < 0.0:
            mix.move(said.row, said.param, -said.step)
    return found


@pytest.mark.parametrize("name", MOVES)
def test_no_reason_contradicts_its_move(name: str) -> None:
    count, seed = 0, 0
    while count < MOVES[name]:
        for seen, said, taste in play(name, seed):
            assert contradictions(seen, said, taste) == [], said.reason
            count += 1
        seed += 1
    print(f"{name}: {count} moves, 0 contradictions")  # noqa: T201


def test_the_reason_of_a_factored_move_is_mostly_an_error_that_it_mends() -> None:
    said = [proposal.reason for seed in range(4) for _, proposal, _ in play("factored", seed)]
    claimed = [text for text in said if CLAIM.search(text)]
    assert len(claimed) > 0.6 * len(said)
    assert all(CLAIM.search(text) or HABIT.search(text) for text in said)
