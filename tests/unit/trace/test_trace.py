"""A trace as a file: what is recorded, what is hidden, what ends it, and what is no trace."""

import gzip
import json
import logging
import math
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config import DawSettings, Settings, WebSettings
from bridge.daw.generic import GenericDialect
from bridge.errors import TraceError
from bridge.mix.messages import PanicPressed, PersonEvent, SafeSwitched
from bridge.mix.params import LockClass
from bridge.mix.roles import guess_role, is_untouchable
from bridge.osc.decode import decode
from bridge.osc.encode import encode
from bridge.osc.message import OscArg, OscBundle, OscMessage
from bridge.trace.file import Asked, Datagram, read_trace
from bridge.trace.names import NameMask
from bridge.trace.trace import Trace

DAW = ("127.0.0.1", 9401)
BRIDGE = ("127.0.0.1", 9400)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at = 50.0

    def __call__(self) -> float:
        return self.at


def osc(address: str, *args: OscArg) -> bytes:
    return encode(OscMessage(address, args))


def begin(path: Path, *, mask: bool = False, limit_bytes: int = 10**6) -> tuple[Trace, Clock]:
    """An open trace, and its clock."""
    clock = Clock()
    settings = Settings(daw=DawSettings(port=DAW[1]), store=path.parent / "secret place" / "mix.db")
    trace = Trace(
        path, settings, 7, clock=clock, limit_bytes=limit_bytes,
        mask=NameMask(GenericDialect()) if mask else None,
    )  # fmt: skip
    trace.open(BRIDGE, DAW)
    return trace, clock


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_was_recorded_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trace, clock = begin(path)
    clock.at += 1.25
    trace.incoming(osc("/mix/track/1/gain", -6.0), DAW)
    clock.at += 0.5
    trace.outgoing(osc("/mix/refresh", 2), DAW)
    trace.asked(SafeSwitched(at=clock.at, track="Vox", lock_class=LockClass.EQ, on=True))
    trace.close()
    (part,) = read_trace(path)
    assert part.records[:2] == (
        Datagram(t=1.25, is_sent=False, peer=DAW, osc=osc("/mix/track/1/gain", -6.0)),
        Datagram(t=1.75, is_sent=True, peer=DAW, osc=osc("/mix/refresh", 2)),
    )
    asked = part.records[2]
    assert isinstance(asked, Asked)
    assert asked.event(3.0) == SafeSwitched(at=3.0, track="Vox", lock_class=LockClass.EQ, on=True)
    assert (part.header["daw"], part.header["listen"], part.header["session"]) == (DAW, BRIDGE, 7)


def test_a_person_can_read_it_and_it_tells_no_paths(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trace, _ = begin(path)
    trace.incoming(osc("/mix/track/1/name", "Flächen"), DAW)
    trace.incoming(b"\xff\xff", DAW)
    trace.incoming(b"/m\0\0,f\0\0" + struct.pack(">f", -math.inf), DAW)
    trace.close()
    said = lines(path)
    assert said[1]["says"] == [["/mix/track/1/name", "Flächen"]]
    assert (said[2]["osc"], said[2]["says"]) == ("ffff", [])
    assert said[3]["osc"].endswith("ff800000")
    assert "secret" not in path.read_text(encoding="utf-8")
    assert set(said[0]["settings"]) == {
        "daw", "desk", "listen", "mode", "pace", "seed", "learning", "guard",
    }  # fmt: skip
    assert Settings.model_validate_json(json.dumps(said[0]["settings"])).web == WebSettings()


def test_at_its_limit_it_says_so_once_and_records_nothing_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.jsonl"
    trace, _ = begin(path, limit_bytes=2000)
    with caplog.at_level(logging.WARNING):
        for _ in range(100):
            trace.incoming(osc("/mix/track/1/gain", -6.0), DAW)
    assert not trace.is_open
    assert path.stat().st_size < 2000 + 300
    assert "limit of 0.002 MB" in lines(path)[-1]["note"]
    (record,) = caplog.records
    assert "has reached its limit" in record.getMessage()
    (part,) = read_trace(path)
    assert len(part.notes) == 1


@pytest.mark.parametrize("where", ["no/such/folder/a.jsonl", "."])
def test_a_file_that_cannot_be_opened_is_one_sentence(
    tmp_path: Path, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        trace, _ = begin(tmp_path / where)
        trace.incoming(osc("/mix/refresh", 2), DAW)
    (record,) = caplog.records
    assert "cannot be written" in record.getMessage()
    assert "the bridge goes on" in record.getMessage()


@pytest.mark.skipif(sys.platform != "linux", reason="a disk that is always full is Linux's")
def test_a_full_disk_is_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        trace, _ = begin(Path("/dev/full"))
        for _ in range(3):
            trace.incoming(osc("/mix/refresh", 2), DAW)
    (record,) = caplog.records
    assert "no space left" in record.getMessage()
    assert not trace.is_open


def test_a_second_run_is_a_second_part(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    for _ in range(2):
        trace, _ = begin(path)
        trace.incoming(osc("/mix/refresh", 2), DAW)
        trace.close()
    assert [len(part.records) for part in read_trace(path)] == [1, 1]


def test_a_packed_trace_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trace, _ = begin(path)
    trace.incoming(osc("/mix/refresh", 2), DAW)
    trace.close()
    packed = tmp_path / "a.jsonl.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert read_trace(packed) == read_trace(path)
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(TraceError, match=r"a\.jsonl\.gz: .*damaged"):
        read_trace(packed)


@given(cut=st.integers(min_value=1))
def test_a_trace_that_was_cut_off_anywhere_is_read_up_to_there(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.jsonl"
    trace, _ = begin(path)
    for number in range(3):
        trace.incoming(osc("/mix/refresh", number), DAW)
    trace.close()
    whole = path.read_bytes()
    header = whole.index(b"\n") + 1
    place = header + cut % (len(whole) - header)
    path.write_bytes(whole[:place])
    (part,) = read_trace(path)
    assert len(part.records) == whole[header:place].count(b"\n") + (
        whole[place : place + 1] == b"\n"
    )


def test_what_is_no_trace_is_one_sentence_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trace, _ = begin(path)
    trace.close()
    header = path.read_bytes()
    good = b'{"t":1.0,"dir":"in","peer":"127.0.0.1:9","osc":"00"}\n'
    wrong = {
        b"": r"empty",
        b"daw: generic\n": r"line 1: expected a line of JSON; got 'daw: generic'",
        b"[1]\n": r"line 1: expected a JSON object",
        good: r"line 1: expected the header",
        header.replace(b'"mixbridge-trace":1', b'"mixbridge-trace":9'): r"line 1: .*format 1",
        header.replace(b'"session":7', b'"session":"x"'): r"line 1: .*session",
        header.replace(b'"dialect":"generic"', b'"dialect":3'): r"line 1: .*dialect",
        header + good + b"\x00\xff\n" + good: r"line 3: expected a line of JSON",
        header + good.replace(b"1.0", b"-1"): r"line 2: expected 't'",
        header + good.replace(b"1.0", b"true"): r"line 2: expected 't'",
        header + good.replace(b'"in"', b'"up"'): r"line 2: expected 'dir'",
        header + good.replace(b"127.0.0.1:9", b"nowhere"): r"line 2: expected an address",
        header + good.replace(b'"00"', b'"0g"'): r"line 2: ",
        header + good.replace(b'"osc"', b'"oscar"'): r"line 2: expected 'osc'",
        header + b'{"t":1,"dir":"asked","event":"Boo","fields":{}}\n': r"line 2: .*request .*Boo",
        header + b'{"t":1,"dir":"asked","event":"Tick","fields":{}}\n': r"line 2: .*request .*Tick",
    }  # fmt: skip
    for text, sentence in wrong.items():
        path.write_bytes(text)
        with pytest.raises(TraceError, match=sentence) as caught:
            read_trace(path)
        assert "\n" not in str(caught.value)
    with pytest.raises(TraceError, match="cannot be read"):
        read_trace(tmp_path / "nothing")


# -- names --------------------------------------------------------------------------------------


def names_in(osc: bytes) -> list[object]:
    return [arg for message in decode(osc) for arg in message.args if isinstance(arg, str)]


@pytest.mark.parametrize("name", ["Anna Vox", "Kick 22in", "Click", "Master", "Böse Gitarre", "?"])
def test_a_pseudonym_plays_the_same_role(name: str) -> None:
    masked = NameMask(GenericDialect()).pseudonym(name)
    assert masked != name
    assert guess_role(masked) is guess_role(name) or is_untouchable(name)
    assert is_untouchable(masked) is is_untouchable(name)


def test_a_name_has_one_pseudonym_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    trace, clock = begin(path, mask=True)
    trace.incoming(osc("/bridge/safe", "Anna", "eq", 1), ("127.0.0.1", 5))
    trace.incoming(osc("/mix/track/1/name", "Anna"), DAW)
    trace.incoming(
        encode(
            OscBundle(
                (
                    OscMessage("/mix/track/2/name", ("Anna Double",)),
                    OscMessage("/mix/track/2/gain", (-3.0,)),
                )
            )
        ),
        DAW,
    )
    trace.outgoing(osc("/bridge/error", "Anna gain stays; Anna Double, too. Annabel?"), DAW)
    trace.asked(SafeSwitched(at=clock.at, track="Anna", lock_class=LockClass.EQ, on=True))
    trace.asked(PanicPressed(at=clock.at))
    trace.incoming(b"Anna \xff", DAW)
    trace.close()
    (part,) = read_trace(path)
    first, second, third, fourth, asked, _, last = part.records
    assert isinstance(first, Datagram)
    assert isinstance(second, Datagram)
    assert isinstance(third, Datagram)
    assert isinstance(fourth, Datagram)
    assert isinstance(asked, Asked)
    assert isinstance(last, Datagram)
    (anna,) = names_in(second.osc)
    (double,) = names_in(third.osc)
    assert names_in(first.osc) == [anna, "eq"]
    assert names_in(fourth.osc) == [f"{anna} gain stays; {double}, too. Annabel?"]
    assert asked.fields["track"] == anna
    assert last.osc == b""
    text = path.read_text(encoding="utf-8")
    assert "Anna" not in text.replace("Annabel", "")
    assert b"Anna".hex() not in text.replace(b"Annabel".hex(), "")


def test_numbers_are_kept_as_they_came() -> None:
    mask = NameMask(GenericDialect())
    silent = b"/mix/track/1/gain\0\0\0,f\0\0" + struct.pack(">f", -math.inf)
    assert mask.incoming(silent) == silent


@given(name=st.text(min_size=1, max_size=20).filter(lambda n: "\0" not in n and n.isprintable()))
def test_no_name_of_any_kind_is_left(name: str) -> None:
    mask = NameMask(GenericDialect())
    try:
        datagram = osc("/mix/track/1/name", name)
    except (ValueError, UnicodeEncodeError):
        return
    (masked,) = names_in(mask.incoming(datagram))
    assert masked != name
    assert mask.text(name) == masked


def test_requests_without_a_name_are_as_they_were() -> None:
    mask = NameMask(GenericDialect())
    mask.pseudonym("Anna")
    request: PersonEvent = PanicPressed(at=1.0)
    assert mask.request(request) is request
    for track in ("1", "*"):
        safe = SafeSwitched(at=1.0, track=track, lock_class=LockClass.EQ, on=True)
        assert mask.request(safe) == safe


def test_a_content_hides_the_files_in_it_and_stays_the_same_text() -> None:
    mask = NameMask(GenericDialect())
    mask.pseudonym("Anna's bass")
    text = '{"at":1.5,"file":"/home/anna/My Songs/take 1.wav","name":"Anna\'s bass"}'
    said = OscMessage("/mix/content", ("item", "i1", 1, "take", text, "", ""))
    heard = OscMessage("/mix/content/set", ("item", "i1", text, "1-1"))
    (came,) = decode(mask.incoming(encode(said)))
    (went,) = decode(mask.outgoing(encode(heard)))
    assert isinstance(came, OscMessage)
    assert isinstance(went, OscMessage)
    assert came.args[4] == went.args[2]
    shown = json.loads(str(came.args[4]))
    assert shown["at"] == 1.5
    assert shown["file"].startswith("/file-")
    assert shown["file"].endswith(".wav")
    assert "nna" not in str(came.args)
    assert (
        mask.incoming(encode(OscMessage("/mix/content", ("patch", "p", 1, "", "", "", "")))) != b""
    )
