"""Who is told what while a district lives: first looks, a theft, all schools down and back; by a real mail server."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from mdm_sync.core.news import MOST_OF_A_RULE
from mdm_sync.demo.control import up
from mdm_sync.demo.district import generate
from mdm_sync.demo.model import Plan
from mdm_sync.demo.places import Places
from tests.e2e.conftest import NOW, Installation, open_findings, steps, stored

pytestmark = [pytest.mark.demo, pytest.mark.verify]

PLAN = Plan(schools=155, scale=0.02, now=NOW)
TEAM = "mdm-team@systemhaus.example"
LONG_AGO = 60.0
FOUR_DAYS_AGO = """
UPDATE sources SET complete_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', complete_at, '-4 days') WHERE name LIKE 'iserv-%'
"""
"""More than the three days for which a directory's answer supports new conclusions, less than twice that."""
HEADINGS = (
    "Vorgangsnummer;Art der Meldung;Seriennummer;Inventarnummer;Schulnummer;Tag des Ereignisses;Gemeldet am;Status"
)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """A city of small schools."""
    places = Places(tmp_path_factory.mktemp("mails") / "demo")
    places.make(PLAN)
    with up(places):
        yield Installation(places)


class Post:
    """The mails that came since the last look."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._seen = 0

    def came(self) -> list[tuple[str, str, str]]:
        """Address, subject and text of each."""
        paths, self._seen = self._installation.mails[self._seen :], len(self._installation.mails)
        return [_read(path) for path in paths]


def _read(path: Path) -> tuple[str, str, str]:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(message["To"]), str(message["Subject"]), str(body.get_content())


@pytest.fixture(scope="module")
def post(installation: Installation) -> Post:
    return Post(installation)


@pytest.fixture(scope="module")
def live() -> list[str]:
    return [school.contact for school in generate(PLAN).schools if school.stage == "live"]


def every_digest(installation: Installation) -> None:
    """Compose and deliver as if the hour of each digest had come."""
    assert installation.run("deliver", "--now").code == 0


def test_a_first_cycle_tells_first_looks_to_the_centre_and_to_each_school_its_own(
    installation: Installation, post: Post, live: list[str]
) -> None:
    assert installation.run("reconcile").code == 0
    came = post.came()
    texts = {address: text for address, _, text in came}
    assert len(texts) == len(came)
    assert {TEAM} < set(texts) <= {TEAM, *live}
    assert "First look" in texts[TEAM]


def test_a_second_without_change_tells_nobody(installation: Installation, post: Post) -> None:
    assert steps(installation.run("reconcile", "--format", "json")) == {}
    every_digest(installation)
    assert post.came() == []


@pytest.fixture(scope="module")
def stolen(installation: Installation) -> str:
    """Serial number of an iPad with which nothing was wrong and whose theft was reported just now."""
    query = """
    SELECT serial, person_school FROM devices JOIN assignments USING (subject)
    WHERE state = 'matched' AND NOT lost_mode AND managed AND supervised AND serial != ''
    AND subject NOT IN (SELECT subject FROM findings WHERE open) AND subject LIKE 'device:%' LIMIT 1
    """
    ((serial, school),) = stored(installation, query)
    put_report(installation, serial, school, "offen")
    return str(serial)


def put_report(installation: Installation, serial: str, school: str, status: str) -> None:
    day = time.strftime("%d.%m.%Y")
    export = installation.places.folder / "incidents" / "theft.csv"
    export.write_text(f"{HEADINGS}\nV-1;Diebstahl;{serial};;{school};{day};{day};{status}\n", encoding="utf-8")
    os.utime(export, (time.time() - LONG_AGO,) * 2)
    assert installation.run("incidents", "watch", "--once").code == 0


def test_a_theft_is_one_mail_at_once_to_the_centre(installation: Installation, post: Post, stolen: str) -> None:
    assert installation.run("watch").code == 0
    ((address, subject, text),) = post.came()
    assert (address, "not locked" in subject, stolen in text) == (TEAM, True, True)
    assert installation.run("reconcile").code == 0
    assert post.came() == []


def test_when_it_is_solved_the_next_digest_says_so(installation: Installation, post: Post, stolen: str) -> None:
    ((school,),) = stored(installation, "SELECT school FROM incidents WHERE serial = ?", stolen)
    put_report(installation, stolen, school, "abgeschlossen")
    assert installation.run("watch").code == 0
    assert post.came() == []
    every_digest(installation)
    came = {address: text for address, _, text in post.came()}
    assert "Solved" in came[TEAM]
    assert stolen in came[TEAM]


def all_directories(installation: Installation, *, stopped: bool) -> None:
    for school in generate(PLAN).schools:
        installation.fault("directories", "stopped", on=stopped, school=school.number)


@contextmanager
def impatience(installation: Installation) -> Iterator[None]:
    """A directory that does not answer is not tried again and again; many would take minutes."""
    settings = installation.places.settings
    patient = settings.read_text()
    settings.write_text(patient.replace("[iserv]\n", "[iserv]\nschool_seconds = 2\n"))
    yield
    settings.write_text(patient)


def days_pass(installation: Installation) -> None:
    """Nobody waits for days: the last read of each directory becomes four days old."""
    with closing(sqlite3.connect(installation.places.state / "state.db")) as store, store:
        store.execute(FOUR_DAYS_AGO)


def test_all_schools_that_were_down_and_are_back_are_one_mail_to_the_centre(
    installation: Installation, post: Post, stolen: str, live: list[str]
) -> None:
    before = open_findings(installation)
    assert stolen
    all_directories(installation, stopped=True)
    days_pass(installation)
    with impatience(installation):
        assert installation.run("reconcile").code == 3
    every_digest(installation)
    all_directories(installation, stopped=False)
    assert installation.run("reconcile").code == 0
    every_digest(installation)
    assert len(live) > MOST_OF_A_RULE
    ((address, subject, _),) = post.came()
    assert (address, f"{len(live)} sources" in subject) == (TEAM, True), subject
    assert open_findings(installation) == before


def test_all_of_it_went_out_encrypted_and_logged_in(installation: Installation) -> None:
    envelopes = [json.loads(path.with_suffix(".json").read_text()) for path in installation.mails]
    assert {(one["encrypted"], one["login"], len(one["recipients"])) for one in envelopes} == {(True, "mdm-sync", 1)}
