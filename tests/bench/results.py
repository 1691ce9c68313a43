"""What was measured, as values that are kept in a file, and how they are told."""

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec

KIBIBYTES = 1024


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """One timed run.

    Attributes:
        seconds: by the clock on the wall.
        cpu: seconds of processor that its processes used, system calls among them.
    """

    seconds: float
    cpu: float | None = None


class Series(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Runs of one kind.

    Attributes:
        beside: runs of the floor, each of which was made in turn with the run of the same place.
        mark: how many times the floor it may take at most.
        mebibytes: highest sum of PSS of its processes, from a run of its own that is not timed.
        counted: what the servers counted during one run.
        note: what has to be said beside it.
    """

    name: str
    runs: list[Run] = []
    beside: list[Run] = []
    mark: float | None = None
    mebibytes: float | None = None
    counted: dict[str, int] = {}
    note: str = ""

    @property
    def seconds(self) -> float:
        """The median."""
        return median(run.seconds for run in self.runs)

    @property
    def spread(self) -> tuple[float, float]:
        """The fastest run and the slowest."""
        seconds = [run.seconds for run in self.runs]
        return min(seconds), max(seconds)

    @property
    def cpu(self) -> float | None:
        """The median."""
        known = [run.cpu for run in self.runs if run.cpu is not None]
        return median(known) if known else None

    @property
    def ratios(self) -> list[float]:
        """How many times its floor each run took."""
        return [run.seconds / floor.seconds for run, floor in zip(self.runs, self.beside, strict=False)]


class Row(msgspec.Struct, kw_only=True):
    """One row of the measurements: what ``python -m tests.bench NAME`` measures.

    Attributes:
        district: its size in words.
        truth: how the findings of the timed runs compare with what was planted.
    """

    name: str
    measured_at: str
    machine: str
    district: str
    series: list[Series]
    truth: str = ""


def row(name: str, district: str, series: Sequence[Series], truth: str = "") -> Row:
    """A row that was measured now, here."""
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Row(name=name, measured_at=now, machine=machine(), district=district, series=list(series), truth=truth)


def machine() -> str:
    """Processor, cores, memory, Python and kernel of this machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / KIBIBYTES**3
    cores = len(os.sched_getaffinity(0))
    return (
        f"{_processor()}, {cores} cores, {memory:.0f} GiB of memory, Python {platform.python_version()}, "
        f"Linux {platform.release().split('-')[0]}"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in facts if line.startswith("model name")]
    return names[0] if names else platform.machine()


def read(path: Path) -> dict[str, Row]:
    """The rows in a file, by name; none where there is no file."""
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Row]) if path.exists() else {}


def keep(path: Path, measured: Row) -> None:
    """Put a row into the file, in place of what stood there under its name."""
    rows: Mapping[str, Row] = read(path) | {measured.name: measured}
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")
