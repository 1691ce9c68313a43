"""The service in numbers, read by Prometheus' own parser."""

from datetime import UTC, datetime
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from mdm_sync.core.views import Source
from mdm_sync.metrics import metrics_text
from mdm_sync.ports import Health, OutboxTotals
from mdm_sync.service import Record

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
RECORDS = {"sweep": Record(runs=3, failures=1, seconds=2.5, ended=NOON, failing=True), "deliver": Record()}
HEALTH = Health(
    last_cycle=NOON,
    sources=(
        Source(name="jamf", known_since=NOON, complete_at=NOON),
        Source(name="iserv-194011", school="194011", known_since=NOON, error='no "answer"'),
    ),
    devices=82000,
    persons=85000,
    open_by_rule={"stolen-not-locked": 2},
    outbox=OutboxTotals(waiting=4, failed=1, sent=9),
)
NEW = Health(last_cycle=None, sources=(), devices=0, persons=0)


def read(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    families: Any = text_string_to_metric_families(text)
    samples = [sample for family in families for sample in family.samples]
    return {(one.name, frozenset(one.labels.items())): one.value for one in samples}


def value(text: str, name: str, **labels: str) -> float:
    return read(text)[f"mdm_sync_{name}", frozenset(labels.items())]


def test_every_number_is_there_under_its_name() -> None:
    text = metrics_text(RECORDS, HEALTH, ["iserv-194011"])
    assert value(text, "task_runs_total", task="sweep") == 3
    assert value(text, "task_failures_total", task="sweep") == 1
    assert value(text, "task_failing", task="sweep") == 1
    assert value(text, "task_seconds", task="sweep") == 2.5
    assert value(text, "task_ended_timestamp_seconds", task="sweep") == NOON.timestamp()
    assert value(text, "task_runs_total", task="deliver") == 0
    assert value(text, "store_readable") == 1
    assert value(text, "last_cycle_timestamp_seconds") == NOON.timestamp()
    assert value(text, "source_read_timestamp_seconds", source="jamf") == NOON.timestamp()
    assert (value(text, "source_failing", source="jamf"), value(text, "source_stale", source="jamf")) == (0, 0)
    assert value(text, "source_failing", source="iserv-194011") == 1
    assert value(text, "source_stale", source="iserv-194011") == 1
    assert value(text, "findings_open", rule="stolen-not-locked") == 2
    assert (value(text, "devices"), value(text, "accounts")) == (82000, 85000)
    assert (value(text, "outbox_waiting"), value(text, "outbox_failed")) == (4, 1)


def test_what_never_happened_has_no_moment() -> None:
    names = {name for name, _ in read(metrics_text({"deliver": Record()}, NEW, ()))}
    assert not [name for name in names if "timestamp" in name]


def test_a_store_that_cannot_be_read_is_told_and_the_tasks_all_the_same() -> None:
    text = metrics_text(RECORDS, None, ())
    assert value(text, "store_readable") == 0
    assert value(text, "task_runs_total", task="sweep") == 3


def test_no_error_text_becomes_a_label() -> None:
    assert "answer" not in metrics_text(RECORDS, HEALTH, ())


def test_every_metric_says_what_it_is() -> None:
    families: Any = text_string_to_metric_families(metrics_text(RECORDS, HEALTH, ()))
    assert all(family.documentation and family.type in {"gauge", "counter"} for family in families)
