"""Free ports on loopback that stay the same from start to start."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from mdm_sync.demo.errors import DemoError

LOOPBACK = "127.0.0.1"
# Below the ports that Linux hands to outgoing connections: one of those could otherwise take a port that is silent for
# a while because of a fault.
_CHOICE = range(10_700, 30_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """The port that clients connect to, and the one that slapd uses while something stands in front of it."""

    public: int
    inner: int


def reserve(file: Path, names: Iterable[str], held: ExitStack) -> Mapping[str, Ports]:
    """Return the ports of each name; those already noted in the file are kept, new ones are added to it.

    Sockets that nobody listens on keep the new ones from other districts of this machine, also while no server is
    there, until ``held`` is closed; a server may listen beside them.
    """
    noted = json.loads(file.read_text()) if file.exists() else {}
    ports = {name: Ports(public=public, inner=inner) for name, (public, inner) in noted.items()}
    new = [name for name in names if name not in ports]
    taken = {port for pair in ports.values() for port in (pair.public, pair.inner)}
    free = iter(_free(2 * len(new), taken, held))
    ports |= {name: Ports(public=next(free), inner=next(free)) for name in new}
    file.write_text(json.dumps({name: [pair.public, pair.inner] for name, pair in ports.items()}))
    return ports


def answers(port: int) -> bool:
    """Return whether something accepts connections on the port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def is_free(port: int) -> bool:
    """Return whether a server may listen on the port; connections that have ended there do not count."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _bind(probe, port)


def _free(count: int, taken: set[int], held: ExitStack) -> list[int]:
    free = (port for port in _shuffled() if port not in taken and _hold(held.enter_context(socket.socket()), port))
    found = list(islice(free, count))
    if len(found) == count:
        return found
    raise DemoError(f"fewer than {count} ports are free between {_CHOICE.start} and {_CHOICE.stop}")


def _hold(holder: socket.socket, port: int) -> bool:
    """Take the port, unless anybody has it or holds it, and let servers of our own listen on it from now on."""
    if not _bind(holder, port):
        return False
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return True


def _shuffled() -> list[int]:
    return random.SystemRandom().sample(_CHOICE, len(_CHOICE))


def _bind(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        return False
    return True
