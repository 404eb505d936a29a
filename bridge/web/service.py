"""The page of a running bridge: views for it, and its requests back, on the bridge's loop."""

import asyncio
import json
import logging
import time
from collections import OrderedDict
from typing import Any, Final

import bridge
from bridge.config import Settings
from bridge.daw import surface
from bridge.doctor import Finding, examine_daw, examine_settings
from bridge.engine.ledger import REMEMBERED, Row
from bridge.engine.view import View, make_view
from bridge.errors import DialectError, JournalError, NetworkError
from bridge.journal.state_file import read_state, write_state
from bridge.mix.messages import PersonEvent
from bridge.mix.notices import MIX_ENDORSED, Notice, RequestRefused, StatusChanged
from bridge.mix.spectrum import EQ_SHAPE
from bridge.osc.message import OscMessage
from bridge.runtime.keyboard import KEYS
from bridge.runtime.runner import Runner
from bridge.web.access import Access
from bridge.web.extras import PageExtras
from bridge.web.first_run import daws_to_json, find_daws, way_to_json
from bridge.web.history import row_to_json
from bridge.web.server import Page, names_of_this_machine
from bridge.web.views import schema, sections

SHOWN_HZ: Final = 10.0
"""How often the page gets a new moment; as long as nobody looks, none is made."""

_PATIENCE_S: Final = 5.0

_log = logging.getLogger(__name__)


class PageService:
    """Keeps one page up to date.

    Args:
        runner: The bridge.
        settings: Where the page is to be.
        past_rewards: What this person said in earlier sessions, for the curve.
        extras: What else it shows.

    Attributes:
        trouble: Why there is no page, in a sentence; empty where there is one.
        links: Addresses to open: here, and where it can be reached from the network for all, and
            to look only.
    """

    def __init__(
        self,
        runner: Runner,
        settings: Settings,
        *,
        past_rewards: list[float],
        extras: PageExtras,
    ) -> None:
        self.trouble = ""
        self.links: tuple[str, ...] = ()
        self._runner = runner
        self._settings = settings
        self._past_rewards = past_rewards
        self._rows_shown = 0
        self._loop = asyncio.get_running_loop()
        self._access = Access.load(read_state(settings.store).get("page", {}))
        self._hosts, self._shown = names_of_this_machine(settings.web.host)
        self._lessons_shown = -1
        self._is_open = False
        self._listens = f"{settings.listen.host}:{settings.listen.port}"
        self._page = Page(
            access=self._access,
            hosts=self._hosts,
            ask=self._ask,
            choose=extras.choose,
            facts={
                "version": bridge.__version__,
                "session": runner.session,
                "profile": settings.guard.profile.value,
                "endorsed": MIX_ENDORSED,
                "keys": [row.to_json() for row in KEYS if row.on_page],
                "daw": settings.daw.dialect,
                "daws": daws_to_json(),
                "mayChoose": extras.choose is not None,
                "listens": self._listens,
                "schema": schema(),
                "eqShape": EQ_SHAPE.tolist(),
                **extras.facts,
            },
            documents={
                "doctor": lambda: _findings_as_json(examine_settings(settings)),
                "missing": lambda: _findings_as_json(examine_daw(settings)),
                "found": lambda: (json.dumps(find_daws()).encode(), "application/json"),
                "history": self._history,
                "state": self._state,
                **extras.documents,
            },
            osc_port=settings.listen.port,
        )

    def open(self) -> None:
        """Show the page, or say in `trouble` why not; the bridge runs either way."""
        web = self._settings.web
        self._runner.watchers.append(self._notify)
        try:
            write_state(self._settings.store, "page", self._access.to_json())
            host, port = self._page.open(web.host, web.port)
        except (NetworkError, JournalError) as error:
            self.trouble = str(error)
            _log.warning("%s", self.trouble)
            return
        here = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 (it listens there too)
        self.links = (f"http://{here}:{port}/",)
        if not self._shown.startswith("127."):
            base = f"http://{self._shown}:{port}"
            self.links += (f"{base}/remote#{self._access.all}", f"{base}/#{self._access.look}")
        self._is_open = True
        self._tick()

    def close(self) -> None:
        """Take the page away."""
        self._is_open = False
        self._page.close()

    def show(self, name: str, content: Any) -> None:  # noqa: ANN401 - any JSON
        """Show a section that is no part of the engine, such as the pads."""
        self._page.show(name, content)

    # -- to the page -----------------------------------------------------------------------------

    def _tick(self) -> None:
        if not self._is_open:
            return
        self._loop.call_later(1.0 / SHOWN_HZ, self._tick)
        if self._page.watchers:
            self._publish()

    def _publish(self) -> None:
        runner, lessons = self._runner, self._runner.lessons
        view = self._view(with_beliefs=lessons != self._lessons_shown)
        self._page.show("way", way_to_json(runner, view.at))
        ledger = runner.engine.ledger
        fresh, self._rows_shown = ledger.since(self._rows_shown), ledger.version
        if self._page.publish(view, fresh, self._rewards()):
            self._lessons_shown = lessons

    def _view(self, *, with_beliefs: bool) -> View:
        at = time.monotonic()
        runner = self._runner
        return make_view(
            runner.engine,
            status=runner.status,
            levels=runner.meters.shown,
            at=at,
            epoch=time.time() - at,
            with_beliefs=with_beliefs,
            scene=str(runner.facts(at).get("scene_name", "")),
        )

    def _rewards(self) -> list[float]:
        answers = [answer.value for answer in self._runner.engine.ledger.answers]
        return [*self._past_rewards, *answers][-REMEMBERED:]

    def _notify(self, notice: Notice) -> None:
        match notice:
            case RequestRefused(text=text):
                self._page.announce(text)
            case StatusChanged(text=text) if text != self._runner.status.text:
                self._page.announce(text)  # a sentence beside an unchanged state
            case _:
                pass

    # -- from the page, on its thread --------------------------------------------------------------

    def _ask(self, address: str, args: list[Any]) -> None:
        """Put a request before the bridge, as if a remote had sent it."""
        request = surface.decode_request(OscMessage(address, tuple(args)), at=time.monotonic())
        match request:
            case None | surface.Hello() | surface.Inquiry() | surface.StatsInquiry():
                raise DialectError(f"{address}: the page cannot ask for that.")
            case surface.Release() | surface.NeutralReward():
                pass
            case _:
                self._post(request)

    def _post(self, request: PersonEvent) -> None:
        try:
            self._loop.call_soon_threadsafe(self._runner.request, request)
        except RuntimeError:  # the bridge has just ended
            raise DialectError("The bridge is ending.") from None

    def _history(self) -> tuple[bytes, str]:
        """All rows of the ledger, read on the bridge's loop: up to date whoever looks."""
        epoch = time.time() - time.monotonic()
        asked = asyncio.run_coroutine_threadsafe(self._rows(), self._loop)
        rows = [row_to_json(row, epoch) for row in asked.result(_PATIENCE_S)]
        return json.dumps(rows, ensure_ascii=False).encode(), "application/json"

    async def _rows(self) -> list[Row]:
        return self._runner.engine.ledger.rows()

    def _state(self) -> tuple[bytes, str]:
        """What the page shows at this moment, whole, for a program that looks once."""
        asked = asyncio.run_coroutine_threadsafe(self._moment(), self._loop)
        view, rows, rewards = asked.result(_PATIENCE_S)
        shown = sections(
            view,
            OrderedDict((row.id, row) for row in rows),
            rows_version=0,
            rewards=rewards,
            beliefs=view.beliefs or {},
        )
        state = {name: section.make() for name, section in shown.items()}
        state["listens"] = self._listens
        return json.dumps(state, ensure_ascii=False).encode(), "application/json"

    async def _moment(self) -> tuple[View, list[Row], list[float]]:
        return self._view(with_beliefs=True), await self._rows(), self._rewards()


def _findings_as_json(findings: list[Finding]) -> tuple[bytes, str]:
    shown = [
        {
            "level": each.level.value,
            "subject": each.subject,
            "text": each.text,
            "remedy": each.remedy,
        }
        for each in findings
    ]
    return json.dumps(shown).encode(), "application/json"
