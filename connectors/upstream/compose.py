"""The totals as upstream takes them: live schools alone, what is small kept back, and one line of JSON."""

from mdm_sync.core.keeping_back import kept_back
from mdm_sync.core.model import School, Stage
from mdm_sync.core.summary import Facts, Summary, Tells, summary_of, written
from mdm_sync.ports import NewEntry, Replaces


class SummaryComposer:
    """Puts the totals into the form that upstream takes; satisfies ``mdm_sync.ports.SummaryComposer``.

    Args:
        few_below: counts above zero and below this are told as "few", others in steps of it.
        replaces: which summaries that still wait need not leave once there is a newer one.
    """

    def __init__(self, *, few_below: int = 0, replaces: Replaces = Replaces.WAITING) -> None:
        self._few_below = few_below
        self._replaces = replaces

    def summary(self, facts: Facts, tells: Tells) -> Summary:
        """What may leave the house of these facts."""
        return kept_back(summary_of(facts, only=_is_live, tells=tells), self._few_below)

    def entry(self, summary: Summary) -> NewEntry:
        """The summary as an entry of the outbox."""
        return NewEntry(kind="summary", content=written(summary), replaces=self._replaces)


def _is_live(school: School) -> bool:
    return school.stage is Stage.LIVE
