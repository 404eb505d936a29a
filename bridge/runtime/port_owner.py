"""Whether a UDP port of this machine can be had, and who has it where the system lets one know."""

import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Final

_PATIENCE_S: Final = 3.0


def why_not_bound(host: str, port: int) -> str | None:
    """Why a UDP port is not available, or None where it is; it is given back at once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, port))
        except OSError as error:
            return (error.strerror or str(error)).lower()
    return None


def owners(port: int) -> tuple[str, ...]:
    """The programs that have a UDP port, each as ``name (process 123)``; empty for no telling."""
    if sys.platform == "win32":
        found = pids_in_netstat(_output("netstat", "-ano", "-p", "UDP"), port)
        return tuple(_describe(_windows_name(pid), pid) for pid in found)
    if Path("/proc/net/udp").is_file():
        return tuple(_describe(name, pid) for name, pid in _linux_owners(port))
    listed = _output("lsof", "-nP", f"-iUDP:{port}", "-Fpc")
    return tuple(_describe(name, pid) for name, pid in owners_in_lsof(listed))


def pids_in_netstat(listed: str, port: int) -> list[int]:
    """The processes that ``netstat -ano -p UDP`` says have a port."""
    found = re.findall(rf"^\s*UDP\s+\S+:{port}\s+\S+\s+(\d+)\s*$", listed, re.M)
    return [int(pid) for pid in dict.fromkeys(found)]


def owners_in_lsof(listed: str) -> list[tuple[str, int]]:
    """The names and processes in what ``lsof -Fpc`` says: lines ``p123`` and ``cname``."""
    return [(name, int(pid)) for pid, name in re.findall(r"^p(\d+)\nc(.*)$", listed, re.M)]


def _linux_owners(port: int) -> list[tuple[str, int]]:
    inodes = {
        fields[9]
        for file in (Path("/proc/net/udp"), Path("/proc/net/udp6"))
        if file.is_file()
        for fields in map(str.split, file.read_text(encoding="ascii").splitlines()[1:])
        if int(fields[1].rpartition(":")[2], 16) == port
    }
    sockets = {f"socket:[{inode}]" for inode in inodes}
    found = []
    for process in Path("/proc").glob("[0-9]*") if sockets else ():
        try:
            if any(str(handle.readlink()) in sockets for handle in (process / "fd").iterdir()):
                name = (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
                found.append((name, int(process.name)))
        except OSError:  # another person's, or it has ended meanwhile
            continue
    return found


def _windows_name(pid: int) -> str:
    listed = _output("tasklist", "/FI", f"PID eq {pid}", "/FO", "CSV", "/NH")
    found = re.match(r'"([^"]+)"', listed.strip())
    return found[1] if found else "a program"


def _describe(name: str, pid: int) -> str:
    return f"{name} (process {pid})"


def _output(*command: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=_PATIENCE_S
        )
    except (OSError, subprocess.TimeoutExpired):  # no such program, or no answer: nothing is known
        return ""
    return done.stdout
