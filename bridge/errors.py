"""Every exception that mixbridge raises on purpose.

::

    BridgeError
    ├── ConfigError       the YAML file or an option is wrong
    ├── OscDecodeError    a datagram is not OSC 1.0 that we accept
    ├── DialectError      a well-formed message that the dialect cannot mean
    ├── RefusedError      a request that is understood and not granted
    ├── JournalError      the database cannot be read, written or replayed
    ├── TraceError        a recorded trace cannot be read or played
    ├── PriorError        the shipped or a given prior cannot be used
    ├── AudioError        stems or the audio libraries are missing or unfit
    ├── WorkError         heavy work for a task has failed
    ├── HostError         a DAW of our own is not installed, does not start or does not obey
    ├── SetupError        a DAW's settings cannot be found, read or changed
    └── NetworkError      a port is not available

The text of each is one sentence for a person: what, got, expected, where, what to do.
"""


class BridgeError(Exception):
    """Base of all; the command line prints its text and exits with 2."""


class ConfigError(BridgeError):
    """The YAML file or an option is wrong."""


class OscDecodeError(BridgeError):
    """A datagram, or an element of a bundle, is not OSC 1.0 that we accept."""


class DialectError(BridgeError):
    """A well-formed message that the dialect cannot mean: wrong arity, type or range."""


class RefusedError(BridgeError):
    """A request that is understood and not granted, with the reason."""


class JournalError(BridgeError):
    """The database cannot be read, written or replayed."""


class TraceError(BridgeError):
    """A recorded trace cannot be read or played."""


class PriorError(BridgeError):
    """The shipped or a given prior cannot be used."""


class AudioError(BridgeError):
    """Stems or the audio libraries are missing or unfit."""


class WorkError(BridgeError):
    """Heavy work for a task has failed, or its process has died."""


class HostError(BridgeError):
    """A DAW that we run ourselves is not installed, does not start or does not obey."""


class SetupError(BridgeError):
    """A DAW's settings cannot be found, read or changed."""


class NetworkError(BridgeError):
    """A port is not available."""
