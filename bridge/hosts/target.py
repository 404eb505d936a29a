"""The sound file that a sound is to come near to: read, and heard as one note."""

from pathlib import Path

from bridge.errors import AudioError
from bridge.install.extras import demo_library
from bridge.mix.device_events import Note
from bridge.tasks.sound.note import LONGEST_S, measure_target


def measure_file(path: str) -> Note:
    """Hear the note in a sound file.

    Raises:
        AudioError: If there is no such file, it is no sound, or it is not one note of at most
            `LONGEST_S`.
    """
    soundfile = demo_library("soundfile")
    place = Path(path).expanduser()
    if not place.is_file():
        raise AudioError(f"{path}: there is no such file; give the whole path of a sound file.")
    try:
        with soundfile.SoundFile(str(place)) as file:
            seconds = file.frames / file.samplerate
            if seconds > LONGEST_S:
                raise AudioError(
                    f"{path}: a target is one note of at most {LONGEST_S:.0f} s, got "
                    f"{seconds:.0f} s; cut out the note that you mean."
                )
            audio, rate = file.read(dtype="float64"), file.samplerate
    except (OSError, RuntimeError) as error:
        raise AudioError(f"{path} cannot be read as sound ({error}).") from error
    heard = measure_target(audio, rate, source=path)
    return Note(
        attack_s=heard.attack_s,
        length_s=heard.length_s,
        bright_oct=heard.bright_oct,
        body_db=heard.body_db,
        rough=heard.rough,
        motion_oct=heard.motion_oct,
        level_db=heard.level_db,
    )
