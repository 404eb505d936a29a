"""Phrases as MIDI files, for every DAW that has no other door."""

from pathlib import Path

import mido

from bridge.errors import JournalError
from bridge.midi.player import DRUM_CHANNEL, score
from bridge.mix.phrases import DEFAULT_BPM, TICKS_A_BEAT, Phrase, PhraseNote, phrase_of


def write_midi(
    file: Path, phrase: Phrase, *, name: str, bpm: float = DEFAULT_BPM, is_drums: bool = False
) -> None:
    """Write a phrase as a MIDI file of one track.

    Raises:
        JournalError: If it cannot be written.
    """
    song = mido.MidiFile(type=0, ticks_per_beat=TICKS_A_BEAT)
    track = mido.MidiTrack()
    song.tracks.append(track)
    track.append(
        mido.MetaMessage("track_name", name=name.encode("latin-1", "replace").decode("latin-1"))
    )
    track.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm)))
    track.append(mido.MetaMessage("time_signature", numerator=4, denominator=4))
    ticks = 0
    for beat, data in score(phrase, DRUM_CHANNEL if is_drums else 0):
        at = round(beat * TICKS_A_BEAT)
        message = mido.Message.from_bytes(data)
        message.time = at - ticks
        track.append(message)
        ticks = at
    end = max(round(phrase.length * TICKS_A_BEAT) - ticks, 0)
    track.append(mido.MetaMessage("end_of_track", time=end))
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        song.save(str(file))
    except OSError as error:
        raise JournalError(f"{file}: cannot be written: {error.strerror}.") from error


def read_midi(file: Path) -> Phrase:
    """The notes of a MIDI file, of all its tracks.

    Raises:
        JournalError: If it cannot be read.
    """
    try:
        song = mido.MidiFile(str(file))
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise JournalError(f"{file}: cannot be read as a MIDI file ({error!r}).") from error
    notes: list[PhraseNote] = []
    longest = 0.0
    for track in song.tracks:
        ticks, begun = 0, {}
        for message in track:
            ticks += message.time
            beat = ticks / song.ticks_per_beat
            longest = max(longest, beat)
            if message.type == "note_on" and message.velocity:
                begun[message.note] = (beat, message.velocity)
            elif message.type in ("note_on", "note_off") and message.note in begun:
                start, velocity = begun.pop(message.note)
                notes.append(PhraseNote(start, message.note, beat - start, velocity))
    bars = max(1, -(-int(longest * TICKS_A_BEAT) // (4 * TICKS_A_BEAT)))
    return phrase_of(notes, 4.0 * bars)
