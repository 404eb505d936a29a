"""Who is told everything, who is answered, and that nobody can make the bridge shout at others."""

from bridge.daw.surface import error
from bridge.osc.message import OscMessage
from bridge.runtime.complaints import Address
from bridge.runtime.counters import Counters
from bridge.runtime.remotes import ALL_ANSWERS_PER_S, ANSWERS_PER_S, Remotes

PHONE, ITS_EAR = ("192.168.1.5", 50_123), ("192.168.1.5", 9402)
STRANGER = ("192.168.1.6", 50_000)


class House:
    """Remotes, and all that was sent to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[OscMessage, Address]] = []
        self.counters = Counters()
        self.remotes = Remotes(lambda *sent: self.sent.append(sent), self.counters)

    def told(self, address: Address) -> list[object]:
        return [message.args[0] for message, to in self.sent if to == address]


def test_who_said_hello_is_told_everything_once_by_either_port() -> None:
    house = House()
    house.remotes.admit(ITS_EAR, source=PHONE)
    for sender in (PHONE, ITS_EAR):
        for _ in range(100):
            house.remotes.refuse("No.", sender, 1.0)
    assert house.sent == [(error("No."), ITS_EAR)] * 200
    assert (house.counters.refused, house.counters.unanswered_errors) == (200, 0)


def test_a_script_inside_the_daw_is_told_everything() -> None:
    house = House()
    told: list[OscMessage] = []

    class Door:
        prefix = "/x"

        def send(self, message: OscMessage) -> None:
            raise AssertionError(message)

        def notify(self, message: OscMessage) -> None:
            told.append(message)

    house.remotes.side_door = Door()
    house.remotes.refuse("No.", ("127.0.0.1", 0), 1.0)
    assert (told, house.sent) == ([error("No.")], [])


def test_a_stranger_is_answered_a_few_times_a_second_and_told_of_the_rest() -> None:
    house = House()
    house.remotes.admit(ITS_EAR, source=PHONE)
    for _ in range(50):
        house.remotes.refuse("No.", STRANGER, 1.0)
    answers = house.told(STRANGER)
    assert len(answers) == ANSWERS_PER_S
    assert answers[0] == "No."
    assert "the rest are counted" in str(answers[-1])
    assert house.told(ITS_EAR) == ["No."] * ANSWERS_PER_S
    assert house.counters.unanswered_errors == 50 - ANSWERS_PER_S
    house.remotes.refuse("No.", STRANGER, 2.0)
    assert len(house.told(STRANGER)) == ANSWERS_PER_S + 1


def test_all_strangers_together_get_no_more_than_so_many_answers() -> None:
    house = House()
    for number in range(2000):
        house.remotes.refuse("No.", (f"10.0.{number // 250}.{number % 250}", 5000), 1.0)
    assert len(house.sent) == ALL_ANSWERS_PER_S
    assert len(house.remotes._askers) <= 64


def test_we_do_not_answer_ourselves() -> None:
    house = House()
    house.remotes.own = ("0.0.0.0", 9400)  # noqa: S104 (nothing is opened)
    house.remotes.refuse("No.", ("127.0.0.1", 9400), 1.0)
    assert house.sent == []
    house.remotes.refuse("No.", ("192.168.1.9", 9400), 1.0)
    assert len(house.sent) == 1, "another bridge is another program"


def test_of_many_remotes_the_one_unheard_of_for_longest_gives_way() -> None:
    house = House()
    for port in range(1, 41):
        house.remotes.admit(("10.0.0.1", port), source=("10.0.0.1", 1000 + port))
    house.remotes.broadcast(error("No."))
    assert [to[1] for _, to in house.sent] == list(range(9, 41))
    assert not house.remotes.is_told(("10.0.0.1", 1001))
