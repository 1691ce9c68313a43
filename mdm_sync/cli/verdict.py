"""Health in one line, as Nagios and Checkmk read it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum

from mdm_sync.cli.source_words import is_stale
from mdm_sync.cli.subjects import FLEET
from mdm_sync.core.brakes import HoldState
from mdm_sync.core.conditions import Conditions
from mdm_sync.ports import Health, Texts


class Level(IntEnum):
    """The codes of the plugins of Nagios."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """How things stand, why, and in numbers."""

    level: Level
    why: str
    numbers: tuple[tuple[str, int], ...] = ()

    def for_nagios(self) -> str:
        """``MDM-SYNC OK - why | numbers``."""
        told = f"MDM-SYNC {self.level.name} - {self.why}".replace("|", "/")
        return told + (" | " + " ".join(f"{name}={number}" for name, number in self.numbers) if self.numbers else "")

    def for_checkmk(self) -> str:
        """A line of a local check."""
        numbers = "|".join(f"{name}={number}" for name, number in self.numbers) or "-"
        return f'{int(self.level)} "mdm-sync" {numbers} {self.why}'


def verdict(health: Health, conditions: Conditions, silent: timedelta, texts: Texts) -> Verdict:
    """What is wrong with the service itself; findings are its work, and counted alone.

    Args:
        health: of the store.
        conditions: what makes a source too old.
        silent: age of the last cycle at which the service is taken for dead.
        texts: in which language.
    """
    troubles = sorted(_troubles(health, conditions, silent, texts), key=lambda trouble: -trouble[0])
    waiting = sum(hold.state is HoldState.OPEN for hold in health.holds)
    numbers = (
        ("findings", sum(health.open_by_rule.values())),
        ("holds", waiting),
        ("stale", sum(is_stale(source, conditions) for source in health.sources)),
        ("outbox", health.outbox.waiting),
        ("refused", health.outbox.failed),
    )
    if not troubles:
        return Verdict(Level.OK, texts.text("everything is read, nothing waits for a person"), numbers)
    return Verdict(troubles[0][0], "; ".join(told for _, told in troubles), numbers)


def _troubles(health: Health, conditions: Conditions, silent: timedelta, texts: Texts) -> Iterator[tuple[Level, str]]:
    if health.last_cycle is None:
        yield Level.CRITICAL, texts.text("no cycle has ever run")
    elif conditions.now - health.last_cycle > silent:
        ago = texts.ago(conditions.now - health.last_cycle)
        yield Level.CRITICAL, texts.text("the last cycle was %(ago)s") % {"ago": ago}
    stale = [source for source in health.sources if is_stale(source, conditions)]
    if any(source.name == FLEET for source in stale):
        yield Level.CRITICAL, texts.text("Jamf Pro is too old for new conclusions")
    if schools := sum(bool(source.school) for source in stale):
        told = texts.plural("%(number)d directory is too old", "%(number)d directories are too old", schools)
        yield Level.WARNING, told % {"number": schools}
    if waiting := sum(hold.state is HoldState.OPEN for hold in health.holds):
        told = texts.plural("%(number)d hold waits", "%(number)d holds wait", waiting)
        yield Level.WARNING, told % {"number": waiting}
    if failed := health.outbox.failed:
        told = texts.plural("%(number)d mail or summary refused", "%(number)d mails or summaries refused", failed)
        yield Level.WARNING, told % {"number": failed}
