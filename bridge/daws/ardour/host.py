"""A headless Ardour for the tests, the demo and the figures: no JACK, no screen, no sound card.

Ardour's `luasession` runs a script that does each line that it is given, with the dummy engine. It
isolates its settings in a folder of its own, so that a person's Ardour is not touched.

``ARDOUR_FPU_FLAGS=15`` keeps Ardour to SSE2: on a processor with AVX-512 Ardour 7.3 corrupted its
heap in a fifth of all exports, and never with this.
"""

import os
import queue
import re
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from bridge.daws.ardour.host_session import lay_out, track_channels
from bridge.errors import HostError
from bridge.install.extras import demo_library
from bridge.mix.params import COLUMN, EQ_BANDS, SILENCE_DB, Param
from bridge.mix.spectrum import EQ_CENTRES_HZ, FloatArray
from bridge.sim.stems import Stems

PATIENCE_S: Final = 30.0
_EXPORT_S: Final = 120.0
_EXPORT_TRIES: Final = 5
"""Ardour 7.3's export hangs or crashes now and then, and on a busy machine it goes on in silence
for a while; the next try exports the same session."""
_COMPARED: Final = 12_000
"""Samples of a render that are compared with the stems at once: a quarter of a second."""
ACE_EQ: Final = "urn:ardour:a-eq"
NAME: Final = "mix"
"""Name of the session and of its snapshot."""

_SCRIPT: Final = Path(__file__).with_name("host.lua")
_MARK: Final = "@@"

# Control ports of ACE EQ by band: frequency, gain and what switches the band on. The two bells in
# the middle are the second and third of its four.
_ACE_BANDS: Final = {
    Param.EQ_LOW: (0, 1, 17),
    Param.EQ_LOWMID: (5, 6, 19),
    Param.EQ_HIGHMID: (8, 9, 20),
    Param.EQ_HIGH: (14, 15, 22),
}


def find_ardour() -> Path | None:
    """The folder of Ardour's programs that has `luasession`; None where there is none."""
    folders = (Path(root) / "lib" for root in ("/usr", "/usr/local"))
    found = [path for folder in folders for path in folder.glob("ardour[0-9]*/luasession")]
    return max(found, key=_version).parent if found else None


def _version(path: Path) -> int:
    return int("0" + re.sub(r"\D", "", path.parent.name))


class ArdourHost:
    """A running Ardour with a session made of stems; its OSC answers at `port`.

    Args:
        folder: For the session and the settings; made anew.
        stems: One audio track a stem.
        values: (tracks, 6) where the controls stand at first.
        driver: Speed of the dummy engine: ``Normal Speed``, ``10x Speed``.
        port: UDP port of the OSC surface. Ardour takes the next free one where it is taken.

    Attributes:
        port: The port that it really has.
        session_file: What `save` writes.

    Raises:
        HostError: If Ardour is not installed or does not come up.
    """

    def __init__(
        self,
        folder: Path,
        stems: Stems,
        values: FloatArray,
        *,
        port: int,
        driver: str = "Normal Speed",
    ) -> None:
        folder = folder.resolve()  # Ardour has a working directory of its own
        self._folder = folder
        self._stems = stems
        self._driver = driver
        self._wanted_port = port
        self.port = 0
        self.session_file = folder / NAME / f"{NAME}.ardour"
        self._environment = _environment(folder, port)
        self._start()
        try:
            self._make(values)
            self._load()
            if not self.port:
                raise HostError(f"Ardour did not open its OSC port; see {self.log}.")
        except BaseException:
            self.kill()
            raise

    # -- the program ---------------------------------------------------------------------------

    def _start(self) -> None:
        programs = find_ardour()
        if programs is None:
            raise HostError(
                "Ardour's luasession was not found: install Ardour 7 or newer "
                "(Debian: apt install ardour)."
            )
        self._programs = programs
        self._log = (self._folder / "ardour.log").open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - Ardour's own program and our script
            [str(programs / "luasession"), str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=self._environment,
            text=True,
            errors="replace",
        )
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        reader = threading.Thread(
            target=_read_answers, args=(self._process.stdout, self._answers), daemon=True
        )
        reader.start()

    def _make(self, values: FloatArray) -> None:
        """Make the session with its tracks, EQs and values; then put the audio into it."""
        rate = self._stems.sample_rate
        self._start_engine()
        self.lua(f"s = create_session({_quote(self._folder / NAME)}, '{NAME}', {rate})")
        for row, name in enumerate(self._stems.names):
            self.add_track(name, place=None, channels=track_channels(self._stems, row))
            self.insert_plugin(name, ACE_EQ)
        for name, row in zip(self._stems.names, values, strict=True):
            for band, hz in zip(EQ_BANDS, EQ_CENTRES_HZ, strict=True):
                freq_port, _, switch_port = _ACE_BANDS[band]
                self._set_plugin(name, "ACE EQ", freq_port, float(hz))
                self._set_plugin(name, "ACE EQ", switch_port, 1.0)
            for param, column in COLUMN.items():
                self.hand(name, param, float(row[column]))
        self.lua("s:save_state('')")
        self.lua("close_session()")
        lay_out(self.session_file, self._stems)

    def _start_engine(self) -> None:
        self.lua("be = AudioEngine:set_backend('None (Dummy)', '', '')")
        self.lua(f"be:set_driver({_quote(self._driver)})")
        self.lua("be:set_buffer_size(1024)")

    def _load(self) -> None:
        self.lua(f"s = load_session({_quote(self._folder / NAME)}, '{NAME}')")
        self.lua("assert(s, 'the session did not load')")
        url = (self.settings_folder / "osc_url").read_text(encoding="utf-8")
        if found := re.search(r":(\d+)/", url):
            self.port = int(found[1])

    def restart(self, *, keeps_settings: bool = False) -> None:
        """Start a new Ardour on the session as it was last saved, after `kill` or `quit`."""
        self._environment = _environment(
            self._folder, None if keeps_settings else self._wanted_port
        )
        self._start()
        self._start_engine()
        self._load()

    def quit(self) -> None:
        """End it as a person does; what was not saved is lost."""
        try:
            self.lua("close_session()")
        finally:
            self.kill(gently=True)

    def kill(self, *, gently: bool = False) -> None:
        """End the process: at once, or when it has read the end of its script's input."""
        if gently and self._process.stdin is not None:
            self._process.stdin.close()
            try:
                self._process.wait(10.0)
            except subprocess.TimeoutExpired:
                gently = False
        if not gently:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()

    @property
    def settings_folder(self) -> Path:
        """Ardour's settings, which are this host's own."""
        return self._folder / "xdg" / self._programs.name

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """What the process has ended with; None while it runs."""
        return self._process.poll()

    @property
    def log(self) -> Path:
        """What it wrote to its standard error."""
        return Path(self._log.name)

    def lua(self, line: str) -> str:
        """Let Ardour run one line of Lua; returns what the line returns, as text.

        Raises:
            HostError: If it fails, or the process has ended.
        """
        if self._process.stdin is None:
            raise HostError("Ardour has no input.")
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
            answer = self._answers.get(timeout=PATIENCE_S)
        except (OSError, ValueError, queue.Empty):
            answer = None
        if answer is None:
            raise HostError(f"Ardour does not answer to {line!r}; see {self.log}.")
        verdict, _, text = answer.partition(" ")
        if verdict != "done":
            raise HostError(f"Ardour: {line!r}: {text}")
        return text

    # -- what a person does in it ---------------------------------------------------------------

    def play(self) -> None:
        """Play the song round and round."""
        self.lua("s:request_play_loop(true, true)")

    def stop(self) -> None:
        """Stop the transport."""
        self.lua("s:request_stop(false, false)")

    def hand(self, name: str, param: Param, value: float) -> None:
        """Move a control of a track inside Ardour; `value` in the units of the core."""
        if param is Param.GAIN:
            coefficient = 10.0 ** (value / 20.0) if value > SILENCE_DB else 0.0
            self._set_control(name, "gain_control", coefficient)
        elif param is Param.PAN:
            self._set_control(name, "pan_azimuth_control", (1.0 + value) / 2.0)
        elif param in (Param.MUTE, Param.SOLO):
            self._set_control(name, f"{param}_control", value)
        else:
            self._set_plugin(name, "ACE EQ", _ACE_BANDS[param][1], value)

    def add_track(self, name: str, *, place: int | None, channels: int = 1) -> None:
        """Add a mono or stereo track: before the strip at `place` (from 0), or as the last."""
        order = "ARDOUR.PresentationInfo.max_order" if place is None else str(place)
        self.lua(
            f"for t in s:new_audio_track({channels}, 2, nil, 1, {_quote(name)}, {order}, "
            "ARDOUR.TrackMode.Normal, false, false):iter() do t:set_name("
            f"{_quote(name)}) end"
        )

    def rename_track(self, name: str, to: str) -> None:
        """Give a track another name."""
        self.lua(f"{_route(name)}:set_name({_quote(to)})")

    def insert_plugin(self, name: str, uri: str, *, position: int = 0) -> None:
        """Put an LV2 plugin on a track, before the one at `position`."""
        self.lua(
            f"{_route(name)}:add_processor_by_index(ARDOUR.LuaAPI.new_plugin(s, {_quote(uri)}, "
            f"ARDOUR.PluginType.LV2, ''), {position}, nil, true)"
        )

    def remove_plugin(self, name: str, plugin: str) -> None:
        """Take a plugin off a track."""
        self.lua(
            f"local r = {_route(name)}; local i = 0; while not r:nth_plugin(i):isnil() do "
            f"if r:nth_plugin(i):display_name() == {_quote(plugin)} then "
            "r:remove_processor(r:nth_plugin(i), nil, true) return end i = i + 1 end"
        )

    def _set_control(self, name: str, control: str, value: float) -> None:
        self.lua(
            f"{_route(name)}:{control}():set_value({value!r}, PBD.GroupControlDisposition.NoGroup)"
        )

    def _set_plugin(self, name: str, plugin: str, port: int, value: float) -> None:
        self.lua(
            f"local r = {_route(name)}; local i = 0; while not r:nth_plugin(i):isnil() do "
            f"if r:nth_plugin(i):display_name() == {_quote(plugin)} then ARDOUR.LuaAPI."
            f"set_processor_param(r:nth_plugin(i), {port}, {value!r}) end i = i + 1 end"
        )

    # -- what comes out ------------------------------------------------------------------------

    def save(self) -> None:
        """Save the session, whole, before this returns."""
        self.lua("s:save_state('')")

    def render(self, wav: Path) -> None:
        """Save, and export the song from the master's output as 32-bit float stereo.

        Raises:
            HostError: If Ardour refuses, or crashes or hangs each time.
        """
        self.save()
        trouble, lost_before = "", list[int]()
        for _ in range(_EXPORT_TRIES):
            wav.unlink(missing_ok=True)
            try:
                done = subprocess.run(  # noqa: S603 - Ardour's own program
                    [
                        str(next((self._programs / "utils").glob("ardour*-export"))),
                        "-b", "float", "-o", str(wav), str(self._folder / NAME), NAME,
                    ],
                    env=self._environment, capture_output=True, text=True, errors="replace",
                    check=False, timeout=_EXPORT_S,
                )  # fmt: skip
            except subprocess.TimeoutExpired:
                trouble = f"it hung for {_EXPORT_S:g} s"
                continue
            if done.returncode == 0 and wav.is_file():
                lost = silent_where_stems_play(wav, self._stems)
                if lost == lost_before:  # twice the same silence is the mix's own
                    return
                places = ", ".join(f"{sample / self._stems.sample_rate:g}" for sample in lost[:5])
                trouble = f"it left audio out at {places} s: {done.stderr[-500:]}"
                lost_before = lost
                continue
            trouble = f"exit code {done.returncode}: {done.stderr[-500:]}"
            if done.returncode > 0:
                break
        raise HostError(f"Ardour's export failed ({trouble}).")


@contextmanager
def running_ardour(
    folder: Path, stems: Stems, values: FloatArray, *, port: int, driver: str = "Normal Speed"
) -> Iterator[ArdourHost]:
    """An `ArdourHost` for as long as the context lasts."""
    host = ArdourHost(folder, stems, values, port=port, driver=driver)
    try:
        yield host
    finally:
        host.kill()


def silent_where_stems_play(wav: Path, stems: Stems) -> list[int]:
    """The samples from which on a render is silent for a while though a stem is not."""
    soundfile = demo_library("soundfile")
    found = []
    for number, mix in enumerate(soundfile.blocks(str(wav), blocksize=_COMPARED)):
        begin, end = (min(each * _COMPARED, stems.samples) for each in (number, number + 1))
        if begin < end and not mix.any() and any(t[begin:end].any() for t in stems.audio):
            found.append(begin)
    return found


def _environment(folder: Path, port: int | None) -> Mapping[str, str]:
    """Ardour's environment, with settings of its own: fresh ones, or with no port as they are."""
    programs = find_ardour()
    lib = str(programs) if programs else ""
    version = Path(lib).name
    settings = folder / "xdg" / version
    settings.mkdir(parents=True, exist_ok=True)
    (settings / "osc_url").write_text("", encoding="utf-8")  # Ardour writes it only if it exists
    if port is not None:
        (settings / "config").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<Ardour><Config><Option name="osc-port" value="{port}"/></Config></Ardour>\n',
            encoding="utf-8",
        )
    return os.environ | {
        "LD_LIBRARY_PATH": lib,
        "ARDOUR_DLL_PATH": lib,
        "ARDOUR_DATA_PATH": f"/usr/share/{version}",
        "ARDOUR_CONFIG_PATH": f"/etc/{version}",
        "VAMP_PATH": f"{lib}/vamp",
        "ARDOUR_FPU_FLAGS": "15",
        "XDG_CONFIG_HOME": str(folder / "xdg"),
        "XDG_CACHE_HOME": str(folder / "xdg" / "cache"),
    }


def _read_answers(pipe: IO[str] | None, answers: "queue.SimpleQueue[str | None]") -> None:
    """Take the script's answers out of what Ardour prints; None when it has ended."""
    for line in pipe or ():
        before, mark, answer = line.rstrip("\n").partition(_MARK)
        del before
        if mark:
            answers.put(answer)
    answers.put(None)


def _quote(text: object) -> str:
    """Text as Lua writes it."""
    escaped = str(text).replace("\\", "\\\\").replace("'", "\\'").replace("\n", " ")
    return f"'{escaped}'"


def _route(name: str) -> str:
    return f"s:route_by_name({_quote(name)})"
