"""Ardour, the real one: mixed by a simulated listener's thumbs, saved, rendered and measured."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyloudnorm
import pytest
import soundfile
from support.ardour_rig import (
    Values,
    again_if_ardour_dies,
    bridge_beside,
    differences,
    gains_in,
    held_at_first,
    held_by,
    needs_ardour,
    play_listener,
    playing,
    short_song,
)
from support.rig import rows_of

from bridge.mix.params import COLUMN, MOVABLE, Param
from bridge.sim.stems import Stems
from bridge.studies.learning.audience import Audience

pytestmark = [pytest.mark.e2e, needs_ardour, again_if_ardour_dies]
MOVES = 20, 60
"""At least and at most: the listener may be content before the last."""


class Session(NamedTuple):
    """What is left of one sitting."""

    folder: Path
    stems: Stems
    start: Values
    end: Values
    distance: float
    decisions: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    folder = tmp_path_factory.mktemp("mixed")
    stems, start = short_song(eq=False)
    audience = Audience(stems, start, seed=3)
    with playing(folder / "ardour", stems, start) as ardour:
        ardour.render(folder / "before.wav")
        settings = {"guard": {"profile": "off"}, "pace": {"interval_s": 0.1}}
        with bridge_beside(ardour, folder / "bridge", **settings) as (bridge, person):
            play_listener(person, audience, *MOVES)
            decisions = rows_of(bridge, "SELECT payload FROM decisions")
        ardour.render(folder / "after.wav")
        saved = held_by(ardour.session_file)
    end = np.array([[saved[name][param] for param in MOVABLE] for name in stems.names])
    assert differences(saved, held_at_first(stems, audience.values)) == []
    return Session(folder, stems, start, end, audience.distance(), decisions)


def test_every_confirmed_move_stands_in_the_saved_session(session: Session) -> None:
    """Within 0.01 dB and 0.001 of pan, as the fixture has compared them."""
    assert len(session.decisions) >= MOVES[0]
    assert not np.allclose(session.end, session.start)


def test_the_mix_is_nearer_to_the_listeners_taste_than_where_it_began(session: Session) -> None:
    assert session.distance < 1.0


def test_the_eq_stays_as_it_was_where_no_spectrum_is_known(session: Session) -> None:
    assert session.end[:, 2:] == pytest.approx(session.start[:, 2:])


@pytest.mark.parametrize("when", ["before", "after"])
def test_each_stem_is_as_loud_in_the_render_as_the_bridge_believes(
    session: Session, when: str
) -> None:
    values = session.start if when == "before" else session.end
    gains = gains_in(session.folder / f"{when}.wav", session.stems)
    level_db = 10.0 * np.log10((gains**2).sum(axis=1))
    assert level_db == pytest.approx(values[:, COLUMN[Param.GAIN]], abs=0.2)
    # Ardour's panner in between its -3 dB law: louder on the side where the pan points to.
    side_db = 20.0 * np.log10(np.maximum(gains[:, 1], 1e-6) / np.maximum(gains[:, 0], 1e-6))
    pans = values[:, COLUMN[Param.PAN]]
    assert (np.sign(np.round(side_db, 1)) == np.sign(np.round(pans, 2))).all()


def test_the_loudness_of_the_render_changed_as_the_bridge_believes(session: Session) -> None:
    """BS.1770 of what Ardour rendered, and of the stems at what the bridge believes."""
    meter = pyloudnorm.Meter(session.stems.sample_rate)
    rendered, expected = [], []
    for when, values in (("before", session.start), ("after", session.end)):
        audio, _ = soundfile.read(str(session.folder / f"{when}.wav"))
        rendered.append(meter.integrated_loudness(audio))
        expected.append(meter.integrated_loudness(believed_mix(session.stems, values)))
    assert rendered == pytest.approx(expected, abs=0.2)


def believed_mix(stems: Stems, values: Values) -> Values:
    """The stems at their faders and pans, by the constant-power law with -3 dB in the centre."""
    gain = 10.0 ** (values[:, COLUMN[Param.GAIN]] / 20.0)
    angle = (values[:, COLUMN[Param.PAN]] + 1.0) * np.pi / 4.0
    left_right = gain[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.asarray(stems.audio.T.astype(np.float64) @ left_right)
