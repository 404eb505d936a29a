"""Events and decisions as the journal keeps them."""

import json
import struct
from dataclasses import fields
from enum import StrEnum
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import JournalError
from bridge.journal.event_codec import KINDS, decode_event, encode_event
from bridge.mix.messages import Event, MetersRead, ParamChanged
from bridge.mix.params import Param

_VALUES: dict[type, st.SearchStrategy[Any]] = {
    float: st.floats(),
    int: st.integers(),
    str: st.text(),
    bool: st.booleans(),
    bytes: st.binary(),
}


def _any(cls: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(cls)
    return st.builds(
        cls,
        **{
            name: st.sampled_from(hint) if issubclass(hint, StrEnum) else _VALUES[hint]
            for name, hint in hints.items()
        },
    )


def _bits(event: Event) -> list[object]:
    values = [getattr(event, field.name) for field in fields(event)]
    return [
        "nan" if value != value else struct.pack("<d", value) if isinstance(value, float) else value
        for value in values
    ]


def test_every_event_has_one_name_on_disk() -> None:
    assert sorted(map(id, KINDS.values())) == sorted(map(id, get_args(Event)))


@given(st.one_of([_any(cls) for cls in get_args(Event)]))
def test_every_event_comes_back_bit_for_bit_through_strict_json(event: Event) -> None:
    kind, payload, levels = encode_event(event)
    json.loads(payload, parse_constant=pytest.fail)
    back = decode_event(kind, payload, levels)
    assert type(back) is type(event)
    assert _bits(back) == _bits(event)


def test_levels_stay_the_bytes_that_they_are_and_out_of_the_json() -> None:
    event = MetersRead(at=2.0, since=1.0, levels=struct.pack("<f", float("nan")))
    assert encode_event(event) == ("MetersRead", '{"at":2.0,"since":1.0}', event.levels)


def test_an_enumeration_comes_back_as_one() -> None:
    event = ParamChanged(at=1.0, track=1, param=Param.EQ_LOW, value=0.5)
    back = decode_event(*encode_event(event))
    assert isinstance(back, ParamChanged)
    assert back.param is Param.EQ_LOW


def test_an_unknown_kind_is_refused_in_a_sentence() -> None:
    with pytest.raises(JournalError, match="kind 'LampSwitched', which this version"):
        decode_event("LampSwitched", "{}", None)


@pytest.mark.parametrize(
    "payload", ["", "[]", "{}", '{"at":1.0,"track":"one","name":"Kick"}', '{"at":null}']
)
def test_a_damaged_payload_is_refused_in_a_sentence(payload: str) -> None:
    with pytest.raises(JournalError, match="an event TrackNamed that cannot be read"):
        decode_event("TrackNamed", payload, None)
