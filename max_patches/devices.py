"""The two devices, box by box. `python -m max_patches.build` makes their files of this.

Track: the sound goes straight through. What is measured branches off: nine crossovers cut each
channel into ten octaves; their powers are averaged over a tenth of a second, looked at ten times a
second, and leave as one list, right to left so that the first is the last. The same powers over
20 ms, fifty times a second, are what single notes are found in.

Hub: the wire, the buttons and Live meet in one script; what that says to the person is routed to
the displays by its first word.
"""

from typing import Final

from max_patches.patching import Box, Patch, themed

HUB_PORT: Final = 9401
BRIDGE_PORTS: Final = (11001, 9400)  # with AbletonOSC, and without
HOST: Final = "127.0.0.1"
FRAME_MS: Final = 100
NOTE_MS: Final = 20
LONGEST_FRAME: Final = 19200  # samples of a frame at 192 kHz
EDGES_HZ: Final = tuple(31.25 * 2.0 ** (octave + 0.5) for octave in range(9))
"""Between the octaves 31.25 Hz to 16 kHz. The lowest begins at 0, the highest has no end."""

SENDS: Final = ("mixbridge.port", "mixbridge.tap", "mixbridge.track")
"""Names that all devices of a Live set share: the bridge's port, a track device's question for its
track, the hub's answer."""

FONT: Final = "Ableton Sans Medium"
_BUTTON: Final = {
    "activebgcolor": "live_control_bg",
    "activebgoncolor": "live_control_selection",
    "activetextcolor": "live_control_fg",
    "bordercolor": "live_contrast_frame",
}


def _label(
    patch: Patch, name: str, rect: list[int], text: str, size: float, colour: str, align: int = 0
) -> Box:
    """Text of the face; `align` 0 left, 1 centre, 2 right."""
    return patch.face(
        "live.comment", 720, 40 + 24 * len(patch.boxes) % 480, rect,
        varname=name, text=text, fontname=FONT, fontsize=size, textjustification=align,
        saved_attribute_attributes=themed({"textcolor": colour}),
    )  # fmt: skip


def _screen(patch: Patch, rect: list[int]) -> Box:
    return patch.face(
        "panel", 720, 8, rect,
        background=1, mode=0, rounded=3, border=0, ignoreclick=1, bgcolor=[0.11, 0.11, 0.11, 1.0],
        saved_attribute_attributes=themed({"bgfillcolor": "live_lcd_bg"}),
    )  # fmt: skip


# -- the track device ------------------------------------------------------------------------------


def track() -> Patch:
    """Levels of one track before its fader; changes and adds nothing."""
    patch = Patch("mixbridge Track", width=196)
    patch.note("The sound passes unchanged: in to out, both channels.", 16, 8)
    source = patch.new("plugin~", 16, 32)
    sink = patch.new("plugout~", 16, 720)
    source.to(sink, 0, 0)
    source.to(sink, 1, 1)

    script = patch.new("js mixbridge_tap.js", 480, 560)
    _measure(patch, source, script)
    _identify(patch, script)
    _show_track(patch, script)
    return patch


def _measure(patch: Patch, source: Box, script: Box) -> None:
    patch.note("Each crossover gives its highs to one octave, its lows to the next.", 160, 32)
    squares = _octaves(patch, source)
    whole = _power(patch, source, source, (0, 1), 160)
    windows = [patch.new(f"average~ {LONGEST_FRAME} bipolar", 160, 320)]
    whole.to(windows[0])
    for place, square in enumerate(squares):
        windows.append(patch.new(f"average~ {LONGEST_FRAME} bipolar", 240 + 80 * place, 320))
        square.to(windows[-1])

    patch.note("A frame: 100 ms, whatever the sample rate.", 800, 32)
    rate = patch.new("dspstate~", 800, 56)
    samples = rate.to(patch.new(f"* {FRAME_MS / 1000:g}", 800, 88), outlet=1)
    interval = samples.to(patch.new("i", 800, 120))
    for window in windows:
        interval.to(window)

    clock = patch.new(f"metro {FRAME_MS}", 480, 360)
    _measure_notes(patch, [whole, *squares], samples, script)
    looks = clock.to(patch.new("t" + 13 * " b", 480, 392))
    frame = patch.new("pack" + 13 * " 0.", 480, 520)
    peaks = [patch.new("peakamp~", 240 + 80 * channel, 440) for channel in (0, 1)]
    for channel, peak in enumerate(peaks):
        source.to(peak, outlet=channel)
    snapshots = [patch.new("snapshot~", 160 + 80 * place, 472) for place in range(len(windows))]
    for window, snapshot in zip(windows, snapshots, strict=True):
        window.to(snapshot)
    for place, look in enumerate([snapshots[0], *peaks, *snapshots[1:]]):
        looks.to(look, outlet=place)
        look.to(frame, inlet=place)
    frame.to(script)

    device = patch.new("live.thisdevice", 480, 56)
    device.to(rate)
    device.to(script)
    device.to(patch.new("t 1", 640, 88)).to(clock)
    device.to(clock, outlet=1)
    device.to(patch.new("prepend enabled", 560, 88), outlet=1).to(script)


def _measure_notes(patch: Patch, powers: list[Box], samples: Box, script: Box) -> None:
    """The same in frames of 20 ms, for whoever works on a sound: single notes are found in them."""
    x = 1160
    patch.note("Frames of 20 ms, for single notes.", x, 32)
    short = samples.to(patch.new(f"* {NOTE_MS / FRAME_MS:g}", x, 88))
    interval = short.to(patch.new("i", x, 120))
    clock = patch.new(f"metro {NOTE_MS}", x, 360)
    looks = clock.to(patch.new("t" + 11 * " b", x, 392))
    frame = patch.new("pack" + 11 * " 0.", x, 520)
    for place, power in enumerate(powers):
        window = patch.new(f"average~ {LONGEST_FRAME // 5} bipolar", x + 80 * place, 320)
        power.to(window)
        interval.to(window)
        look = patch.new("snapshot~", x + 80 * place, 472)
        window.to(look)
        looks.to(look, outlet=place)
        look.to(frame, inlet=place)
    frame.to(patch.new("prepend frame", x, 544)).to(script)
    device = patch.new("live.thisdevice", x, 56)
    device.to(patch.new("t 1", x + 80, 88)).to(clock)
    device.to(clock, outlet=1)


def _octaves(patch: Patch, source: Box) -> list[Box]:
    """The power of both channels in each octave, from the lowest."""
    lows: list[tuple[Box, int]] = [(source, 0), (source, 1)]
    powers: list[Box] = []
    for place, edge in reversed(list(enumerate(EDGES_HZ))):
        cuts = [
            patch.new(f"cross~ {edge:.2f}", 240 + 80 * place, 64 + 32 * channel)
            for channel in (0, 1)
        ]
        for (low, outlet), cut in zip(lows, cuts, strict=True):
            low.to(cut, outlet=outlet)
        powers.insert(0, _power(patch, cuts[0], cuts[1], (1, 1), 320 + 80 * place))
        lows = [(cut, 0) for cut in cuts]
    powers.insert(0, _power(patch, lows[0][0], lows[1][0], (0, 0), 240))
    return powers


def _power(patch: Patch, left: Box, right: Box, outlets: tuple[int, int], x: int) -> Box:
    total = patch.new("+~", x, 240)
    for inlet, (side, outlet) in enumerate(zip((left, right), outlets, strict=True)):
        square = patch.new("*~", x, 160 + 32 * inlet)
        side.to(square, outlet=outlet, inlet=0)
        side.to(square, outlet=outlet, inlet=1)
        square.to(total, inlet=inlet)
    return total


def _identify(patch: Patch, script: Box) -> None:
    patch.note("To the bridge, at the port that the hub has found.", 16, 600)
    wire = patch.new(f"udpsend {HOST} {BRIDGE_PORTS[0]}", 16, 688)
    script.to(wire, outlet=0)
    patch.new(f"r {SENDS[0]}", 16, 624).to(patch.new("prepend port", 16, 656)).to(wire)
    patch.note("Which track is this? The hub knows.", 240, 600)
    script.to(patch.new(f"s {SENDS[1]}", 240, 656), outlet=1)
    patch.new(f"r {SENDS[2]}", 240, 624).to(patch.new("prepend known", 360, 624)).to(script)


def _show_track(patch: Patch, script: Box) -> None:
    said = patch.new("route track level bands", 480, 600)
    script.to(said, outlet=2)
    said.to(_label(patch, "track", [8, 5, 180, 18], "mixbridge", 10.0, "live_control_fg"), 0)
    _screen(patch, [8, 26, 180, 100])
    said.to(
        patch.face(
            "multislider", 720, 600, [13, 31, 170, 74],
            size=10, setminmax=[-72.0, 0.0], setstyle=1, settype=1, contdata=1, ignoreclick=1,
            parameter_enable=0, spacing=2, bgcolor=[0.0, 0.0, 0.0, 0.0],
            saved_attribute_attributes=themed({"slidercolor": "live_lcd_control_fg"}),
        ), 2,
    )  # fmt: skip
    for place, name in enumerate(("31", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")):
        rect = [13 + 17 * place, 108, 17, 14]
        _label(patch, f"octave {name}", rect, name, 7.5, "live_lcd_control_fg_zombie", align=1)
    said.to(
        _label(patch, "level", [8, 129, 180, 18], "-inf RMS   -inf peak", 9.5, "live_control_fg"), 1
    )
    _label(
        patch,
        "what",
        [8, 147, 180, 16],
        "before the fader, ten octaves",
        8.5,
        "live_control_fg_off",
    )


# -- the hub ---------------------------------------------------------------------------------------


def hub() -> Patch:
    """The person's panel, and the way between Live's mixer and the bridge."""
    patch = Patch("mixbridge Hub", width=640)
    patch.note("The sound passes unchanged.", 16, 8)
    source, sink = patch.new("plugin~", 16, 32), patch.new("plugout~", 16, 64)
    source.to(sink, 0, 0)
    source.to(sink, 1, 1)

    script = patch.new(
        f"js mixbridge_hub.js {HUB_PORT} {BRIDGE_PORTS[0]} {BRIDGE_PORTS[1]}", 240, 360
    )
    patch.note("The bridge, at one of its two ports. The only udpreceive.", 240, 8)
    patch.new(f"udpreceive {HUB_PORT} @defer 1", 240, 32).to(script)
    for outlet, port in enumerate(BRIDGE_PORTS):
        script.to(patch.new(f"udpsend {HOST} {port}", 16 + 200 * outlet, 640), outlet=outlet)
    device = patch.new("live.thisdevice", 240, 64)
    device.to(script)
    device.to(patch.new("prepend enabled", 400, 64), outlet=1).to(script)

    patch.note("The track devices.", 16, 264)
    patch.new(f"r {SENDS[1]}", 16, 288).to(patch.new("prepend tap", 16, 320)).to(script)
    script.to(patch.new(f"s {SENDS[0]}", 416, 640), outlet=2)
    script.to(patch.new(f"s {SENDS[2]}", 560, 640), outlet=3)
    _panel(patch, script)
    return patch


def _panel(patch: Patch, script: Box) -> None:
    displays = ("lamp", "version", "count", "status", "state", "move", "reason")
    controls = ("answers", "mode", "freeze", "panic", "endorse")
    sounds = ("working", "offerA", "offerB", "offerC", "picks", "knobs")
    said = patch.new("route " + " ".join((*displays, *controls, *sounds)), 240, 400)
    script.to(said, outlet=4)

    lamp = patch.parameter(
        "live.text", "Connected", "Lit while the bridge gives signs of life.", 240, 440,
        [10, 9, 10, 10], ["off", "on"],
        {
            "activebgcolor": "live_lcd_bg",
            "activebgoncolor": "live_control_selection",
            "bordercolor": "live_contrast_frame",
        },
        ignoreclick=1, rounded=10.0, text="", texton="",
    )  # fmt: skip
    said.to(lamp, 0)
    said.to(_label(patch, "version", [26, 5, 190, 18], "not connected", 10.0, "live_control_fg"), 1)
    count = [216, 5, 196, 18]
    said.to(_label(patch, "count", count, "", 8.5, "live_control_fg_off", align=2), 2)
    _screen(patch, [8, 26, 404, 82])
    said.to(_label(patch, "status", [14, 29, 392, 16], "", 9.0, "live_lcd_control_fg_zombie"), 3)
    said.to(_label(patch, "state", [14, 47, 64, 18], "", 9.0, "live_lcd_control_fg"), 4)
    said.to(_label(patch, "move", [80, 46, 326, 19], "No move yet", 11.0, "live_lcd_title"), 5)
    said.to(_label(patch, "reason", [14, 67, 392, 38], "", 9.5, "live_lcd_title"), 6)
    _controls(patch, script, said, len(displays))
    _sounds(patch, script, said, len(displays) + len(controls))


def _sounds(patch: Patch, script: Box, said: Box, first: int) -> None:
    """What is worked on beside the mix: the device, and the variants to pick from."""
    _screen(patch, [424, 26, 208, 92])
    said.to(_label(patch, "working", [428, 5, 204, 18], "", 10.0, "live_control_fg"), first)
    for row, letter in enumerate("ABC", start=1):
        rect = [430, 27 + 30 * (row - 1), 198, 29]
        said.to(_label(patch, f"offer {letter}", rect, "", 9.0, "live_lcd_title"), first + row)
    for choice, (name, info) in enumerate(
        (
            ("Keep", "Leave the sound as it is."),
            ("A", "Pick the first variant."),
            ("B", "Pick the second variant."),
            ("C", "Pick the third variant."),
        )
    ):
        place = (choice - 1) % 4  # A, B, C, and then what is there
        box = patch.parameter(
            "live.text", name, info, 860 + 60 * place, 160, [424 + 52 * place, 142, 50, 20],
            ["val1", "val2"], _BUTTON,
            mode=0, text=name, texton=name, fontname=FONT, fontsize=10.0, rounded=3.0,
        )  # fmt: skip
        box.to(patch.new(f"t {choice}", 860 + 60 * place, 192)).to(
            patch.new("prepend pick", 860 + 60 * place, 224)
        ).to(script)
        said.to(box, first + 4)
    knobs = patch.face(
        "umenu", 860, 256, [424, 121, 208, 18],
        varname="knobs", items="no knobs", fontname=FONT, fontsize=9.0,
        saved_attribute_attributes=themed({"textcolor": "live_control_fg"}),
    )  # fmt: skip
    said.to(knobs, first + 5)
    knobs.to(patch.new("prepend lock", 860, 288)).to(script)


def _controls(patch: Patch, script: Box, said: Box, first: int) -> None:
    def button(name: str, info: str, rect: list[int], word: str, **more: object) -> Box:
        x = rect[0] * 2
        box = patch.parameter(
            "live.text", name, info, x, 160, rect, ["val1", "val2"], _BUTTON,
            mode=0, text=name, texton=name, fontname=FONT, fontsize=10.0, rounded=3.0, **more,
        )  # fmt: skip
        box.to(patch.new(f"t {word}", x, 208)).to(script)
        return box

    button("Good", "Thumb up: the move is better; yes to a suggestion.", [8, 114, 72, 24], "good")
    button("Bad", "Thumb down: it goes back; no to a suggestion.", [84, 114, 72, 24], "bad")
    info = "Learn from every track that it is where you want it. Press twice."
    endorse = button("As I want it", info, [160, 114, 84, 24], "endorse")
    accept = button("Accept", "Make the suggested move.", [252, 114, 56, 24], "accept")
    skip = button("Skip", "Do not make the suggested move.", [312, 114, 46, 24], "skip")
    button("Undo", "Take the last move back; it counts against it.", [362, 114, 50, 24], "undo")
    said.to(accept, first)
    said.to(skip, first)

    mode = patch.parameter(
        "live.tab", "Mode", "How much the bridge may do by itself.", 16, 160,
        [8, 142, 262, 20], ["Observe", "Suggest", "Assist", "Gig"],
        {"activebgcolor": "live_control_bg", "activebgoncolor": "live_control_selection",
         "bordercolor": "live_contrast_frame"},
        fontname=FONT, fontsize=10.0, num_lines_presentation=1, num_lines_patching=1,
    )  # fmt: skip
    said.to(mode, first + 1)
    mode.to(patch.new("prepend mode", 16, 208)).to(script)

    freeze = patch.parameter(
        "live.text", "Freeze", "Touch nothing; press again to go on.", 560, 160,
        [274, 142, 66, 20], ["off", "on"],
        _BUTTON | {"activebgoncolor": "live_freeze_color"},
        text="Freeze", texton="Frozen", fontname=FONT, fontsize=10.0, rounded=3.0,
    )  # fmt: skip
    said.to(freeze, first + 2)
    freeze.to(patch.new("prepend freeze", 560, 208)).to(script)

    info = "Fade back to the snapshot and stay there. Press twice; once more to rearm."
    panic = button("Panic", info, [344, 142, 68, 20], "panic")
    said.to(panic, first + 3)
    said.to(endorse, first + 4)
