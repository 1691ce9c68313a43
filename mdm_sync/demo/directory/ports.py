"""Free ports on loopback that stay the same from start to start."""

import json
import random
import socket
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
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


def reserve(file: Path, names: Iterable[str]) -> Mapping[str, Ports]:
    """Return the ports of each name; those already noted in the file are kept, new ones are added to it."""
    noted = json.loads(file.read_text()) if file.exists() else {}
    ports = {name: Ports(public=public, inner=inner) for name, (public, inner) in noted.items()}
    new = [name for name in names if name not in ports]
    free = iter(_free(2 * len(new), {port for pair in ports.values() for port in (pair.public, pair.inner)}))
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


def _free(count: int, taken: set[int]) -> list[int]:
    found: list[int] = []
    with ExitStack() as held:
        for port in _shuffled():
            if len(found) == count:
                return found
            if port not in taken and _bind(held.enter_context(socket.socket()), port):
                found.append(port)
    raise DemoError(f"fewer than {count} ports are free between {_CHOICE.start} and {_CHOICE.stop}")


def _shuffled() -> list[int]:
    return random.SystemRandom().sample(_CHOICE, len(_CHOICE))


def _bind(probe: socket.socket, port: int) -> bool:
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        return False
    return True
