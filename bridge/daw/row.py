"""A row of the registry of DAWs: what the rest of the bridge has to know of one.

A row names its parts as ``module:object`` and loads each when it is needed, so that a bridge beside
one DAW loads neither the setup of that DAW nor anything of the others.
"""

import pkgutil
from dataclasses import dataclass
from typing import Any, Final

from bridge.daw.dialect import Dialect

LISTEN_PORT: Final = 9400
"""Where the bridge listens, unless its settings or the DAW say otherwise."""

Line = tuple[str, str, str, str]
"""A finding of the doctor's: ``ok``, ``warning`` or ``problem``, subject, text and remedy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DawRow:
    """One DAW; a part that it does not have is empty.

    Attributes:
        name: In the settings, ``daw.dialect``.
        title: What a person calls it.
        port: The UDP port that it listens at, unless the settings name another.
        needs: What has to be on its side, a sentence.
        docs: Its page.
        steps: What a person does until its first message comes, a sentence each; what stands in
            backquotes is typed.
        find: Called without arguments, says where it is on this machine; empty where it is not.
            Opens no socket, and reads only where its files usually are.
        dialect: Makes its `bridge.daw.dialect.Dialect`; pure.
        doctor: Called with the settings, yields each `Line`.
        setup: A click command, ``mixbridge setup NAME``.
        side_door: Opens a way to a script inside the DAW; see `bridge.app`.
        host: Runs the DAW for the demo; see `bridge.demo.demo`.
        patches: Called with a role and a suffix, lists the files of patches that it has on this
            machine.
        study: A module that measures it, ``mixbridge study NAME``.
        study_text: What that measures.
        options: The group of the settings that its dialect is made with.
        door: Finds the DAW and opens a socket that is its alone; see `bridge.app`. Without one it
            speaks at the port where people do.
        jack_client: What its JACK client is called, where it plays through JACK by itself.
        player: Runs it as a synth that is played and heard; see `bridge.studies.sound.session`.
        is_live: Whether people hear what it plays: then the limits are `live` unless somebody says
            otherwise, and never `off`; gig mode is a show.
        listen_port: Where it expects the bridge.
        only_port: Where it answers at `listen_port` alone: who else may have that, and what to do.
    """

    name: str
    title: str
    port: int
    needs: str
    docs: str
    steps: tuple[str, ...]
    dialect: str
    find: str = ""
    doctor: str = ""
    setup: str = ""
    side_door: str = ""
    host: str = ""
    patches: str = ""
    study: str = ""
    study_text: str = ""
    options: str = ""
    door: str = ""
    jack_client: str = ""
    player: str = ""
    is_live: bool = False
    listen_port: int = LISTEN_PORT
    only_port: str = ""

    def make_dialect(self, settings: object = None) -> Dialect:
        """A fresh conversation with it; `settings` of the bridge, where there are any."""
        kind = load_part(self.dialect)
        is_chosen = self.options and settings is not None
        made: Dialect = kind(getattr(settings, self.options)) if is_chosen else kind()
        return made


def load_part(name: str) -> Any:  # noqa: ANN401 - whoever asks for a part knows its type
    """Load a part that a row names as ``module:object``."""
    return pkgutil.resolve_name(name)
