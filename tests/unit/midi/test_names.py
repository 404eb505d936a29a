"""A device is found again by its name, as Linux, Windows and macOS write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.midi.names import devices_of, find_devices, is_ambiguous, lamps_of, plain


@pytest.mark.parametrize(
    ("system", "then", "now"),
    [
        ("linux", "nanoPAD2:nanoPAD2 MIDI 1 20:0", "nanoPAD2:nanoPAD2 MIDI 1 28:0"),
        ("linux", "a2j:nanoPAD2 [20] (capture): MIDI 1", "a2j:nanoPAD2 [28] (capture): MIDI 1"),
        ("linux", "Midi-Bridge:FCB1010 20:0 (capture_0)", "Midi-Bridge:FCB1010 32:0 (capture_0)"),
        ("win32", "nanoPAD2 1", "nanoPAD2 3"),
        ("win32", "USB MIDI Interface 0", "2- USB MIDI Interface 12"),
        ("win32", "Launch Control XL 2 1", "Launch Control XL 2 0"),
        ("darwin", "nanoPAD2 PAD", "nanoPAD2 PAD"),
    ],
)
def test_a_device_is_found_again_whatever_number_it_has_now(
    system: str, then: str, now: str
) -> None:
    (bound,) = devices_of([then], system)
    there = devices_of(["Another:Another 14:0", now, "mixbridge probe 129:0"], system)
    found = find_devices([bound], there, system)
    assert there[found[bound]] == 1


@pytest.mark.parametrize(
    ("system", "then", "now"),
    [
        ("linux", "nanoPAD2:nanoPAD2 MIDI 1 20:0", "nanoPAD2:nanoPAD2 MIDI 2 20:1"),
        ("linux", "system:midi_capture_1", "system:midi_capture_2"),
        ("darwin", "IAC Driver Bus 1", "IAC Driver Bus 2"),
        ("win32", "nanoPAD2 1", "nanoKONTROL2 1"),
    ],
)
def test_another_port_is_not_taken_for_it(system: str, then: str, now: str) -> None:
    (bound,) = devices_of([then], system)
    assert find_devices([bound], devices_of([now], system), system) == {}


def test_two_devices_of_one_name_are_told_apart_by_their_order() -> None:
    there = devices_of(["Pad:Pad MIDI 1 20:0", "Pad:Pad MIDI 1 24:0"], "linux")
    assert there == {"Pad:Pad MIDI 1": 0, "Pad:Pad MIDI 1 (2)": 1}
    assert find_devices(list(there), there, "linux") == {name: name for name in there}


def test_of_two_bound_devices_of_one_name_the_one_that_is_left_is_not_guessed() -> None:
    bound = ["Pad", "Pad (2)"]
    there = devices_of(["Pad 0"], "win32")
    assert find_devices(bound, there, "win32") == {}
    assert is_ambiguous("Pad (2)", there)
    assert not is_ambiguous("Pad (2)", ["Other"])


def test_names_of_earlier_versions_with_windows_numbers_are_found_in_their_order() -> None:
    there = devices_of(["Foo 0", "nanoPAD2 1", "nanoPAD2 2"], "win32")
    found = find_devices(["nanoPAD2 10", "nanoPAD2 9"], there, "win32")
    assert found == {"nanoPAD2 9": "nanoPAD2", "nanoPAD2 10": "nanoPAD2 (2)"}


def test_lamps_belong_to_the_device_on_every_system() -> None:
    assert lamps_of("Pad (2)", ["Pad", "Pad (2)"]) == "Pad (2)"
    assert lamps_of("MIDIIN2 (Launchpad)", ["MIDIOUT2 (Launchpad)"]) == "MIDIOUT2 (Launchpad)"


@given(st.lists(st.text(max_size=12), max_size=8), st.sampled_from(["linux", "win32", "darwin"]))
def test_every_device_but_our_own_has_one_name(ports: list[str], system: str) -> None:
    devices = devices_of(ports, system)
    ours = [port for port in ports if plain(port, system).startswith("mixbridge")]
    assert len(set(devices.values())) == len(devices) <= len(ports) - len(ours)
    assert find_devices(list(devices), devices, system) == {name: name for name in devices}
