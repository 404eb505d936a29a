"""The dialect of X32, M32 and X Air: one conversation, two tables.

**Who it is.** ``/xinfo`` says the model, and with it which table holds. Nothing else is asked
before.

**What is told.** ``/xremote`` lasts ten seconds and is renewed every three. A desk that has no
place left for us says nothing: so one fader after the other is asked for, and a change that nobody
told us of shows it. Then the bridge is as good as deaf, and does not act.

**What is read.** A desk has no dump. Its names are asked for first, then what each named input
holds, at a pace that Wi-Fi carries; then who is who is told in one go. EQ and sends follow, and
what they decide waits for them.

**What is written.** Faders, pans and EQ gains of inputs, on the desk's own grid, and nothing else.
Most desks do not tell a writer of its own writes: the last write of each ramp is asked for.

**What a scene is.** At its first sign everything stops; once the desk is quiet all is read anew,
and told as another mix.

The index is identity: ``/ch/05`` is a socket on a stage, whatever its name.
"""

import math
from collections.abc import Iterator
from typing import Final

from bridge.daw.dialect import Capabilities, Heard, LevelReading, LevelSlot
from bridge.daw.scale import in_words
from bridge.daws.desk.wire import laws
from bridge.daws.desk.wire import tables as t
from bridge.daws.desk.wire.console import Console, DeskOptions
from bridge.daws.desk.wire.defaults import Defaults
from bridge.daws.desk.wire.levels import read_levels
from bridge.daws.desk.wire.presence import Presence
from bridge.daws.desk.wire.questions import Questions
from bridge.daws.desk.wire.reading import Reading
from bridge.daws.desk.wire.recall import LONGEST_S, NAMES, QUIET_S, RecallWatch
from bridge.daws.desk.wire.roll import DeskRoll
from bridge.daws.desk.wire.twins import Twins
from bridge.daws.desk.wire.writes import DeskWrites
from bridge.errors import DialectError
from bridge.mix.messages import (
    Command,
    DawComplained,
    RequestDump,
    SceneRecalled,
    SetParam,
)
from bridge.mix.params import MOVABLE, SPECS
from bridge.osc.message import OscArg, OscMessage

XINFO: Final = "/xinfo"
_ABOUT_ITSELF: Final = frozenset({XINFO, "/info", "/status"})
_FRESH_S: Final = 1.0
"""What was read so lately is not read again, unless something is in doubt."""

_LOSSY: Final = 0.01
_LOSS_TOLD: Final = 0.03
"""From this share of lost questions on a person is told; then again after `_LOSS_TOLD_S`."""

_LOSS_TOLD_S: Final = 600.0
_MOST_SAID: Final = 10_000
"""An X32 with 40 inputs has some 2,500 addresses that are asked for."""

_CONCERN_ALL: Final = ("/config/", "/dca/", "/bus/", "/fx/")
"""Beginnings of what concerns other inputs than one."""

_PEAK_COLUMN: Final = 1
CAPABILITIES: Final = Capabilities(
    has_rms=False,
    has_peaks=True,
    has_spectra=False,
    has_eq=True,
    # Some firmware rounds down: an answer may be one whole step away.
    steps=laws.STEPS,
    nearest=laws.nearest,
    writes_per_s=60.0,
    writes_per_param_s=25.0,
)


class DeskDialect:
    """One conversation with a desk; see the module's page. Implements `bridge.daw.dialect.Dialect`.

    Args:
        options: What the settings say of a desk.

    Attributes:
        name: In the config.
        port: Where an X32 listens; an X Air listens at 10024.
        capabilities: What a desk can say and do.
        trouble: Why it does not answer, as far as somebody knows; the edge may say more.
    """

    name: Final = "desk"
    port: Final = t.X32.port
    capabilities: Final = CAPABILITIES

    def __init__(self, options: DeskOptions | None = None) -> None:
        self._options = options or Defaults()
        self._console: Console | None = None
        self._about: tuple[str, str, str] = ("", "", "")
        self._questions = Questions()
        self._presence = Presence()
        self._twins = Twins()
        self._reading = Reading(self._questions)
        self._writes = DeskWrites()
        self._watch = RecallWatch()
        self._roll = DeskRoll()
        self._number = 0
        self._read_at = -math.inf
        self._recalled_at = -math.inf
        self._is_recall_told = False
        self._pushed_at = -math.inf
        self._loss_told_at = -math.inf
        self._scene_told = ""
        self._pending: list[Heard] = []
        self.door_trouble = ""

    # -- in ------------------------------------------------------------------------------------

    def decode(self, message: OscMessage, *, at: float) -> tuple[Heard, ...] | None:
        """What the desk said; see `Dialect.decode`."""
        self._presence.record_heard(at)
        if message.address in _ABOUT_ITSELF:
            self._identify(message, at)
        elif self._console is None:
            pass  # nobody knows yet what it is
        elif message.address in self._console.family.meters:
            levels = tuple(self._levels(self._console, message))
            self._presence.record_meters(at)
            return (*self._flush(at), *levels)
        else:
            self._receive(self._console, message, at)
        return self._flush(at)

    def _flush(self, at: float) -> tuple[Heard, ...]:
        """What is to be told by now."""
        self._advance(at)
        told, self._pending = tuple(self._pending), []
        return told

    def _identify(self, message: OscMessage, at: float) -> None:
        texts = [str(arg) for arg in message.args]
        if message.address != XINFO:
            return
        if len(texts) != 4:
            raise DialectError(f"{XINFO}: expected four texts, got {in_words(message.args)}.")
        _, name, model, firmware = texts
        family = t.family_of(model)
        if family is None:
            text = (
                f"the desk {name} is a {model}, which is not an X32, M32 or X Air: nothing is done"
            )
            self._presence.trouble = text
            return
        were_two = bool(self._twins.text)
        is_ours = self._twins.receive((name, model), at)
        if not is_ours:
            if not were_two:  # what was read may be the other's
                self._reading.stop()
                self._writes.clear()
                self._pending += self._roll.doubt(at)
            return
        is_known = self._console is not None and (name, model) == self._about[:2]
        self._about = (name, model, firmware)
        if is_known:
            if were_two and not self._twins.text:
                self._begin_reading(at, is_anew=True)
            return
        if self._console is not None:
            self._presence.ask_identity()
        self._console = Console(family, t.channels_of(family, model), self._options)
        self._roll.begin(self._console, name)
        self._presence.begin(family)
        if t.firmware_of(firmware) < family.oldest:
            oldest = ".".join(map(str, family.oldest))
            text = f"{model} {name} has firmware {firmware}, older than {oldest}: update it"
            self._pending.append(DawComplained(at=at, text=text))
        self._begin_reading(at, is_anew=True)

    def _levels(self, console: Console, message: OscMessage) -> Iterator[Heard]:
        blob = message.args[0] if len(message.args) == 1 else None
        if not isinstance(blob, bytes):
            raise DialectError(f"{message.address}: expected a blob, got {in_words(message.args)}.")
        if not self._roll.is_open:
            of_inputs = console.family.meters[message.address]
            levels = read_levels(blob, console.family.meter_format)[:of_inputs]
            for place, level in self._roll.post_fader(levels):
                yield LevelReading(LevelSlot(place + 1, _PEAK_COLUMN, 1), (level,))

    def _receive(self, console: Console, message: OscMessage, at: float) -> None:
        """The desk says what stands at an address, asked or not."""
        address = message.address
        is_answer = self._questions.receive(address, at)
        is_readback = self._writes.is_awaited(address)
        if not is_answer:
            self._pushed_at = at
        if len(message.args) != 1 and address != t.ALL_LINKS:
            self._receive_many(console, message, at)
            return
        if not is_answer and address in console.family.recalls:
            self._begin_recall(at, is_certain=False)
        changed = self._store(console, message)
        if is_answer:
            self._reading.receive(console, address)
            if self._presence.is_poll(address) and changed and not self._is_ours(address, at):
                is_lossy = self._questions.lost_share > _LOSSY
                self._presence.miss(address, at, is_lossy=is_lossy)
            if is_readback and self._is_ours(address, at):
                self._presence.record_untold()
        elif changed:
            self._presence.pushed(at, is_ours=self._is_ours(address, at))
        else:
            self._presence.repeated(address, at)
        place = self._roll.place_of(address)
        if place is None:
            self._roll.is_doubtful |= changed and address.startswith(_CONCERN_ALL)
            return
        is_said = is_readback or not is_answer
        self._notify(console, place, address, at, changed=changed, is_said=is_said)
        if changed and not is_answer and not self._is_recalling:
            self._detect_recall(console, place, address, at)

    def _receive_many(self, console: Console, message: OscMessage, at: float) -> None:
        """Somebody has set several values with one message: what they are is asked for.

        Raises:
            DialectError: If nothing is known beneath that address.
        """
        beneath = [each for each in console.said if each.startswith(f"{message.address}/")]
        if not beneath or not message.args:
            raise DialectError(
                f"{message.address}: expected one value, got {in_words(message.args)}."
            )
        self._presence.pushed(at, is_ours=False)
        self._questions.add(beneath, is_urgent=True)

    def _store(self, console: Console, message: OscMessage) -> bool:
        """Keep what stands at an address; whether it is another value than before."""
        changed = False
        if message.address not in console.said and len(console.said) > _MOST_SAID:
            raise DialectError(f"{message.address}: more than any desk has.")
        for address, value in _each(message):
            if not _is_sane(value):
                raise DialectError(f"{address}: expected a value, got {in_words(message.args)}.")
            changed |= console.said.get(address) != value
            console.said[address] = value
            console.silent.discard(address)
        return changed

    def _notify(
        self, console: Console, place: int, address: str, at: float, *, changed: bool, is_said: bool
    ) -> None:
        """Tell the engine what that means for an input."""
        if self._roll.is_open:
            return
        param = self._roll.param_at(place, address)
        said = {param} if param is not None and is_said else set()
        if changed and address.endswith(t.NAME) and console.is_wanted(place):
            self._reading.extend(console, place)
        if changed or said:
            self._pending += self._roll.changes(self._roll.family_of(place), said, at)

    def _is_ours(self, address: str, at: float) -> bool:
        """Whether what stands there is what we wrote lately."""
        return self._console is not None and self._writes.is_ours(
            address, self._console.number(address), at
        )

    # -- another scene -------------------------------------------------------------------------

    @property
    def _is_recalling(self) -> bool:
        return math.isfinite(self._recalled_at)

    def _detect_recall(self, console: Console, place: int, address: str, at: float) -> None:
        """Whether what was told now, with what was told just before, is more than a hand can do."""
        if self._roll.is_open or console.is_follower(place):
            return
        is_recall = False
        if address.endswith(t.NAME):
            is_recall = self._watch.record_name(place, at)
        elif self._roll.param_at(place, address) is not None:
            is_ours = self._is_ours(address, at)
            strips = self._roll.named
            is_recall = not is_ours and self._watch.record_value(place, address, at, strips=strips)
        if is_recall:
            self._begin_recall(at, is_certain=True)

    def _begin_recall(self, at: float, *, is_certain: bool) -> None:
        """Stop everything, and read anew once the desk is quiet."""
        self._watch.clear()
        if not self._is_recalling or self._reading.is_open:
            self._recalled_at = at
            self._reading.stop()
            self._writes.clear()
            self._pending += self._roll.doubt(at)
        if is_certain:
            self._is_recall_told = True
            self._pending.append(SceneRecalled(at=at))

    # -- reading -------------------------------------------------------------------------------

    def _begin_reading(self, at: float, *, is_anew: bool) -> None:
        """Ask for everything; `is_anew`: what was known may all be another."""
        assert self._console is not None  # noqa: S101 - for the type checker
        self._pending += self._roll.doubt(at) if is_anew else ()
        self._reading.begin(self._console, is_anew=is_anew)

    def _advance(self, at: float) -> None:
        """What time and answers have brought about."""
        console = self._console
        if console is None:
            return
        is_back = self._presence.is_back
        self._presence.is_back = False
        if self._is_recalling and not self._reading.is_open:
            is_quiet = at - self._pushed_at >= QUIET_S or at - self._recalled_at >= LONGEST_S
            if is_quiet:
                self._reading.begin(console, is_anew=True, in_full=True)
            return
        if is_back and not self._twins.text:  # what was read before may be another by now
            self._begin_reading(at, is_anew=True)
        if self._questions.unanswered:
            self._abandon(console)
        self._complain_of_loss(at)
        self._report_scene(console, at)
        if self._reading.is_complete():
            self._close_reading(console, at)
        if not self._roll.is_open and self._roll.is_doubtful:
            self._pending += self._roll.all_changes(at)

    def _report_scene(self, console: Console, at: float) -> None:
        """Say which scene is on the desk, once, when its number and name are known."""
        address = console.scene_name_address()
        scene = console.scene_in_words()
        if scene != self._scene_told and console.is_known(address):
            self._scene_told = scene
            self._pending.append(DawComplained(at=at, text=f"scene {scene} is on the desk"))

    def _complain_of_loss(self, at: float) -> None:
        share = self._questions.lost_share
        if share >= _LOSS_TOLD and at - self._loss_told_at >= _LOSS_TOLD_S:
            self._loss_told_at = at
            text = (
                f"{share:.0%} of the questions to the desk are lost on the way: moves take longer "
                f"or are given up; use a cable, or stand nearer to the router"
            )
            self._pending.append(DawComplained(at=at, text=text))

    def _abandon(self, console: Console) -> None:
        """The desk does not know these addresses, or the network lost them again and again."""
        unanswered = set(self._questions.unanswered)
        self._questions.unanswered.clear()  # names among them are asked for again
        for address in sorted(unanswered):
            self._reading.abandon(console, address)
        self._roll.is_doubtful = True  # what waited for them waits no more

    def _close_reading(self, console: Console, at: float) -> None:
        self._reading.close(console)
        self._read_at = at
        is_recall = self._is_recalling
        self._recalled_at = -math.inf
        self._watch.clear()
        self._presence.read()
        is_other = is_recall and self._roll.is_another_mix()
        is_other |= self._roll.renamed >= NAMES
        if is_other and not self._is_recall_told:
            self._pending.append(SceneRecalled(at=at))
        self._is_recall_told = False
        self._pending += self._roll.dump(number=self._number, at=at)

    # -- out -----------------------------------------------------------------------------------

    def encode(self, command: Command, *, at: float) -> tuple[OscMessage, ...]:
        """How the desk is asked for `command`; see `Dialect.encode`."""
        if isinstance(command, RequestDump):
            return self._request_dump(command, at)
        return self._encode_write(command, at)

    def _request_dump(self, command: RequestDump, at: float) -> tuple[OscMessage, ...]:
        self._number = command.number
        hello = self._presence.hello()
        if self._console is None or self._is_recalling or self._reading.is_open or self.trouble:
            return hello
        if at - self._read_at < _FRESH_S and not self._roll.is_open and not self._presence.was_away:
            self._pending += self._roll.dump(number=command.number, at=at)
        else:
            self._begin_reading(at, is_anew=self._presence.was_away or self._roll.is_open)
        return hello

    def _encode_write(self, command: SetParam, at: float) -> tuple[OscMessage, ...]:
        if command.param not in MOVABLE:
            raise DialectError(f"The dialect {self.name} has no words for {command}.")
        spec = SPECS[command.param]
        if not spec.minimum - 1e-6 <= command.value <= spec.maximum + 1e-6:
            raise DialectError(
                f"{command.param} is {spec.minimum} to {spec.maximum}; got {command}."
            )
        place = self._roll.place(command.track, command.key)
        if place is None or self._is_recalling or not self._is_sure(at):
            return ()
        address = self._roll.address_of(place, command.param)
        if address is None or self._roll.is_barred(place, command.param):
            return ()
        position = laws.on_wire(command.param, command.value)
        said = self._writes.write(command.param, address, position, at=at, is_last=command.is_last)
        if said:
            self._presence.record_write(at)
        return said

    def _is_sure(self, at: float) -> bool:
        """Whether there is one desk, and it tells us what hands do, as far as anybody knows."""
        is_told = self._presence.is_told and not self._presence.is_interrupted(at)
        return is_told and not self.trouble

    def ask(self, *, at: float) -> tuple[OscMessage, ...]:
        """Renewals, questions and read-backs; see `Dialect.ask`."""
        if self._twins.is_question_due(at):
            self._presence.ask_identity()
        out = list(self._presence.renewals(at))
        if self._console is None:
            return tuple(out)
        self._advance(at)
        self._questions.add(self._writes.due(at), is_urgent=True)
        if not self._roll.is_open and self._questions.is_done:
            self._questions.add(self._presence.poll(self._console, at))
        if not self._presence.is_away:
            out += self._questions.due(at)
        return tuple(out)

    def ask_due_s(self, *, at: float) -> float | None:
        """How long until `ask` has something to say without being woken; None: not soon."""
        return None if self._presence.is_away else self._questions.due_s(at)

    def farewell(self) -> tuple[OscMessage, ...]:
        """Leave the desk's list of those who are told of changes."""
        return (OscMessage("/unsubscribe"),) if self._console is not None else ()

    def level_slot(self, address: str, width: int) -> LevelSlot | None:
        """None: levels come as blobs."""
        return None

    # -- what else is known --------------------------------------------------------------------

    def is_answering(self, *, at: float) -> bool:
        """Whether the desk is one that can be worked with, and tells us what hands do."""
        return not self.trouble

    @property
    def trouble(self) -> str:
        """What a person must do, in words; empty where nothing is known."""
        return self.door_trouble or self._twins.text or self._presence.trouble

    def facts(self, *, at: float) -> dict[str, str | float]:
        """What is known of the desk, by the names of `/bridge/fact`."""
        name, model, firmware = self._about
        facts: dict[str, str | float] = {}
        if self._console is not None:
            facts = {"desk": name, "model": model, "firmware": firmware}
            facts |= self._roll.facts()
            facts |= {"trouble": self.trouble} if self.trouble else {}
        trips = sorted(self._questions.round_trips_s)
        if trips:
            facts["round_trip_ms"] = 1000.0 * trips[len(trips) // 2]
            facts["round_trip_worst_ms"] = 1000.0 * trips[-1]
            facts["lost_share"] = self._questions.lost_share
        return facts


def _each(message: OscMessage) -> Iterator[tuple[str, OscArg]]:
    """What a message says, an address and a value each: X Air tells all links in one."""
    if message.address == t.ALL_LINKS:
        for pair, arg in enumerate(message.args):
            yield t.link_of(2 * pair), arg
        yield message.address, len(message.args)
    elif message.args:
        yield message.address, message.args[0]


def _is_sane(value: OscArg) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int | str)
