"""The study of sounds: who is judged, and by what."""

import ast
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from bridge.errors import ConfigError
from bridge.studies.people import pick, pick_worst
from bridge.studies.sound import strangers
from bridge.studies.sound.session import log_mel_distance
from bridge.studies.sound.study import lines, main, measure_all
from bridge.studies.sound.targets import SEARCHERS, draw_task, measure_search
from bridge.studies.sound.tastes import draw_person, measure_tastes
from bridge.tasks.sound.prior import SoundPrior, load_sound_prior

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[4]


@pytest.fixture(scope="module")
def prior() -> SoundPrior:
    return load_sound_prior()


def test_every_agent_gets_the_same_task(prior: SoundPrior) -> None:
    first, again = (draw_task(prior, "standard", 1, 5) for _ in range(2))
    assert np.array_equal(first.start, again.start)
    assert first.target == again.target


@pytest.mark.parametrize("name", SEARCHERS)
def test_a_search_moves_only_knobs_that_have_a_role(prior: SoundPrior, name: str) -> None:
    pytest.importorskip("cma")
    task = draw_task(prior, "standard", 0, 5)
    is_fixed = np.ones(task.start.size, dtype=bool)
    is_fixed[task.knobs] = False
    for positions in islice(SEARCHERS[name](task, prior), 12):
        assert np.array_equal(positions[is_fixed], task.start[is_fixed])
        assert ((positions >= 0.0) & (positions <= 1.0)).all()


def test_the_targets_own_knobs_leave_only_what_its_notes_differ_by(prior: SoundPrior) -> None:
    found = [measure_search(prior, "standard", number, 5, "own knobs") for number in (1, 2)]
    assert all(max(row["rest"]) == min(row["rest"]) < 0.1 for row in found)


def test_the_oracles_sound_needs_no_picks(prior: SoundPrior) -> None:
    (row,) = measure_tastes(prior, "std", 0, 5, ["oracle's sound"])
    assert "refused" not in row
    assert row["share"][-1] > 0.5


def test_equal_notes_are_at_no_log_mel_distance_whatever_their_level(prior: SoundPrior) -> None:
    task = draw_task(prior, "standard", 2, 5)
    wave = task.sound.wave
    assert log_mel_distance(wave, 0.5 * wave) == pytest.approx(0.0, abs=0.05)
    assert log_mel_distance(wave, wave[::-1].copy()) > 1.0


@pytest.mark.parametrize("population", ["std", "shift", "diverse"])
def test_a_person_likes_nothing_better_than_their_ideal(prior: SoundPrior, population: str) -> None:
    person = draw_person(prior, population, np.random.default_rng(1))
    ideal = person.ideal[0]
    assert person.utility(ideal, 0) == 0.0
    assert person.utility(ideal + 1.0, 0) < 0.0


def test_people_pick_the_best_mostly_and_the_inverted_the_worst() -> None:
    rng = np.random.default_rng(1)
    picks = [pick([0.0, 1.0, -1.0], rng) for _ in range(400)]
    assert np.mean(np.array(picks) == 1) == pytest.approx(0.9, abs=0.05)
    assert pick_worst([0.0, 1.0, -1.0], rng) == 2


@pytest.mark.long
def test_the_study_prints_its_tables(prior: SoundPrior) -> None:
    results = measure_all(
        prior, salt="5", targets=2, people=0, searchers=["agent"], teachers=[], workers=1
    )
    text = "\n".join(lines(results))
    assert "Towards a target, odd curves" in text
    assert "log-mel @10, @40" in text


def test_a_salt_that_is_no_number_is_refused() -> None:
    with pytest.raises(ConfigError, match="--salt soup: expected a hexadecimal number"):
        CliRunner().invoke(main, ["--salt", "soup"], catch_exceptions=False)


def test_the_strangers_share_only_parts_with_the_training(prior: SoundPrior) -> None:
    """The names, makes and tones of training are no strangers'."""
    tree = ast.parse(Path(str(strangers.__file__)).read_text(encoding="utf-8"))
    taken = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "bridge.sim.synths"
        for alias in node.names
    }
    assert taken.isdisjoint({"Synth", "draw_synth", "MAKES", "oscillator", "low_pass", "overdrive"})
