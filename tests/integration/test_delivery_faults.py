"""The outbox, the delivery and a real mail server in trouble: nothing is lost, and a double is known by its id."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from itertools import count
from pathlib import Path

import pytest

from connectors.mail import MailChannel, SmtpServer
from mdm_sync.core.views import RefusedMail
from mdm_sync.delivery import LEASE_SECONDS, LONGEST_PAUSE, Delivery, deliver
from mdm_sync.ports import EntryState
from state import Store
from tests.far_side import MAIL_LOGIN, MAIL_PASSWORD, MailSide
from tests.integration.given_mails import NOW, THREE, fill
from tests.integration.state.processes import ROOT

pytestmark = pytest.mark.demo


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with a mail for each of three people, closed."""
    fill(tmp_path / "state", *THREE)
    return tmp_path / "state"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    store = Store.open(folder)
    yield store
    store.close()


def run(store: Store, mail_server: MailSide, after: timedelta = timedelta(0), *, seconds: float = 30) -> Delivery:
    """Deliver, so long after the mails were put in."""
    port, ca_file = mail_server.sink.port, mail_server.ca_file
    server = SmtpServer(host="localhost", port=port, login=MAIL_LOGIN, ca_file=ca_file, seconds=seconds)
    return deliver(store.outbox, {"mail": MailChannel(server, lambda: MAIL_PASSWORD)}, lambda: NOW + after)


def arrived(mail_server: MailSide, since: int = 0) -> Counter[str]:
    """How often each mail came to be kept, by recipient; the first ones left out."""
    return Counter(recipient for one in mail_server.sink.messages[since:] for recipient in one.recipients)


def ids(mail_server: MailSide, since: int = 0) -> set[str]:
    files = [mail_server.folder / one.file for one in mail_server.sink.messages[since:]]
    return {str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in files}


@pytest.mark.parametrize("command", ["mail", "rcpt", "data"])
def test_who_asks_to_come_again_later_gets_every_mail_once(store: Store, mail_server: MailSide, command: str) -> None:
    mail_server.switch("temporary-refusal", command)
    assert run(store, mail_server).waiting == 3
    mail_server.switch("temporary-refusal", on=False)
    assert run(store, mail_server, timedelta(seconds=59)) == Delivery()
    assert run(store, mail_server, timedelta(seconds=60)) == Delivery(sent=3)
    assert arrived(mail_server) == Counter(THREE)


def test_one_of_three_who_is_refused_concerns_himself_alone_and_is_told(store: Store, mail_server: MailSide) -> None:
    mail_server.switch("permanent-refusal", THREE[1])
    delivery = run(store, mail_server)
    assert (delivery.sent, delivery.failed) == (2, 1)
    assert arrived(mail_server) == Counter((THREE[0], THREE[2]))
    (refused,) = store.outbox.rows([EntryState.FAILED])
    assert refused.recipient == THREE[1]
    (told,) = store.snapshot.refused_mails()
    assert told == RefusedMail(entry=refused.entry.entry_id, answer=refused.last_error or "")
    assert "550" in told.answer
    assert THREE[1] not in told.answer


@pytest.mark.parametrize(("kept", "doubles"), [(None, 1), ("kept", 2)], ids=["not kept", "kept"])
def test_an_answer_that_is_lost_after_data_is_at_most_one_double(
    store: Store, mail_server: MailSide, kept: str | None, doubles: int
) -> None:
    mail_server.switch("lost-after-data", kept)
    assert run(store, mail_server).waiting == 3
    mail_server.switch("lost-after-data", on=False)
    assert run(store, mail_server, timedelta(minutes=1)) == Delivery(sent=3)
    assert arrived(mail_server) == Counter(dict.fromkeys(THREE, doubles))
    assert len(ids(mail_server)) == 3


def test_a_server_that_hangs_gets_nothing_lost(store: Store, mail_server: MailSide) -> None:
    mail_server.switch("hang")
    assert run(store, mail_server, seconds=0.2).waiting == 3
    mail_server.switch("hang", on=False)
    assert run(store, mail_server, timedelta(minutes=1)) == Delivery(sent=3)
    assert arrived(mail_server) == Counter(THREE)


def test_a_wrong_certificate_gets_one_try_and_no_password(store: Store, mail_server: MailSide) -> None:
    mail_server.switch("certificate-wrong-name")
    assert run(store, mail_server).waiting == 1
    assert (mail_server.sink.counters()["connections"], mail_server.sink.logins) == (1, ())
    mail_server.switch("certificate-wrong-name", on=False)
    assert run(store, mail_server, timedelta(minutes=30)) == Delivery()
    assert run(store, mail_server, LONGEST_PAUSE) == Delivery(sent=3)
    assert arrived(mail_server) == Counter(THREE)


def killed(folder: Path, mail_server: MailSide, step: int) -> bool:
    """Deliver in a process that is killed at this step; whether there was such a step."""
    command = [sys.executable, "-m", "tests.integration.delivery_that_dies", str(folder)]
    ended = subprocess.run(
        [*command, str(mail_server.sink.port), str(mail_server.ca_file), str(step)], cwd=ROOT, check=False
    )
    assert ended.returncode in {0, -signal.SIGKILL}
    return ended.returncode != 0


def loses_nothing(folder: Path, mail_server: MailSide, step: int) -> bool:
    """Kill a delivery at this step, deliver again when its lease has ended; whether there was such a step."""
    before = len(mail_server.sink.messages)
    there_was = killed(folder, mail_server, step)
    store = Store.open(folder)
    run(store, mail_server, timedelta(seconds=LEASE_SECONDS))
    came = arrived(mail_server, before)
    assert set(came) == set(THREE)
    assert sum(came.values()) <= 4
    assert len(ids(mail_server, before)) == 3
    assert store.outbox.totals().sent == 3
    store.close()
    return there_was


END_OF_CLAIM, END_OF_SENDING = 2, 4


@pytest.mark.parametrize("step", [END_OF_CLAIM, END_OF_SENDING])
def test_killed_where_it_hurts_most_it_loses_nothing(folder: Path, mail_server: MailSide, step: int) -> None:
    assert loses_nothing(folder, mail_server, step)
    doubles = [number for number in arrived(mail_server).values() if number > 1]
    assert doubles == ([2] if step == END_OF_SENDING else [])
    store = Store.open(folder)
    first, second = store.outbox.tries(1)
    assert (first.ended_at, second.error) == (None, None)
    store.close()


@pytest.mark.verify
def test_killed_at_any_step_it_loses_nothing(tmp_path: Path, mail_server: MailSide) -> None:
    for step in count(1):
        folder = tmp_path / str(step)
        fill(folder, *THREE)
        if not loses_nothing(folder, mail_server, step):
            break
    assert step == 1 + 20  # the beginnings and ends of three claims, sendings and markings, and of the last claim
