"""Decisions at the command line, and a dry run, on a district that is up."""

import pytest

from tests.e2e.conftest import Installation, open_findings

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def reconciled(installation: Installation) -> None:
    """A cycle was there; each test gives back what it does to the findings."""
    assert installation.run("reconcile").code == 0


def test_a_dry_run_shows_the_plan_of_the_real_run_and_leaves_nothing(installation: Installation) -> None:
    dry = installation.run("reconcile", "--dry-run", "--format", "json")
    assert (dry.code, installation.mails, installation.summaries) == (0, [], [])
    assert not (installation.places.state / "state.db").exists()
    real = installation.run("reconcile", "--format", "json")
    assert real.document["plan"] == dry.document["plan"]
    assert dry.document["plan"]["steps"]


@pytest.mark.usefixtures("reconciled")
def test_a_refused_read_is_held_decided_and_over_when_the_fault_ends(installation: Installation) -> None:
    before = open_findings(installation)
    installation.fault("jamf", "half-fleet", on=True)
    assert installation.run("reconcile").code == 5
    (hold,) = installation.run("holds", "list", "--format", "json").document["holds"]
    assert (hold["ring"], hold["state"]) == ("source", "open")
    number = str(hold["id"])
    assert installation.run("holds", "reject", number, "--why", "rights were lost", SUDO_USER="eva").code == 0
    line = installation.run("audit", "--format", "json").document["entries"][0]
    assert (line["who"], line["act"], line["about"]) == ("eva", "holds reject", number)
    assert installation.run("reconcile").code == 3
    shown = installation.run("holds", "show", number, "--format", "json").document["hold"]
    assert (shown["state"], shown["who"], shown["why"]) == ("rejected", "eva", "rights were lost")
    installation.fault("jamf", "half-fleet", on=False)
    assert installation.run("reconcile").code == 0
    assert installation.run("holds", "list", "--format", "json").document["holds"] == []
    assert open_findings(installation) == before


@pytest.mark.usefixtures("reconciled")
def test_a_dry_run_leaves_store_outbox_mails_and_summaries_as_they_are(installation: Installation) -> None:
    unassigned = min(subject for rule, subject in open_findings(installation) if rule == "device-unassigned")
    record = f"/jamf/devices/{unassigned.partition(':')[2]}"
    installation.ask("POST", record, {"username": "nobody.knows"})
    before = _bytes(installation), installation.mails, installation.summaries
    dry = installation.run("reconcile", "--dry-run", "--format", "json")
    assert (_bytes(installation), installation.mails, installation.summaries) == before
    assert {step["kind"] for step in dry.document["plan"]["steps"]} == {"opened", "resolved"}
    real = installation.run("reconcile", "--format", "json")
    assert real.document["plan"] == dry.document["plan"]
    assert installation.mails == before[1]  # the hour of the digests has not come
    assert installation.run("deliver", "--now").code == 0
    assert len(installation.mails) > len(before[1])
    installation.ask("POST", record, {"username": ""})
    assert installation.run("reconcile").code == 0


def _bytes(installation: Installation) -> dict[str, bytes]:
    """The store and its log; which readers are there (-shm) is no content."""
    found = installation.places.state.glob("state.db*")
    return {path.name: path.read_bytes() for path in found if not path.name.endswith("-shm")}


@pytest.mark.usefixtures("reconciled")
def test_findings_are_acknowledged_and_given_back(installation: Installation) -> None:
    chosen = ("--rule", "device-unassigned")
    acked = installation.run("findings", "ack", *chosen, "--until", "2099-12-31", "--why", "ordered", SUDO_USER="eva")
    assert acked.code == 0
    number = installation.run("status", "--format", "json").document["acknowledged"]
    assert number > 0
    assert installation.run("findings", "unack", *chosen).code == 0
    assert installation.run("status", "--format", "json").document["acknowledged"] == 0


@pytest.mark.usefixtures("reconciled")
@pytest.mark.parametrize(
    "arguments",
    [
        ("findings", "ack", "--until", "2099-12-31", "--why", "all"),
        ("findings", "ack", "999999", "--until", "2099-12-31", "--why", "none"),
        ("findings", "ack", "1", "--until", "2001-01-01", "--why", "over"),
        ("findings", "ack", "1", "--until", "2099-12-31", "--why", " "),
        ("holds", "show", "999999"),
    ],
)
def test_a_decision_that_means_nothing_is_wrong_usage(installation: Installation, arguments: tuple[str, ...]) -> None:
    assert installation.run(*arguments).code == 2
