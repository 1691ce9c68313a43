"""The one-shot demo: a district comes up, the real commands work on it, and what left the house is shown."""

import json
import os
import shlex
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

from mdm_sync.demo.control import ask, up
from mdm_sync.demo.errors import DemoError
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places

SUMMARY_LINES = 24
MAIL_LINES = 30


def show(plan: Plan, places: Places) -> int:
    """Run the demo and print it; returns the exit code of the first ``mdm-sync reconcile``."""
    places.make(plan)
    _say("Starting a school district on this machine: Jamf Pro, IServ directories (slapd), mail server, upstream …")
    with up(places):
        _tell_counts(places)
        _run(places, "incidents", "import", str(_relative(Path.cwd(), places.folder / "incidents.csv")))
        first = _run(places, "reconcile")
        _show_mails(places)
        _show_summaries(places)
        _say("A second cycle: nothing has changed, so nothing is mailed or pushed again.")
        _run(places, "reconcile")
        _tell_arrived(places)
    _tell_what_next(places)
    return first


def environment(places: Places) -> dict[str, str]:
    """What points the real commands at the district; the secrets as systemd hands them over."""
    return {
        **os.environ,
        "MDM_SYNC_CONFIG": str(places.settings),
        "CREDENTIALS_DIRECTORY": str(places.credentials),
    }


def _run(places: Places, *arguments: str) -> int:
    print(f"$ mdm-sync {shlex.join(arguments)}\n", flush=True)
    command = [sys.executable, "-m", "mdm_sync", *arguments]
    code = subprocess.run(command, env=environment(places), check=False).returncode  # noqa: S603 - our own command
    print(f"\n(exit code {code})\n", flush=True)
    return code


def _say(text: str) -> None:
    print(f"── {text}\n", flush=True)


def _tell_counts(places: Places) -> None:
    counts = ask(places, "GET", "/district")["counts"]
    _say(
        f"{counts['schools']} schools, {counts['persons']} accounts and {counts['devices']} devices, all invented. "
        f"What is wrong on purpose: {places.folder.name}/truth.csv"
    )


def _arrived(folder: Path, pattern: str) -> list[Path]:
    return sorted(folder.glob(pattern))


def _show_mails(places: Places) -> None:
    for path in _arrived(places.mails, "*.eml"):
        message = message_from_bytes(path.read_bytes(), policy=policy.default)
        body = message.get_body(("plain",))
        _say(f"This mail arrived ({_relative(places.folder.parent, path)}):")
        print(f"To: {message['To']}\nSubject: {message['Subject']}\n")
        lines = body.get_content().splitlines() if body else []
        print("\n".join(lines[:MAIL_LINES]))
        print("…\n" if len(lines) > MAIL_LINES else "")


def _show_summaries(places: Places) -> None:
    for path in _arrived(places.summaries, "*.json"):
        _say(f"This summary arrived upstream ({_relative(places.folder.parent, path)}):")
        body = json.loads(path.read_text())["body"]
        lines = json.dumps({"schema": body["schema"], **body}, indent=2, ensure_ascii=False).splitlines()
        print("\n".join(lines[:SUMMARY_LINES]))
        print("  …\n" if len(lines) > SUMMARY_LINES else "")


def _tell_arrived(places: Places) -> None:
    mails, summaries = len(_arrived(places.mails, "*.eml")), len(_arrived(places.summaries, "*.json"))
    if not mails or not summaries:
        raise DemoError(f"No mail or no summary arrived; see {places.log}")
    _say(f"Arrived in all: {mails} mails, {summaries} summary.")


def _relative(folder: Path, path: Path) -> Path:
    return path.relative_to(folder) if path.is_relative_to(folder) else path


def _tell_what_next(places: Places) -> None:
    folder = shlex.quote(str(places.folder))
    program = shlex.quote(sys.argv[0])
    _say("All servers are stopped; what was read is kept. Try next:")
    print(
        f"  export MDM_SYNC_CONFIG={folder}/mdm-sync.toml CREDENTIALS_DIRECTORY={folder}/credentials\n"
        f"  {program} findings list\n"
        f"  {program} findings show 1\n"
        f"  {program} status\n"
        f"  {program} reconcile --offline --dry-run\n"
        f"  {program} demo up        (the servers stay up, to try faults and later days; then: demo down)\n"
    )
