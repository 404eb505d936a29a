import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.daw.generic import GenericDialect
from bridge.hosts.console import ConsoleSpeaker
from bridge.mix.messages import ParamChanged, RequestDump, SetParam
from bridge.mix.params import MOVABLE, SWITCHES, Param
from bridge.mix.roles import Role
from bridge.osc.message import OscMessage
from bridge.sim.console import Console
from bridge.sim.stems import Stems


def _speaker() -> ConsoleSpeaker:
    audio = 0.1 * np.random.default_rng(0).standard_normal((2, 48_000))
    stems = Stems(
        names=("Kick", "Vox"),
        roles=(Role.KICK, Role.LEAD),
        audio=audio.astype(np.float32),
        sample_rate=48_000,
    )
    return ConsoleSpeaker(Console(stems, np.zeros((2, len(MOVABLE)))))


def _said(messages: list[OscMessage]) -> dict[str, tuple[object, ...]]:
    return {message.address: message.args for message in messages}


def _is_level(message: OscMessage) -> bool:
    return message.address.endswith(("/meter", "/bands"))


def test_a_refresh_is_answered_with_everything_and_its_number() -> None:
    dump = _speaker().answer(OscMessage("/mix/refresh", (41,)))
    assert dump[0] == OscMessage("/mix/tracks", (2,))
    assert dump[-1] == OscMessage("/mix/synced", (41,))
    said = _said(dump)
    assert said["/mix/transport/playing"] == (1,)
    assert said["/mix/track/2/name"] == ("Vox",)
    assert said["/mix/track/2/role"] == ("lead",)
    for param in (*MOVABLE, *SWITCHES):
        assert said[f"/mix/track/1/{param}"] == (0.0,)
    assert said["/mix/track/1/id"] != said["/mix/track/2/id"]
    assert len(dump) == 3 + 2 * 11


def test_identities_are_the_same_in_every_run() -> None:
    again = _said(_speaker().answer(OscMessage("/mix/refresh", (1,))))["/mix/track/1/id"]
    assert _said(_speaker().answer(OscMessage("/mix/refresh", (2,))))["/mix/track/1/id"] == again


def test_the_bridge_understands_every_word_of_a_dump() -> None:
    dialect = GenericDialect()
    for message in _speaker().answer(OscMessage("/mix/refresh", (1,))):
        assert len(dialect.decode(message, at=0.0)) == 1


def test_a_command_is_echoed_with_what_is_held() -> None:
    speaker = _speaker()
    for asked, held in ((-3.5, -3.5), (20.0, 6.0), (-1000.0, -150.0)):
        echo = speaker.answer(OscMessage("/mix/track/1/gain", (asked,)))
        assert echo == [OscMessage("/mix/track/1/gain", (held,))]


def test_an_echo_comes_even_if_nothing_changed() -> None:
    echo = _speaker().answer(OscMessage("/mix/track/2/pan", (0,)))
    assert echo == [OscMessage("/mix/track/2/pan", (0.0,))]


def test_an_echo_is_not_said_twice() -> None:
    speaker = _speaker()
    speaker.answer(OscMessage("/mix/track/1/gain", (-3.5,)))
    assert all(_is_level(message) for message in speaker.pass_time(0.05))


@given(param=st.sampled_from(MOVABLE), value=st.floats(-1.0, 1.0, width=32))
def test_what_the_bridge_asks_for_the_console_does(param: Param, value: float) -> None:
    dialect, speaker = GenericDialect(), _speaker()
    (asked,) = dialect.encode(SetParam(track=2, param=param, value=value), at=0.0)
    (echo,) = speaker.answer(asked)
    assert dialect.decode(echo, at=1.0) == (
        ParamChanged(at=1.0, track=2, param=param, value=value),
    )


def test_levels_of_every_strip_come_with_time() -> None:
    levels = _said(_speaker().pass_time(0.05))
    assert len(levels["/mix/track/1/meter"]) == 2
    assert len(levels["/mix/track/2/bands"]) == 10
    assert levels["/mix/track/1/meter"][0] == pytest.approx(-20.0, abs=0.5)


def test_a_hand_is_told_as_it_moves_and_then_no_more() -> None:
    speaker = _speaker()
    assert speaker.answer(OscMessage("/console/hand", (1, "gain", -6.0))) == []
    told = [
        message.args[0]
        for _ in range(12)
        for message in speaker.pass_time(0.05)
        if not _is_level(message)
    ]
    assert told == sorted(told, reverse=True)
    assert len(told) == 8
    assert told[-1] == -6.0


def test_a_hand_on_a_switch_is_told_at_once() -> None:
    answer = _speaker().answer(OscMessage("/console/hand", (2, "mute", 1)))
    assert answer == [OscMessage("/mix/track/2/mute", (1,))]


@pytest.mark.parametrize(
    "message",
    [
        OscMessage("/mix/track/3/gain", (0.0,)),
        OscMessage("/mix/track/0/gain", (0.0,)),
        OscMessage("/mix/track/1/gain", ("loud",)),
        OscMessage("/mix/track/1/gain", ()),
        OscMessage("/mix/refresh", ("now",)),
        OscMessage("/console/hand", (1, "gain")),
        OscMessage("/console/hand", (1, "volume", 0.0)),
        OscMessage("/console/hand", (7, "gain", 0.0)),
        OscMessage("/console/hand", ("Kick", "gain", 0.0)),
    ],
)
def test_a_message_that_it_cannot_follow_is_counted_and_changes_nothing(
    message: OscMessage,
) -> None:
    speaker = _speaker()
    assert speaker.answer(message) == []
    assert speaker.refused == 1
    assert not speaker.console.values.any()


def test_addresses_of_others_are_ignored() -> None:
    speaker = _speaker()
    for address in ("/mix/track/1/meter", "/mix/tracks", "/live/song", "/mix/track/x/gain"):
        assert speaker.answer(OscMessage(address, (1.0,))) == []


def test_a_dump_is_asked_for_in_the_dialects_words() -> None:
    (asked,) = GenericDialect().encode(RequestDump(number=3), at=0.0)
    assert _speaker().answer(asked)[-1] == OscMessage("/mix/synced", (3,))
