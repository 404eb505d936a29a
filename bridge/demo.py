"""The demo: a console with a band, a bridge beside it, and a person or a simulated listener.

The console is a process of its own and speaks OSC over UDP, like a DAW. The bridge is the same as
`mixbridge run` starts. Whoever answers, the keyboard or the listener, is a remote like any other: it
says hello to the bridge and sends `/bridge/reward` over UDP.
"""

import asyncio
import contextlib
import subprocess  # noqa: S404 - the console is our own program
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import click
import numpy as np

import bridge
from bridge.app import open_bridge
from bridge.config import Settings
from bridge.daw import surface
from bridge.errors import AudioError, BridgeError
