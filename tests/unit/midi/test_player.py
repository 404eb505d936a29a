"""The player of phrases: what is sent and when, and that nothing goes on sounding."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import JournalError
from bridge.midi.clock import MidiClock, TempoClock
from bridge.midi.files import read_midi, write_midi
from bridge.midi.player import Player, Song, score
from bridge.mix.phrases import PhraseNote, phrase_of

FAST_BPM = 6000.0
PHRASE = phrase_of([PhraseNote(0.0, 40, 1.0, 100), PhraseNote(1.0, 40, 1.0, 90)], 4.0)


class Heard:
    """A port that keeps what it gets, and says when there was enough."""

    def __init__(self, enough: int) -> None:
        self.sent: list[list[int]] = []
        self.is_enough = threading.Event()
        self._enough = enough

    def send(self, data: list[int]) -> None:
        self.sent.append(data)
        if len(self.sent) >= self._enough:
            self.is_enough.set()

    def close(self) -> None:
        pass


def sounding(sent: list[list[int]]) -> set[tuple[int, int]]:
    """What a synth would go on playing."""
    held: set[tuple[int, int]] = set()
    for status, number, *_ in sent:
        channel, kind = status & 0x0F, status & 0xF0
        if kind == 0x90:
            held.add((channel, number))
        elif kind == 0x80:
            held.discard((channel, number))
    return held


def test_what_ends_comes_before_what_begins() -> None:
    assert score(PHRASE, 0) == [
        (0.0, [0x90, 40, 100]),
        (1.0, [0x80, 40, 0]),
        (1.0, [0x90, 40, 90]),
        (2.0, [0x80, 40, 0]),
    ]


def test_a_phrase_is_played_in_a_loop_until_silence_and_nothing_hangs() -> None:
    port = Heard(enough=40)
    clock = TempoClock(bpm=FAST_BPM, began_at=0.0)
    player = Player(port, lambda _: Song(clock=clock, is_running=None, jumps=0))
    player.play(phrase_of([PhraseNote(0.0, 40, 4.0, 100), PhraseNote(0.0, 47, 4.0, 90)], 4.0), 9)
    assert port.is_enough.wait(60.0)
    player.silence()
    assert sounding(port.sent) == set()
    player.close()
    count = len(port.sent)
    assert port.sent[-1] in ([0x89, 40, 0], [0x89, 47, 0], [0xB9, 123, 0])
    assert len(port.sent) == count


def test_no_more_than_sixteen_notes_sound() -> None:
    port = Heard(enough=60)
    clock = TempoClock(bpm=FAST_BPM, began_at=0.0)
    player = Player(port, lambda _: Song(clock=clock, is_running=None, jumps=0))
    player.play(phrase_of([PhraseNote(0.0, 40 + k, 2.0, 90) for k in range(30)], 4.0), 0)
    assert port.is_enough.wait(60.0)
    player.close()
    most = max(len(sounding(port.sent[:k])) for k in range(len(port.sent)))
    assert most == 16


def test_a_song_that_stops_silences() -> None:
    port = Heard(enough=6)
    clock = TempoClock(bpm=FAST_BPM, began_at=0.0)
    running = [True]
    ended = threading.Event()

    def follow(_at: float) -> Song:
        if len(port.sent) >= 6:
            running[0] = False
        if port.sent and port.sent[-1][0] == 0xB0:
            ended.set()
        return Song(clock=clock, is_running=running[0], jumps=0)

    player = Player(port, follow)
    player.play(PHRASE, 0)
    assert port.is_enough.wait(60.0)
    player.close()
    assert sounding(port.sent) == set()


def test_a_port_that_is_gone_is_played_to_no_more() -> None:
    class Gone(Heard):
        def send(self, data: list[int]) -> None:
            self.is_enough.set()
            raise OSError("unplugged")

    port = Gone(enough=1)
    clock = TempoClock(bpm=FAST_BPM, began_at=0.0)
    player = Player(port, lambda _: Song(clock=clock, is_running=None, jumps=0))
    player.play(PHRASE, 0)
    assert port.is_enough.wait(60.0)
    player.close()


# -- clocks ---------------------------------------------------------------------------------------


@given(st.floats(40.0, 240.0), st.floats(0.0, 1000.0))
def test_a_tempo_is_its_own_inverse(bpm: float, at: float) -> None:
    clock = TempoClock(bpm=bpm, began_at=3.0)
    assert clock.time_of(clock.beat(at)) == pytest.approx(at, abs=1e-6)


def ticking(clock: MidiClock, *, bpm: float, beats: float, at: float = 0.0) -> float:
    tick_s = 60.0 / bpm / 24
    for _ in range(round(beats * 24)):
        clock.receive([0xF8], at)
        at += tick_s
    return at - tick_s


def test_midi_clock_says_tempo_and_place() -> None:
    clock = MidiClock()
    clock.receive([0xFA], 0.0)
    last = ticking(clock, bpm=120.0, beats=4.0)
    assert clock.is_running
    assert clock.is_fresh(last)
    assert clock.beat(last) == pytest.approx(4.0 - 1 / 24, abs=1e-6)
    assert clock.time_of(5.0) == pytest.approx(last + (1.0 + 1 / 24) * 0.5, abs=1e-6)
    assert not clock.is_fresh(last + 2.0)


def test_one_late_tick_moves_little() -> None:
    clock = MidiClock()
    clock.receive([0xFA], 0.0)
    last = ticking(clock, bpm=120.0, beats=4.0)
    clock.receive([0xF8], last + 0.5 / 24 + 0.010)
    assert abs(clock.beat(last + 0.5 / 24) - 4.0) * 0.5 < 0.002


def test_stop_position_and_continue_are_jumps() -> None:
    clock = MidiClock()
    clock.receive([0xFA], 0.0)
    last = ticking(clock, bpm=120.0, beats=2.0)
    jumps = clock.jumps
    clock.receive([0xFC], last)
    assert not clock.is_running
    clock.receive([0xF2, 16, 0], last)  # sixteen sixteenths: beat 4
    clock.receive([0xFB], last)
    last = ticking(clock, bpm=120.0, beats=1.0, at=last + 0.02)
    assert clock.jumps == jumps + 3
    assert clock.beat(last) == pytest.approx(5.0 - 1 / 24, abs=0.05)
    clock.receive([], last)
    clock.receive([0x90, 60, 1], last)
    assert clock.jumps == jumps + 3


# -- files ----------------------------------------------------------------------------------------


def test_a_file_holds_the_phrase(tmp_path: Path) -> None:
    file = tmp_path / "phrases" / "Bass 1-7.mid"
    write_midi(file, PHRASE, name="Bäss ♪", bpm=98.0)
    assert read_midi(file) == PHRASE


def test_a_file_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "broken.mid"
    broken.write_bytes(b"RIFF, not MIDI")
    with pytest.raises(JournalError, match="cannot be read as a MIDI file"):
        read_midi(broken)
    with pytest.raises(JournalError, match="cannot be written"):
        write_midi(broken / "below.mid", PHRASE, name="x")
