"""Devices: positions on their way, and who is who after a dump."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mix.device_events import (
    Curve,
    DeviceEvent,
    DeviceIdentified,
    DeviceNamed,
    DeviceParamChanged,
    DeviceParamDescribed,
    DevicePlaced,
)
from bridge.mix.devices import DeviceParamSpec, Rack

CUTOFF = DeviceParamSpec(name="Cutoff", minimum=20.0, maximum=20000.0, unit="Hz", curve=Curve.LOG)


@st.composite
def specs(draw: st.DrawFn) -> DeviceParamSpec:
    curve = draw(st.sampled_from(Curve))
    least = draw(st.floats(0.001 if curve is Curve.LOG else -1e6, 1e6))
    width = draw(st.floats(0.01, 1e6))
    steps = draw(st.sampled_from([0, 2, 3, 128]))
    return DeviceParamSpec(name="x", minimum=least, maximum=least + width, curve=curve, steps=steps)


def described(device: int, param: int, spec: DeviceParamSpec) -> DeviceParamDescribed:
    return DeviceParamDescribed(
        at=0.0,
        device=device,
        param=param,
        name=spec.name,
        minimum=spec.minimum,
        maximum=spec.maximum,
        unit=spec.unit,
        curve=spec.curve,
        steps=spec.steps,
    )


def device(
    number: int, name: str, value: float, *, track: int = 1, uid: str = ""
) -> list[DeviceEvent]:
    return [
        *([DeviceIdentified(at=0.0, device=number, uid=uid)] if uid else []),
        DeviceNamed(at=0.0, device=number, name=name),
        DevicePlaced(at=0.0, device=number, track=track),
        described(number, 1, CUTOFF),
        DeviceParamChanged(at=0.0, device=number, param=1, value=value),
    ]


def dump(rack: Rack, *devices: list[DeviceEvent]) -> tuple[bool, list[DeviceParamChanged]]:
    rack.open_dump()
    for each in devices:
        for event in each:
            rack.receive(event)
    return rack.close_dump(lambda track: f"track {track}")


@given(specs(), st.floats(0.0, 1.0))
def test_a_position_comes_back_from_its_value(spec: DeviceParamSpec, position: float) -> None:
    back = spec.position(spec.value(position))
    assert back == pytest.approx(spec.snap(position), abs=1e-6)
    assert abs(spec.snap(position) - position) <= spec.tolerance or spec.steps == 0


@given(specs(), st.floats(allow_nan=False))
def test_no_value_leaves_the_range(spec: DeviceParamSpec, position: float) -> None:
    assert spec.minimum <= spec.value(position) <= spec.maximum
    assert 0.0 <= spec.position(position) <= 1.0


def test_half_of_a_logarithmic_way_is_the_geometric_mean() -> None:
    assert CUTOFF.value(0.5) == pytest.approx(math.sqrt(20.0 * 20000.0))
    assert math.isnan(CUTOFF.position(math.nan))


def test_a_dump_tells_who_is_there_and_where_it_stands() -> None:
    rack = Rack()
    is_new, changes = dump(rack, device(1, "Zyn", 632.45553))
    assert is_new
    assert not changes
    (zyn,) = rack.devices
    assert (zyn.key, zyn.name, zyn.track) == ("track 1/Zyn", "Zyn", 1)
    assert zyn.position(1) == pytest.approx(0.5, abs=1e-6)


def test_the_same_dump_again_is_no_news_and_another_value_is_for_the_caller_to_judge() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0))
    assert dump(rack, device(1, "Zyn", 200.0))[0] is False
    is_new, (change,) = dump(rack, device(1, "Zyn", 2000.0))
    assert not is_new
    assert change.value == 2000.0
    assert rack.devices[0].position(1) == pytest.approx(CUTOFF.position(200.0))


def test_a_device_keeps_its_identity_where_others_come_before_it() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0))
    dump(rack, device(1, "Other", 200.0), device(2, "Zyn", 200.0))
    assert [each.key for each in rack.devices] == ["track 1/Other", "track 1/Zyn"]
    assert rack.by_key("track 1/Zyn") is rack.by_number(2)


def test_namesakes_on_a_track_are_two() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0), device(2, "Zyn", 200.0))
    assert len({each.key for each in rack.devices}) == 2


def test_what_stands_behind_a_gap_is_not_there() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0), device(3, "Lost", 200.0))
    assert [each.name for each in rack.devices] == ["Zyn"]


def test_another_description_makes_it_another_device_that_is_read_anew() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0))
    said = device(1, "Zyn", 0.5)
    said[-2] = described(1, 1, DeviceParamSpec(name="Cutoff", minimum=0.0, maximum=1.0))
    is_new, changes = dump(rack, said)
    assert is_new
    assert not changes
    assert rack.devices[0].position(1) == 0.5


def test_a_person_names_a_device_by_its_name_or_its_place_on_a_track() -> None:
    rack = Rack()
    dump(rack, device(1, "Zyn", 200.0), device(2, "Delay", 200.0), device(3, "Zyn", 2.0, track=2))
    found = {what: rack.on_track(1, what) for what in ("", "delay", "2", "9", "nothing")}
    assert {what: each and each.number for what, each in found.items()} == {
        "": 1,
        "delay": 2,
        "2": 2,
        "9": None,
        "nothing": None,
    }
