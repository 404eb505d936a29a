"""The sound task in the engine, over the wire, beside a toy synth that is really heard."""

from dataclasses import fields

import numpy as np
import pytest
from support.devices import Rig, SynthDaw

from bridge.learning.q_learning import FloatArray
from bridge.mix import device_events as d
from bridge.mix import messages as m
from bridge.mix.device_events import KnobWord, Note
from bridge.mix.devices import DeviceParamSpec
from bridge.mix.messages import Mode
from bridge.mix.notices import Offered, StatusChanged
from bridge.sim.synths import SAMPLE_RATE, draw_synth
from bridge.tasks.sound.distance import distance
from bridge.tasks.sound.note import measure_note
from bridge.tasks.sound.prior import load_sound_prior
from bridge.tasks.sound.task import SoundTask, as_note

pytestmark = pytest.mark.slow

_FEATURES = [field.name for field in fields(Note)]


class ToyStudio:
    """A rig with a toy synth whose knobs are heard, and the sound task beside it."""

    def __init__(self, mode: Mode, seed: int = 3, *, is_known: bool = True) -> None:
        rng = np.random.default_rng(seed)
        self.synth = draw_synth("subtractive", rng)
        self._rng = rng
        self.wanted = self.note(rng.uniform(0.2, 0.8, len(self.synth.names)))
        names = self.synth.names if is_known else [f"P{n}" for n in range(len(self.synth.names))]
        specs = [DeviceParamSpec(name=name, minimum=0.0, maximum=1.0) for name in names]
        self.task = SoundTask(load_sound_prior(), seed=1)
        self.rig = Rig(
            mode=mode,
            plays_notes=True,
            task=self.task,
            daw=SynthDaw(specs),
            ears=lambda daw: self.note(self.positions(daw)),
        )

    def positions(self, daw: SynthDaw) -> FloatArray:
        return np.array([daw.held[1, p] for p in range(1, len(self.synth.names) + 1)])

    def note(self, positions: FloatArray) -> Note:
        positions = positions.copy()
        positions[-1] = 0.5  # the level is nobody's to move
        heard = measure_note(self.synth.render(positions, self._rng), SAMPLE_RATE)
        return Note(**{name: getattr(heard, name) for name in _FEATURES})

    def distance(self) -> float:
        """How far the sound is from the target, mean of five notes, as the task hears it."""
        here = self.positions(self.rig.daw)
        return float(np.mean([self._distance(self.note(here)) for _ in range(5)]))

    def _distance(self, note: Note) -> float:
        scale = load_sound_prior().scale
        return distance(scale.features(as_note(note)) - scale.features(as_note(self.wanted)))

    def aim(self) -> None:
        self.rig.handle(d.TargetChosen(at=self.rig.at, path="/wanted.wav"))
        said = {name: getattr(self.wanted, name) for name in _FEATURES}
        self.rig.handle(d.TargetHeard(at=self.rig.at, path="/wanted.wav", trouble="", **said))


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_it_brings_a_synth_near_to_a_target_by_itself_and_its_level_is_never_moved(
    seed: int,
) -> None:
    studio = ToyStudio(Mode.ASSIST, seed)
    studio.aim()
    first = studio.distance()
    studio.rig.work().wait(60.0)
    assert studio.distance() < 0.35 * first
    assert studio.rig.daw.held[1, len(studio.synth.names)] == 0.5
    assert {decision.key for decision in studio.rig.decisions()} == {"Bass/Zed"}


def test_taste_offers_two_and_learns_from_a_pick_that_was_heard() -> None:
    studio = ToyStudio(Mode.SUGGEST)
    rig = studio.rig.work().wait(3.0)
    before = rig.engine.memory()
    offer = rig.notices(Offered)[-1]
    assert len(offer.moves) == 2
    for move in offer.moves:
        rig.handle(m.AuditionSwitched(at=rig.at, move=move, on=True))
        rig.wait(3.0)
    rig.handle(d.VariantChosen(at=rig.at, offer="", choice=1))
    rig.wait(1.0)
    beliefs = studio.task.beliefs()["roles"]["bass"]
    assert any(each["sure"] > 0.0 for each in beliefs.values())
    assert rig.engine.memory() != before


def test_a_device_without_a_known_parameter_is_left_alone_until_one_is_taught() -> None:
    studio = ToyStudio(Mode.ASSIST, is_known=False)
    studio.aim()
    rig = studio.rig.work().wait(10.0)
    count = len(studio.synth.names)
    told = [notice.text for notice in rig.notices(StatusChanged) if "I know none" in notice.text]
    assert told == [
        f"Zed: I know none of these {count} parameters by name: teach me one, for example which is "
        "the cutoff."
    ]
    assert rig.written == []
    cutoff = studio.synth.names.index("Filter Cutoff")
    rig.handle(d.KnobTaught(at=rig.at, knob=f"P{cutoff}", word=KnobWord.CUTOFF))
    rig.wait(10.0)
    assert {command.param for _, command in rig.written} == {cutoff + 1}
