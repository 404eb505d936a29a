"""Settings in, an engine out: what decides, without anything that it runs in."""

from bridge.agents.agent import Agent
from bridge.agents.factored import FactoredAgent
from bridge.agents.flat import FlatAgent
from bridge.config import Settings
from bridge.daws import DAWS, make_dialect
from bridge.engine.engine import Engine
from bridge.errors import PriorError
from bridge.guard.limits import LIMITS, Profile
from bridge.learning.prior import load_prior
from bridge.mix.vocabulary import load_vocabulary
from bridge.tasks.registry import TASKS


def make_engine(settings: Settings, session: int) -> Engine:
    """The mind of a bridge; the same settings and session give the same one, bit for bit.

    Raises:
        PriorError: If the shipped prior cannot be used.
    """
    can = make_dialect(settings.daw.dialect).capabilities
    load_vocabulary()  # takes some 0.1 s, which the first dump should not
    return Engine(
        agent=_make_agent(settings),
        limits=LIMITS[Profile(settings.guard.profile)],
        mode=settings.mode,
        interval_s=settings.pace.interval_s,
        session=session,
        learning_enabled=settings.learning.enabled,
        steps=can.steps,
        nearest=can.nearest,
        is_live=DAWS[settings.daw.dialect].is_live,
        tasks={name: row.make_task(settings.seed) for name, row in TASKS.items()},
        plays_notes=can.plays_notes,
    )


def _make_agent(settings: Settings) -> Agent:
    learning = settings.learning
    if learning.agent == "flat":
        return FlatAgent(
            step_size=learning.step_size,
            discount=learning.discount,
            epsilon=learning.epsilon,
            seed=settings.seed,
        )
    return FactoredAgent(
        load_prior(),
        step_size=learning.step_size,
        discount=learning.discount,
        epsilon=learning.epsilon,
        seed=settings.seed,
    )


def check_memory(settings: Settings, memory: bytes) -> None:
    """Raise where a bridge with these settings could not use what was learnt.

    Raises:
        PriorError: If it is of another agent, of another version, or does not fit together.
    """
    try:
        make_engine(settings, session=1).load_memory(memory)
    except (ArithmeticError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise PriorError(f"What was learnt does not fit together ({error!r:.80}).") from None
