"""A process that is killed at any point of a cycle: the next run ends as if nothing had happened."""

import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from email import message_from_bytes
from random import Random

import pytest

from mdm_sync.demo.tour import environment
from tests.e2e.conftest import Installation, open_findings, stored

pytestmark = [pytest.mark.demo, pytest.mark.verify]

SEED = 20261123
KILLS = int(os.environ.get("MDM_SYNC_KILLS", "200"))
PHASES = {"start": 0.4, "reading": 0.9, "judging": 0.1, "committing": 0.05, "done": 0.3}
"""Parts of a run, and about how many seconds each lasts: that of "done" is the delivery."""
STATES = 2
MARK = "mdm_sync.cycle: cycle"

log = logging.getLogger(__name__)


def _phases(lines: str) -> list[str]:
    """The phases that the log of a process tells."""
    told = (line.partition(MARK)[2].strip(": ") for line in lines.splitlines() if MARK in line)
    return [words.split()[0] for words in told]


def _killed(installation: Installation, phase: str, seconds: float) -> str:
    """Start a cycle, kill it so long after a phase began, and tell how far it had come."""
    command = [sys.executable, "-m", "mdm_sync", "--verbose", "reconcile"]
    process = subprocess.Popen(
        command, env=environment(installation.places), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr
    told = ""
    while phase != "start" and phase not in _phases(told):
        told += process.stderr.readline()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    return ["start", *_phases(told + process.communicate()[1])][-1]


def _mails(installation: Installation, state: str = "") -> int:
    """How many mails were ever put into the outbox, or stand so there."""
    query = "SELECT count(*) FROM outbox WHERE kind = 'mail' AND ? IN ('', state)"
    ((number,),) = stored(installation, query, state)
    return int(number)


def _message_ids(installation: Installation) -> set[str]:
    return {str(message_from_bytes(path.read_bytes())["Message-ID"]) for path in installation.mails}


def test_a_killed_cycle_leaves_nothing_lost_and_nothing_told_twice(installation: Installation) -> None:
    with installation.places.settings.open("a", encoding="utf-8") as settings:
        settings.write('[mail.central]\nrhythm = "at once"\n[mail.schools]\nsend = false\n')
    first = installation.run("reconcile", "--format", "json")
    assert first.code == 0
    subject = min(one["subject"] for one in first.document["findings"] if one["rule"] == "device-unassigned")
    record = f"/jamf/devices/{subject.partition(':')[2]}"
    expected = {}
    for state in range(STATES):
        installation.ask("POST", record, {"username": "nobody.knows" if state else ""})
        assert installation.run("reconcile").code == 0
        expected[state] = open_findings(installation)
    random, phases, before = Random(SEED), Counter[str](), _mails(installation)  # noqa: S311 - repeatable
    log.warning("seed %d", SEED)
    for number in range(KILLS):
        state = number % STATES
        installation.ask("POST", record, {"username": "nobody.knows" if state else ""})
        aim = random.choice(list(PHASES))
        seconds = random.uniform(0, PHASES[aim])
        phase = _killed(installation, aim, seconds)
        log.warning("kill %d, %.3f s after %s began: in %s", number, seconds, aim, phase)
        phases[phase] += 1
        assert installation.run("reconcile").code == 0
        assert open_findings(installation) == expected[state]
    assert _mails(installation) - before == KILLS
    assert _mails(installation, "sent") <= len(_message_ids(installation)) <= _mails(installation)
    assert not _mails(installation, "failed")  # a killed delivery's mail waits for the end of its lease
    log.warning("phases: %s", phases)
    assert set(phases) == set(PHASES)
