"""Record the transcripts anew, with `PYTHONPATH=.:tests`.

Each is what `mixbridge run --trace` wrote of some seconds beside a DAW: the rig's own, the fakes of
AbletonOSC and REAPER, and the real Ardour where it is installed. They are recorded with names as
they are, since they are nobody's. Give names of DAWs as arguments to record only those.
"""

import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from support import rig
from support.ableton.rig import Studio as LiveStudio
from support.ardour_rig import bridge_beside, playing, short_song
from support.desk_rig import Gig
from support.reaper.rig import Studio as ReaperStudio
from support.rig import Bridge, Desk, Remote, ending, free_ports
from support.zyn import ADDRESS, BANK, Client, running_zyn

from bridge.daws.ableton.wire.curves import fader_position
from bridge.daws.desk.study.fake import FakeDesk
from bridge.mix.params import Param

HERE = Path(__file__).parent
MOST_BYTES = 200_000
STUDIO = {"guard": {"profile": "studio"}, "learning": {"agent": "factored"}}


class QuietDesk(Desk):
    """The rig's DAW with two meters a second: what matters stays visible."""

    def _send_meters(self) -> None:
        self._meters_due = time.monotonic() + 0.5
        for track, strip in enumerate(self.strips, start=1):
            rms = (-30.0, -12.0, -24.0, -15.0, -20.0, -27.0)[track - 1] + strip.values["gain"]
            self.say(f"/mix/track/{track}/meter", rms, rms + 9.0)


def generic(folder: Path) -> None:
    """Two moves, a hand in small steps, a panic; and a DAW that says one value that is none."""
    with ending(Bridge(folder, mode="observe", pace={"interval_s": 3.0}, **STUDIO)) as bridge:
        desk = QuietDesk(port=bridge.daw_port, bridge_port=bridge.port)
        try:
            desk.load()
            desk.greet()
            desk.wait_for_status("online")
            desk.let_pass(2.0)
            desk.say("/bridge/mode", "assist")
            move = desk.hear_move("confirmed")
            desk.hear_move("confirmed")
            desk.say("/bridge/mode", "observe")
            desk.let_pass(0.5)
            other = next(t for t in range(1, 7) if t != move.track)
            start = desk.value(other, "gain")
            for step in range(1, 41):
                desk.hand(other, "gain", start - 0.3 * step)
                desk.let_pass(0.02)
            desk.hear("/bridge/change", "hand", other)
            desk.say("/mix/track/1/gain", "loud")
            desk.say("/bridge/panic")
            desk.let_pass(2.0)
            desk.say("/bridge/rearm")
            desk.let_pass(0.3)
        finally:
            desk.close()


def ableton(folder: Path) -> None:
    """A hand, and a suggestion that nobody answers."""
    with closing(LiveStudio(folder)) as studio, ending(studio.bridge):
        live, remote = studio.live, studio.remote
        live.ask("meter 0.7")
        remote.greet()
        remote.wait_for_status("online")
        live.until(lambda state: state["log_level"] == "warning")
        live.ask(f"hand Bass {fader_position(-12.0)}")
        remote.hear("/bridge/change", "hand", 2, "gain")
        remote.say("/bridge/hello", remote.port)
        remote.hear_move("proposed")


def reaper(folder: Path) -> None:
    """Without its companion: a suggestion that is accepted, and a hand."""
    with closing(ReaperStudio(folder)) as studio, ending(studio.bridge):
        assert studio.companion
        studio.companion.stop()
        studio.companion = None
        for track, level in zip(studio.reaper.tracks, (0.2, 0.1, 0.4), strict=True):
            track.peaks = (level, level)
        studio.greet()
        studio.until(lambda: bool(studio.moves("proposed")))
        studio.say("/bridge/accept", studio.moves("proposed")[0][1])
        studio.until(lambda: bool(studio.moves("confirmed")))
        studio.say("/bridge/mode", "observe")
        studio.reaper.hand("Bass", Param.GAIN, -9.0)
        studio.until(lambda: any(said[0] == "/bridge/change" for said in studio.said))


def ardour(folder: Path) -> None:
    """Ardour itself, with three tracks: a move, and a hand at a fader."""
    song, rough_mix = short_song()
    stems = replace(song, names=song.names[:3], roles=song.roles[:3], audio=song.audio[:3])
    start = rough_mix[:3]
    settings = {"guard": {"profile": "studio"}, "pace": {"interval_s": 3.0}}
    with (
        playing(folder / "ardour", stems, start) as host,
        bridge_beside(host, folder / "bridge", mode="assist", **settings) as (_, person),
    ):
        move = person.hear_move("confirmed", within_s=30.0)
        person.say("/bridge/mode", "observe")
        other = next(name for name in stems.names if name != stems.names[move.track - 1])
        host.hand(other, Param.GAIN, -15.0)
        person.hear("/bridge/change", "hand")


def desk(folder: Path) -> None:
    """An XR18 in memory: a suggestion that nobody answers, and a hand at a fader."""
    fake = FakeDesk(model="XR18", name="XR18-1", firmware="1.17", tells_writers=True)
    fake.plug(("Kick", "Bass", "Vox"))
    fake.meters_dbfs.update({1: -12.0, 2: -20.0, 3: -35.0})
    with closing(Gig(folder, fake)) as gig, ending(gig.bridge):
        gig.remote.greet()
        move = gig.remote.hear_move("proposed", within_s=60.0)
        other = next(each for each in (1, 2, 3) if each != move.track)
        for step in range(20):
            gig.served.hand_db(other, -6.0 - 0.3 * step)
            gig.remote.let_pass(0.03)
        gig.remote.hear("/bridge/change", "hand", other)


def zyn(folder: Path) -> None:
    """ZynAddSubFX itself: a hand of another client at the resonance, and a patch that is loaded."""
    (own,) = free_ports(1)
    with (
        running_zyn() as port,
        closing(Client(port)) as other,
        ending(Bridge(folder, daw={"dialect": "zyn", "port": port}, mode="observe")) as bridge,
        closing(Remote(port=own, bridge_port=bridge.port)) as remote,
    ):
        remote.greet()
        remote.wait_for_status("online")
        for step in range(1, 21):
            other.say(ADDRESS["Filter Resonance"], 1.0 + 0.2 * step)
            remote.let_pass(0.04)
        remote.hear("/bridge/change", "hand", 1)
        other.say("/load_xiz", 0, BANK)
        remote.let_pass(2.0)


RECORDINGS: dict[str, Callable[[Path], None]] = {
    "generic": generic,
    "ableton": ableton,
    "reaper": reaper,
    "ardour": ardour,
    "desk": desk,
    "zyn": zyn,
}


def main() -> None:
    """Record what was asked for, or all."""
    for name in sys.argv[1:] or RECORDINGS:
        path = HERE / f"{name}.jsonl"
        for old in HERE.glob(f"{name}.jsonl*"):
            old.unlink()
        rig.Bridge.options = ("--trace", str(path))
        with tempfile.TemporaryDirectory() as folder:
            RECORDINGS[name](Path(folder))
        if path.stat().st_size > MOST_BYTES:  # `replay-trace` reads it all the same
            text = path.read_bytes()
            path.unlink()
            path = path.with_name(f"{path.name}.gz")
            path.write_bytes(gzip.compress(text, mtime=0))
        sys.stdout.write(f"{path}: {path.stat().st_size / 1000:.0f} kB\n")


if __name__ == "__main__":
    main()
