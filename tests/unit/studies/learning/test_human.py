import numpy as np
import pytest

from bridge.mix.params import COLUMN, EQ_BANDS, Param
from bridge.mix.roles import ROLE_INDEX, Role
from bridge.mix.spectrum import four_bands_db, to_db, to_power
from bridge.sim.listeners import TONE_DB, draw_listener, oracle
from bridge.sim.songs import make_song
from bridge.studies.learning.human import draw_human
from bridge.studies.learning.roster import AGENTS, Visit, receive
from bridge.studies.learning.session import CONDITIONS, Session, Stage

EQ = [COLUMN[band] for band in EQ_BANDS]


def test_a_person_is_the_same_from_the_same_seed() -> None:
    song = make_song(np.random.default_rng(1))
    one, same, other = (draw_human(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.utility(song, song.start_values) == same.utility(song, song.start_values)
    assert one.utility(song, song.start_values) != other.utility(song, song.start_values)


def test_a_source_is_wanted_nearer_to_its_own_sound_than_to_its_role() -> None:
    from_own, from_role = [], []
    for seed in range(8):
        song = make_song(np.random.default_rng(seed))
        person = draw_human(np.random.default_rng(100 + seed))
        bands = four_bands_db(song.source_db)
        own = bands - to_db(to_power(bands).sum(-1))[:, None]
        is_filled = own > -12.0
        wanted = person._wants_of(song)[1]
        from_own.append(np.abs(wanted - own)[is_filled])
        from_role.append(np.abs(wanted - TONE_DB[song.roles])[is_filled])
    # People change a filled band by .8 dB in the median (bridge/data/human/SOURCE.md).
    assert np.median(np.concatenate(from_own)) == pytest.approx(0.8, abs=0.3)
    assert np.median(np.concatenate(from_own)) < np.median(np.concatenate(from_role))


def test_what_a_person_wants_of_a_role_says_little_of_their_next_song() -> None:
    lead, first, second = ROLE_INDEX[Role.LEAD], [], []
    for seed in range(120):
        person = draw_human(np.random.default_rng(seed))
        for place, found in ((1, first), (2, second)):
            song = make_song(np.random.default_rng([seed, place]), tracks=8)
            row = int(np.flatnonzero(song.roles == lead)[0])
            shared = 5.0 * np.log10(np.sum(song.roles == lead))
            found.append(person._wants_of(song)[0][row] + shared)
    assert 0.0 < np.corrcoef(first, second)[0, 1] < 0.5
    assert np.std(first) == pytest.approx(np.hypot(1.4, 2.5), rel=0.2)


def test_with_names_that_say_nothing_half_of_the_tracks_have_no_role() -> None:
    song = make_song(np.random.default_rng(3), tracks=32)
    stage = Stage(song, draw_listener(np.random.default_rng(3)), oracle_moves=1)
    agent = AGENTS["nothing"].make(None)  # type: ignore[arg-type] - it needs no setting
    session = Session(agent, stage, CONDITIONS["real-names"], seed=[1], is_undone=True)
    nameless = session._mix.song.roles == ROLE_INDEX[Role.OTHER]
    assert 0.2 < nameless.mean() < 0.7


def test_who_answers_says_what_each_nameless_track_plays_and_corrects_no_name() -> None:
    song = make_song(np.random.default_rng(3), tracks=32)
    stage = Stage(song, draw_listener(np.random.default_rng(3)), oracle_moves=1)
    agent = AGENTS["nothing"].make(None)  # type: ignore[arg-type] - it needs no setting
    told = []
    for moves in (0, 36):  # the agent rests, so the session goes on for forty decisions
        session = Session(agent, stage, CONDITIONS["real-names-asked"], seed=[1], is_undone=True)
        session.listen(thumbs=1, moves=moves)
        told.append(session._mix.song.roles)
    before, after = told
    nameless = before == ROLE_INDEX[Role.OTHER]
    assert nameless.any()
    assert (after[nameless] == song.roles[nameless]).all()
    assert (after[~nameless] == before[~nameless]).all()


@pytest.mark.slow
def test_the_agent_without_questions_makes_fewer_moves_of_the_same_kind() -> None:
    visit = Visit(
        salt="ask", population="std", tracks=8, condition="usual", listener=0,
        agents=("agent", "no questions"), thumbs=30, moves=80, frozen_moves=30,
    )  # fmt: skip
    agent, without = receive(visit)
    assert len(without["by_move"]) < len(agent["by_move"])
    assert agent["by_move"][0] == without["by_move"][0], "the first moves are sure"


def test_the_agent_without_eq_turns_no_eq_and_the_agent_does() -> None:
    visit = Visit(
        salt="eq", population="std", tracks=8, condition="usual", listener=0,
        agents=("agent", "no eq"), thumbs=30, moves=80, frozen_moves=30,
    )  # fmt: skip
    agent, without = receive(visit)
    assert agent["by_move"] != without["by_move"]
    assert {record["agent"] for record in (agent, without)} == {"agent", "no eq"}


def test_an_oracle_serves_a_person_by_more_than_levels() -> None:
    song = make_song(np.random.default_rng(5), tracks=8)
    best = oracle(song, draw_human(np.random.default_rng(5)), moves=60).values
    assert np.abs(best[:, EQ]).max() > 0.0
    assert np.abs(best[:, COLUMN[Param.PAN]] - song.start_values[:, COLUMN[Param.PAN]]).max() > 0.0
