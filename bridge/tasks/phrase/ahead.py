"""The order that follows each possible pick, worked out while the person listens.

The worker gets what the agent knows now and learns from each pick as the agent would, so that its
order is the same to the letter. What it makes for that order is kept, and lies ready when the order
comes; where another one comes, it is made then.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final

from bridge.mix.content_events import Job
from bridge.mix.device_events import TaskName
from bridge.mix.phrases import EMPTY, Phrase, decode_phrase
from bridge.tasks.phrase.agent import PhraseAgent
from bridge.tasks.phrase.context import Context
from bridge.tasks.phrase.orders import Order, context_body, context_of
from bridge.tasks.phrase.prior import PhrasePrior

AHEAD: Final = "make ahead"


def jobs_ahead(
    agent: PhraseAgent, context: Context, name: str, phrases: Sequence[Phrase]
) -> Iterator[Job]:
    """A job for each pick that may follow.

    Args:
        agent: What is known before the pick.
        context: What the phrases have to fit.
        name: The context's, as the agent calls it.
        phrases: What is there, then the variants.
    """
    body = {
        "agent": agent.state().decode(),
        "context": context_body(context),
        "name": name,
        "phrases": [phrase.text if phrase.notes else "" for phrase in phrases],
    }
    for choice in (*range(1, len(phrases)), 0):
        text = json.dumps({**body, "choice": choice}, separators=(",", ":"), sort_keys=True)
        yield Job(task=TaskName.PHRASE, name=AHEAD, text=text, is_ahead=True)


def order_ahead(text: str, prior: PhrasePrior) -> Order:
    """The order that follows the pick of a job."""
    body = json.loads(text)
    agent = PhraseAgent(prior)
    agent.load_state(body["agent"].encode())
    agent.attend(context_of(body["context"]), body["name"])
    phrases = [decode_phrase(each) if each else EMPTY for each in body["phrases"]]
    agent.choose(phrases, body["choice"])
    return agent.order(phrases[body["choice"]])
