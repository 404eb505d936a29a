"""A DAW with a synth on its bass and a tap that hears it, written from the protocol page alone."""

from support.rig import Bridge, Desk, Heard

KNOBS = ("Filter Cutoff", "Filter Resonance", "Amp Attack", "Amp Decay", "Amp Release")
BASS = 3


class SynthDesk(Desk):
    """The rig's DAW with a synth on its bass, which sounds brighter the higher its cutoff is."""

    def __init__(self, *, port: int, bridge_port: int) -> None:
        self.knobs = [0.5] * len(KNOBS)
        self.notes = 0
        super().__init__(port=port, bridge_port=bridge_port)

    def dump(self, number: int) -> None:
        for param, name in enumerate(KNOBS, start=1):
            if param == 1:
                self.say("/mix/tracks", len(self.strips))
                self.say("/mix/device/1/id", "synth")
                self.say("/mix/device/1/name", "Synth")
                self.say("/mix/device/1/track", BASS)
            self.say(f"/mix/device/1/param/{param}/spec", name, 0.0, 1.0, "", "lin", 0)
            self.say(f"/mix/device/1/param/{param}", self.knobs[param - 1])
        for track, strip in enumerate(self.strips, start=1):
            self.say(f"/mix/track/{track}/id", strip.uid)
            self.say(f"/mix/track/{track}/name", strip.name)
            for control, value in strip.values.items():
                self.say(f"/mix/track/{track}/{control}", value)
        self.say("/mix/synced", number)

    def _obey(self, heard: Heard) -> None:
        if heard.address.startswith("/mix/device/1/param/"):
            param = int(heard.address.rpartition("/")[2])
            self.knobs[param - 1] = float(heard.args[0])
            self.say(heard.address, self.knobs[param - 1])
        else:
            super()._obey(heard)

    def play_note(self) -> None:
        """A note of the bass begins, and has ended."""
        self.let_pass(0.5)
        self.notes += 1
        cutoff, resonance, attack, decay, release = self.knobs
        self.say(
            "/mix/tap/note",
            self.strips[BASS - 1].uid,
            self.notes,
            0.005 + 0.2 * attack,
            0.1 + 0.2 * decay + 0.05 * release,
            3.0 * cutoff - 3.0,
            -6.0 * resonance - 3.0,
            -30.0,
            0.1,
            -12.0,
        )


class ContentDesk(SynthDesk):
    """The same with a content on its bass that can be written, and what else it reports of it."""

    text = ""

    def report_context(self) -> None:
        """What the DAW reports before its content."""
        raise NotImplementedError

    def report_content(self) -> None:
        raise NotImplementedError

    def _obey(self, heard: Heard) -> None:
        if heard.address == "/mix/content/ask":
            self.report_context()
            self.report_content()
        elif heard.address == "/mix/content/set":
            self.text = str(heard.args[2])
            self.report_content()
        else:
            super()._obey(heard)

    def work_on(self, task: str) -> None:
        """Come online, and let the bridge offer something for the bass."""
        self.load()
        self.greet()
        self.wait_for_status("online")
        self.say("/bridge/task", task)
        self.say("/bridge/focus", "Bass")
        self.hear("/bridge/offer")


def sit(bridge: Bridge) -> SynthDesk:
    desk = SynthDesk(port=bridge.daw_port, bridge_port=bridge.port)
    desk.load()
    desk.greet()
    desk.wait_for_status("online")
    desk.say("/bridge/focus", "Bass")
    desk.hear("/bridge/working", "mix", "Bass", "Synth")
    desk.say("/bridge/task", "sound")
    desk.hear("/bridge/working", "sound", "Bass", "Synth")
    return desk
