"""How many messages a second are taken in without loss, and by what.

Three receivers in one run, on the same 320 addresses of the `/mix` namespace and over loopback: the
endpoint of this project with its dialect, python-osc's asyncio server with a dispatcher that maps
each address, and a bare loop that blocks in `recv` and decodes by a dictionary of headers, which
is what Python can do at best. The sender is a process of its own and paces itself in milliseconds;
the rate is raised until datagrams are lost, then narrowed down.
"""

import asyncio
import multiprocessing
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_server import AsyncIOOSCUDPServer

from bridge.daw.registry import make_dialect
from bridge.mix.params import EQ_BANDS
from bridge.osc.encode import encode
from bridge.osc.message import OscMessage
from bridge.runtime.meters import SAMPLES_HZ, LevelMeters
from bridge.runtime.udp import RECEIVE_BUFFER_BYTES, UdpEndpoint

TRACKS: Final = 32
"""With ten addresses each: levels, bands, gain, pan, four EQ gains, mute and solo."""

_TRIAL_S: Final = 0.4
_QUIET_S: Final = 0.25
_STEPS: Final = 7
_END: Final = encode(OscMessage("/bench/end"))
