"""Starting and stopping the process that serves a district, and talking to it while it is up."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdm_sync.demo.errors import DemoError
from mdm_sync.demo.places import Places

if TYPE_CHECKING:
    import httpx

START_SECONDS = 300
STOP_SECONDS = 60
POLL_SECONDS = 0.05
NEEDED = ("aiohttp", "aiosmtpd", "trustme")
Host = subprocess.Popen[bytes]


@contextmanager
def up(places: Places, *, within_seconds: float = START_SECONDS) -> Iterator[Host]:
    """Serve the district inside; it ends with this process, however this process ends."""
    host = _start(places, "--end-with-parent", stdin=subprocess.PIPE)
    try:
        _wait_until_up(places, host, within_seconds)
        yield host
    finally:
        _end(host)


def go_up(places: Places) -> None:
    """Serve the district until ``go_down``; return when all its servers answer."""
    host = _start(places, stdin=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_until_up(places, host)
    except BaseException:
        _end(host)
        raise


def go_down(places: Places) -> None:
    """Stop a district that ``go_up`` started; return when it is down."""
    process = _running(places)["process"]
    try:
        os.kill(process, signal.SIGTERM)
    except ProcessLookupError:
        places.running.unlink(missing_ok=True)
        return
    _wait(lambda: not _is_alive(process), STOP_SECONDS, f"The demo in {places.folder} does not end.")


def ask(places: Places, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - any JSON
    """Call the control API of a district that is up.

    Raises:
        DemoError: it is not up, or refuses; the message says why.
    """
    import ssl

    import httpx

    # An empty context: loading the system's authorities takes longer than the call, and a socket needs none.
    transport = httpx.HTTPTransport(uds=_running(places)["controls"], verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    try:
        with httpx.Client(transport=transport, timeout=START_SECONDS) as client:
            answer = client.request(method, f"http://demo{path}", json=body)
    except httpx.HTTPError as error:
        raise DemoError(f"The demo in {places.folder} does not answer; see {places.log}") from error
    if answer.is_error:
        raise DemoError(_refusal(answer, path))
    return answer.json()


def _refusal(answer: "httpx.Response", path: str) -> str:
    try:
        return f"The demo refuses {path}: {answer.json()['error']}"
    except (ValueError, KeyError):
        return f"The demo answered {answer.status_code} to {path}."


def _running(places: Places) -> dict[str, Any]:
    try:
        facts: dict[str, Any] = json.loads(places.running.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DemoError(f"No demo is up in {places.folder}: start one with mdm-sync demo up") from error
    return facts


def _start(places: Places, *arguments: str, **how: Any) -> Host:  # noqa: ANN401 - arguments of Popen
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise DemoError(f"The demo needs {', '.join(missing)}: pip install 'mdm-sync[demo]'")
    command = [sys.executable, "-m", "mdm_sync.demo.host", str(places.folder.resolve()), *arguments]
    with places.log.open("ab") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, **how)  # noqa: S603 - our own module


def _wait_until_up(places: Places, host: Host, seconds: float = START_SECONDS) -> None:
    def ready() -> bool:
        if host.poll() is not None:
            raise DemoError(_why_it_ended(places))
        return places.running.exists()

    _wait(ready, seconds, f"The demo did not come up; see {places.log}")


def _why_it_ended(places: Places) -> str:
    """The last line of the log is the message of the error that ended it."""
    lines = places.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    reason = lines[-1].partition("DemoError: ")[2] if lines else ""
    return reason or f"The demo's servers did not start; see {places.log}"


def _end(host: Host) -> None:
    if host.stdin:
        host.stdin.close()
    host.terminate()
    try:
        host.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        host.kill()
        host.wait()


def _is_alive(process: int) -> bool:
    """Whether it still runs; one that has ended may stay listed until its parent has looked at it."""
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def _wait(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise DemoError(otherwise)
        time.sleep(POLL_SECONDS)
