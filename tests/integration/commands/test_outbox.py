"""``mdm-sync outbox`` and ``deliver``: what waits to leave, and what becomes of it, at the command line."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.mail.message import Mail
from mdm_sync.bootstrap import utc_now
from mdm_sync.ports import Commit, NewEntry
from state import Store
from tests.integration.commands.district import Installation, install

HEAD, TEAM = "head@gs-park.example", "team@it.example"
SUBJECT = "[mdm-sync] 1 new finding \u202e\x1b[31m – Schule"


def mail(to: str, text: str) -> NewEntry:
    content = Mail(sender="mdm-sync@it.example", recipients=[to], subject=SUBJECT, text=text, html="<p></p>")
    return NewEntry(kind="mail", content=content.to_json(), recipient=to, title=SUBJECT)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A store with four entries: one that left, one refused, one parked, one that broke off and waits."""
    installation, now = install(tmp_path), utc_now()
    entries = [mail(HEAD, "one"), mail(HEAD, "two"), mail(TEAM, "three"), mail(TEAM, "four\x1b[2Jlines\nhere")]
    with closing(Store.open(installation.state)) as store:
        store.commit(Commit(started=now, finished=now, transitions=(), entries=lambda: entries))
        for settle in ("done", "failed", "parked", ""):
            entry = store.outbox.claim(now, 300)
            assert entry is not None
            match settle:
                case "done":
                    store.outbox.done(entry, now)
                case "failed":
                    store.outbox.failed(entry, "mail.example:587 refused the mail (550)", now)
                case "parked":
                    store.outbox.parked(entry, "mail.example:587 cannot be reached", now + timedelta(seconds=1))
    return installation


def states(installation: Installation, *options: str) -> dict[int, str]:
    listed = installation.run("outbox", "list", *options, "--format", "json")
    assert listed.code == 0, listed.err
    return {one["id"]: one["state"] for one in listed.document["entries"]}


def test_the_list_shows_what_has_not_left_and_why(installation: Installation) -> None:
    out = installation.run("outbox", "list").out
    assert "refused  head@gs-park.example" in out
    assert "mail.example:587 refused the mail" in out
    assert "parked   team@it.example" in out
    assert "mdm-sync outbox retry NUMBER" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert states(installation) == {4: "waiting", 3: "parked", 2: "failed"}
    assert states(installation, "--all") == {4: "waiting", 3: "parked", 2: "failed", 1: "sent"}


def test_csv_has_the_same_rows(installation: Installation) -> None:
    header, *rows = installation.run("outbox", "list", "--all", "--format", "csv").out.splitlines()
    assert header == "id,state,kind,recipient,title,attempts,created_at,due_at,closed_at,error"
    assert [row.split(",")[:4] for row in rows] == [
        ["4", "waiting", "mail", TEAM],
        ["3", "parked", "mail", TEAM],
        ["2", "failed", "mail", HEAD],
        ["1", "sent", "mail", HEAD],
    ]


def test_one_entry_is_shown_with_every_attempt_and_what_it_says(installation: Installation) -> None:
    out = installation.run("outbox", "show", "4").out
    assert "broke off without a word; it may have arrived" in out
    assert "four[2Jlines\nhere\n" in out
    document = installation.run("outbox", "show", "2", "--format", "json").document["entry"]
    assert [one["error"] for one in document["tries"]] == ["mail.example:587 refused the mail (550)"]
    assert document["state"] == "failed"


def test_what_is_tried_anew_waits_and_what_is_dropped_is_gone(installation: Installation) -> None:
    assert installation.run("outbox", "retry", "2").code == 0
    assert installation.run("outbox", "drop", "3").code == 0
    assert states(installation, "--all") == {4: "waiting", 3: "dropped", 2: "waiting", 1: "sent"}
    assert "2 entries are due now." in installation.run("outbox", "retry", "--all").out
    assert states(installation, "--all") == {4: "waiting", 3: "dropped", 2: "waiting", 1: "sent"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "99"),
        ("retry", "99"),
        ("drop", "99"),
        ("retry", "1"),
        ("drop", "1"),
        ("retry",),
        ("retry", "2", "--all"),
    ],
)
def test_what_means_nothing_is_wrong_usage(installation: Installation, arguments: tuple[str, ...]) -> None:
    ran = installation.run("outbox", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_without_a_mail_server_in_the_settings_the_delivery_says_so(installation: Installation) -> None:
    assert installation.run("outbox", "retry", "--all").code == 0
    ran = installation.run("deliver")
    assert ran.code == 1
    assert "The settings name no way out for mail" in " ".join(ran.out.split())
    assert states(installation) == {4: "waiting", 3: "waiting", 2: "waiting"}
    nothing_due = installation.run("deliver")
    assert (nothing_due.code, nothing_due.out) == (0, "Nothing is due.\n")


def test_in_german(installation: Installation) -> None:
    installation.speak("de")
    out = installation.run("outbox", "list").out
    assert "abgelehnt" in out
    assert "abgestellt" in out
