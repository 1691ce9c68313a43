"""The totals as JSON."""

import json
from collections.abc import Mapping

from mdm_sync.ports import NewEntry


class SummaryComposer:
    """Puts the totals into the form that upstream takes; satisfies ``mdm_sync.ports.SummaryComposer``."""

    def summary(self, summary: Mapping[str, object]) -> NewEntry:
        """The summary for upstream; equal totals give equal content."""
        return NewEntry(kind="summary", content=json.dumps(summary, ensure_ascii=False, sort_keys=True))
