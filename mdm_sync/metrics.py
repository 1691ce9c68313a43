"""The service in numbers, in the text format of Prometheus (version 0.0.4). No number is about a person."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from mdm_sync import __version__
from mdm_sync.core.brakes import HoldState
from mdm_sync.ports import Health
from mdm_sync.service import Record

CONTENT_TYPE = "text/plain; version=0.0.4"
Sample = tuple[Mapping[str, str], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric with its samples; ``kind`` is gauge or counter."""

    name: str
    kind: str
    told: str
    samples: Sequence[Sample]


def metrics_text(records: Mapping[str, Record], health: Health | None, stale: Iterable[str]) -> str:
    """All metrics.

    Args:
        records: what each task of the service has done.
        health: of the store; None: it cannot be read.
        stale: names of the sources that are too old to conclude anything from.
    """
    metrics = [*_of_tasks(records), *_of_store(health, frozenset(stale))]
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _of_tasks(records: Mapping[str, Record]) -> Iterator[Metric]:
    yield Metric("mdm_sync_build_info", "gauge", "Version of the program.", [({"version": __version__}, 1)])
    by_task = [({"task": name}, record) for name, record in sorted(records.items())]
    yield Metric("mdm_sync_task_runs_total", "counter", "Runs since the start.", [(t, r.runs) for t, r in by_task])
    yield Metric(
        "mdm_sync_task_failures_total", "counter", "Failed runs since the start.", [(t, r.failures) for t, r in by_task]
    )
    yield Metric("mdm_sync_task_failing", "gauge", "1: the last run failed.", [(t, r.failing) for t, r in by_task])
    yield Metric("mdm_sync_task_seconds", "gauge", "Length of the last run.", [(t, r.seconds) for t, r in by_task])
    ended = [(t, r.ended.timestamp()) for t, r in by_task if r.ended]
    yield Metric("mdm_sync_task_ended_timestamp_seconds", "gauge", "End of the last run.", ended)


def _of_store(health: Health | None, stale: frozenset[str]) -> Iterator[Metric]:
    yield _gauge("mdm_sync_store_readable", "1: the state store can be read.", health is not None)
    if health is None:
        return
    yield Metric(
        "mdm_sync_last_cycle_timestamp_seconds", "gauge", "End of the last cycle.", _moments([({}, health.last_cycle)])
    )
    sources = [({"source": source.name}, source) for source in health.sources]
    yield Metric(
        "mdm_sync_source_read_timestamp_seconds",
        "gauge",
        "Last complete read of a source.",
        _moments((name, source.complete_at) for name, source in sources),
    )
    failing = [(name, source.error is not None) for name, source in sources]
    yield Metric("mdm_sync_source_failing", "gauge", "1: the last attempt gave nothing.", failing)
    yield Metric(
        "mdm_sync_source_stale",
        "gauge",
        "1: too old for new conclusions.",
        [(name, source.name in stale) for name, source in sources],
    )
    opened = [({"rule": rule}, number) for rule, number in sorted(health.open_by_rule.items())]
    yield Metric("mdm_sync_findings_open", "gauge", "Open findings by rule.", opened)
    yield _gauge("mdm_sync_findings_acknowledged", "Open findings that somebody looks after.", health.acknowledged)
    waiting = sum(hold.state is HoldState.OPEN for hold in health.holds)
    yield _gauge("mdm_sync_holds_waiting", "Conclusions that wait for a person's decision.", waiting)
    yield _gauge("mdm_sync_devices", "Devices in the store.", health.devices)
    yield _gauge("mdm_sync_accounts", "Accounts in the store.", health.persons)
    yield _gauge("mdm_sync_outbox_waiting", "What waits to leave.", health.outbox.waiting)
    yield _gauge("mdm_sync_outbox_failed", "What was refused.", health.outbox.failed)


def _gauge(name: str, told: str, value: float) -> Metric:
    return Metric(name, "gauge", told, [({}, value)])


def _moments(moments: Iterable[tuple[Mapping[str, str], datetime | None]]) -> list[Sample]:
    return [(labels, moment.timestamp()) for labels, moment in moments if moment]


def _lines(metric: Metric) -> Iterator[str]:
    yield f"# HELP {metric.name} {metric.told}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples:
        told = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
        yield f"{metric.name}{{{told}}} {float(value)!r}" if told else f"{metric.name} {float(value)!r}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
