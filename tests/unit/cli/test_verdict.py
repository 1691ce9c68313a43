"""Health in one line for Nagios and Checkmk."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from config.texts import Texts
from mdm_sync.cli.verdict import Level, Verdict, verdict
from mdm_sync.core.brakes import Direction, Hold, HoldState, Ring
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.views import Source
from mdm_sync.ports import Health, OutboxTotals
from tests.replacing import replace

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
SILENT = timedelta(hours=2)
TEXTS = Texts("en", "Europe/Berlin")


def source(name: str, age_hours: float) -> Source:
    school = name.removeprefix("iserv-") if name.startswith("iserv-") else ""
    read = NOW - timedelta(hours=age_hours)
    return Source(name=name, school=school, known_since=read, complete_at=read)


WELL = Health(
    last_cycle=NOW - timedelta(minutes=30),
    sources=(source("jamf", 2), source("iserv-194011", 10)),
    devices=1,
    persons=1,
    open_by_rule={"unknown-user": 3, "device-silent": 2},
)


def told(health: Health) -> Verdict:
    return verdict(health, Conditions(now=NOW), SILENT, TEXTS)


def test_all_is_well() -> None:
    assert told(WELL).for_nagios() == (
        "MDM-SYNC OK - everything is read, nothing waits for a person | findings=5 holds=0 stale=0 outbox=0 refused=0"
    )
    assert told(WELL).for_checkmk() == (
        '0 "mdm-sync" findings=5|holds=0|stale=0|outbox=0|refused=0 everything is read, nothing waits for a person'
    )


@pytest.mark.parametrize(
    ("change", "level", "why"),
    [
        ({"last_cycle": None}, Level.CRITICAL, "no cycle has ever run"),
        ({"last_cycle": NOW - SILENT}, Level.OK, "everything is read, nothing waits for a person"),
        ({"last_cycle": NOW - timedelta(hours=3)}, Level.CRITICAL, "the last cycle was 3 hours ago"),
        ({"sources": (source("jamf", 25),)}, Level.CRITICAL, "Jamf Pro is too old for new conclusions"),
        ({"sources": (source("iserv-194011", 80),)}, Level.WARNING, "1 directory is too old"),
        ({"outbox": OutboxTotals(waiting=1, failed=2)}, Level.WARNING, "2 mails or summaries refused"),
    ],
)
def test_what_is_wrong_with_the_service(change: dict[str, Any], level: Level, why: str) -> None:
    found = told(replace(WELL, **change))
    assert (found.level, found.why) == (level, why)


def test_a_hold_that_waits_is_a_warning_and_a_decided_one_is_not() -> None:
    hold = Hold(ring=Ring.RULE, rule="unknown-user", school="", direction=Direction.OPENED, number=9, of=10, since=NOW)
    assert told(replace(WELL, holds=(hold,))).why == "1 hold waits"
    assert told(replace(WELL, holds=(replace(hold, state=HoldState.ACCEPTED),))).level is Level.OK


def test_the_worst_comes_first() -> None:
    found = told(replace(WELL, last_cycle=None, outbox=OutboxTotals(failed=1)))
    assert (found.level, found.why) == (Level.CRITICAL, "no cycle has ever run; 1 mail or summary refused")


def test_a_bar_in_the_words_begins_no_numbers() -> None:
    assert Verdict(Level.UNKNOWN, "a | b").for_nagios() == "MDM-SYNC UNKNOWN - a / b"
