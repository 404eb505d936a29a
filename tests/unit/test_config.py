"""A settings file means what it says, or says in one sentence why it means nothing."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.config import Settings, default_store, load
from bridge.errors import ConfigError
from bridge.mix.messages import Mode
from bridge.yaml_file import MAX_BYTES

Write = Callable[[str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)

    def _write(content: str | bytes) -> Path:
        path = Path("config.yaml")
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return _write


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path)
    return str(caught.value)


@pytest.mark.parametrize("content", ["", "# nothing\n", "{}", "---\n"])
def test_an_empty_file_is_all_defaults(write: Write, content: str | bytes) -> None:
    assert load(write(content)) == Settings() == load(None)


@pytest.mark.parametrize(("keys", "port"), [("", 3819), (", port: 4000", 4000)])
def test_without_a_port_the_dialects_own_is_taken(write: Write, keys: str, port: int) -> None:
    assert load(write(f"daw: {{dialect: ardour{keys}}}")).daw.port == port
    assert load(None, {"daw.dialect": "ardour"}).daw.port == 3819


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = Settings()
    assert (settings.daw.dialect, settings.daw.host, settings.daw.port) == (
        "generic",
        "127.0.0.1",
        9401,
    )
    assert (settings.listen.host, settings.listen.port) == ("127.0.0.1", 9400)
    assert (settings.mode, settings.pace.interval_s, settings.seed) == (Mode.SUGGEST, 6.0, 0)
    assert (settings.profile, settings.store) == ("default", default_store("default"))
    learning = settings.learning
    assert (learning.enabled, learning.step_size, learning.discount, learning.epsilon) == (
        True,
        0.1,
        0.0,
        0.05,
    )
    assert settings.guard.profile == "studio"
    assert (settings.web.enabled, settings.web.port, settings.midi.enabled) == (True, 9480, True)


def test_a_file_replaces_only_what_it_names(write: Write) -> None:
    settings = load(write("pace: {interval_s: 1}\nlearning: {agent: flat}\n"))
    assert settings.pace.interval_s == 1.0
    assert settings.learning.agent == "flat"
    assert settings.learning.step_size == 0.1


def test_settings_survive_json_so_that_a_journal_can_hold_them(write: Write) -> None:
    settings = load(write("mode: gig\nstore: ~/mix.db\nlearning: {step_size: 0.3}\n"))
    assert Settings.model_validate_json(settings.model_dump_json()) == settings


def test_a_tilde_in_the_store_is_the_home_folder(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/ana")
    assert load(write("store: ~/mix.db")).store == Path("/home/ana/mix.db")


def test_localhost_is_the_loopback_address_and_no_name_is_looked_up(write: Write) -> None:
    assert load(write("daw: {host: localhost}")).daw.host == "127.0.0.1"
    assert "expected an IPv4 address" in refusal(write("daw: {host: studio.local}"))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            "learning: {discount: 1.5}",
            "config.yaml: learning.discount: expected 0 <= discount < 1, got 1.5 (line 1)",
        ),
        (
            "learning:\n  epsilom: .1",
            "config.yaml: learning.epsilom: unknown key; did you mean learning.epsilon? (line 2)",
        ),
        (
            "epsilon: .1",
            "config.yaml: epsilon: unknown key; did you mean learning.epsilon? (line 1)",
        ),
        ("zebra: 1", "config.yaml: zebra: unknown key (line 1)"),
        (
            "mode: sugest",
            "config.yaml: mode: expected observe, suggest, assist or gig, got 'sugest' (line 1)",
        ),
        (
            "learning: {step_size: 0}",
            "config.yaml: learning.step_size: expected 0 < step_size <= 1, got 0 (line 1)",
        ),
        (
            "pace: {interval_s: 0.01}",
            "config.yaml: pace.interval_s: expected 0.02 <= interval_s <= 3600, got 0.01 (line 1)",
        ),
        (
            "guard: {profile: on}",
            "config.yaml: guard.profile: expected studio, live or off, got 'on' (line 1)",
        ),
        ("seed: 4.0", "config.yaml: seed: expected a whole number, got 4.0 (line 1)"),
        ("daw:", "config.yaml: daw: expected a group of keys, got nothing (line 1)"),
        ("web: [1]", "config.yaml: web: expected a group of keys, got a list (line 1)"),
        ("listen: {host: 9}", "config.yaml: listen.host: expected text, got 9 (line 1)"),
        (
            "[1]",
            "config.yaml: expected keys and values such as 'mode: suggest', got [1]",
        ),
        (
            "daw: {port: 9400}",
            "config.yaml: daw and listen: expected two ports, got 9400 for both; give each its own",
        ),
        ("store: ''", "config.yaml: store: expected a file name such as ./mixbridge.db (line 1)"),
        (
            'store: "a\\0b"',
            "config.yaml: store: expected a file name such as ./mixbridge.db (line 1)",
        ),
    ],
)
def test_a_wrong_key_or_value_is_one_sentence(
    write: Write, content: str | bytes, sentence: str
) -> None:
    assert refusal(write(content)) == sentence


def test_every_fault_of_a_file_is_told_at_once(write: Write) -> None:
    text = refusal(write("seed: -1\nmode: loud\nwebb: {}\n"))
    assert [line.split(": ")[1] for line in text.splitlines()] == ["mode", "seed", "webb"]


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "1", "'true'"])
def test_only_true_and_false_are_booleans(write: Write, word: str) -> None:
    expected = "learning.enabled: expected true or false"
    assert expected in refusal(write(f"learning: {{enabled: {word}}}"))


def test_off_is_a_word_and_on_a_key_that_nobody_knows(write: Write) -> None:
    assert load(write("guard: {profile: off}")).guard.profile == "off"
    assert refusal(write("on: 1")) == "config.yaml: on: unknown key (line 1)"


@pytest.mark.parametrize("number", [".nan", ".inf", "-.inf", "12:30", "1_000", "1e999", "nan"])
def test_a_number_is_plain_and_finite(write: Write, number: str) -> None:
    assert "pace.interval_s: expected a" in refusal(write(f"pace: {{interval_s: {number}}}"))


@pytest.mark.parametrize(("text", "seed"), [("0x10", 16), ("0o17", 15), ("010", 10), ("+3", 3)])
def test_whole_numbers_are_those_of_yaml_1_2(write: Write, text: str, seed: int) -> None:
    assert load(write(f"seed: {text}")).seed == seed


def test_a_number_of_a_thousand_digits_is_refused_and_not_computed(write: Write) -> None:
    assert "seed: expected a whole number" in refusal(write("seed: " + "9" * 5000))


def test_a_key_that_stands_twice_is_an_error(write: Write) -> None:
    sentence = "config.yaml: daw.port: expected once, stands twice, first on line 2 (line 3)"
    assert refusal(write("daw:\n  port: 1\n  port: 2\n")) == sentence


@pytest.mark.parametrize(
    ("content", "part"),
    [
        ("a: &x 1\nb: *x", "anchors and aliases are not accepted"),
        ("seed: !!int 3", "tags are not accepted"),
        ("a: !!python/object/apply:os.system [ls]", "tags are not accepted"),
        ("<<: {seed: 1}", "<<: unknown key"),
        ("[" * 100_000, "nested too deeply"),
        ("? [a]\n: 1", "expected a word as key"),
        ("a: b: c", "mapping values are not allowed here (line 1)"),
        ("---\nseed: 1\n---\nseed: 2\n", "another document"),
        ("{", "expected the node content"),
        (b"\xff", "expected UTF-8 text, byte 0 is not"),
        ("\x07", "got a control character"),
        ("#" * (MAX_BYTES + 1), "expected at most 256 KiB, got more"),
    ],
)
def test_what_is_no_plain_yaml_is_one_sentence(
    write: Write, content: str | bytes, part: str
) -> None:
    text = refusal(write(content))
    assert text.startswith("config.yaml: ")
    assert part in text
    assert "\n" not in text


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "absent.yaml")
    assert "is a directory" in refusal(tmp_path)


def test_the_command_line_wins_over_the_file(write: Write) -> None:
    path = write("guard: {profile: studio}\ndaw: {port: 9500}")
    settings = load(path, {"guard.profile": "live", "seed": 7})
    assert (settings.guard.profile, settings.seed, settings.daw.port) == ("live", 7, 9500)


def test_a_fault_of_the_command_line_is_not_blamed_on_the_file(write: Write) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write("guard: {profile: live}"), {"guard.profile": "loud"})
    expected = "command line: guard.profile: expected studio, live or off, got 'loud'"
    assert str(caught.value) == expected


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().seed = 3  # type: ignore[misc]  # that is the point


@given(
    content=st.binary(max_size=300) | st.text(alphabet="a:{}[]-?&*!|>%@`'\"#\n 01.,~<", max_size=80)
)
def test_no_content_leads_to_anything_else_than_settings_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: str | bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with suppress(ConfigError):
        assert isinstance(load(path), Settings)


def test_settings_without_a_store_are_read_from_json_as_from_a_file() -> None:
    """Traces, and journals of earlier versions, hold settings as JSON."""
    assert Settings.model_validate_json('{"profile": "ana"}') == Settings(profile="ana")


def test_in_front_of_people_the_limits_are_live_and_never_off(tmp_path: Path) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text("daw: {dialect: desk}\n")
    chosen = load(path)
    assert (chosen.daw.host, chosen.daw.port, chosen.guard.profile) == ("", 10023, "live")
    path.write_text("daw: {dialect: desk, host: foh.local}\nguard: {profile: off}\n")
    with pytest.raises(ConfigError, match=r"guard.profile: expected live or studio"):
        load(path)


@pytest.mark.parametrize("host", ["foh.local", "192.168.1.64", "fe80::1", "::1"])
def test_a_desk_may_be_named_by_any_address(tmp_path: Path, host: str) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(f"daw: {{dialect: desk, host: '{host}'}}\n")
    assert load(path).daw.host == host


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("daw: {dialect: desk, host: 'a b'}", "expected an address or a name"),
        ("daw: {dialect: desk}\ndesk: {strips: some}", "expected named, all, or a list"),
        ("daw: {dialect: desk}\ndesk: {monitors: maybe}", "expected 'protect' or 'ignore'"),
    ],
)
def test_what_a_desk_cannot_mean_is_refused_in_a_sentence(
    tmp_path: Path, line: str, reason: str
) -> None:
    path = tmp_path / "desk.yaml"
    path.write_text(f"{line}\n")
    with pytest.raises(ConfigError) as refusal:
        load(path)
    assert reason.replace("'", "") in str(refusal.value).replace("'", "")
