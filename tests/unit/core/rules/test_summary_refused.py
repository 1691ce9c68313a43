"""``summary-refused``: the totals do not arrive upstream, and waiting does not help."""

from mdm_sync.core.model import Severity
from tests.unit.core.given import FINE, district_judged


def test_a_refused_summary_is_found_with_the_answer() -> None:
    [found] = district_judged("summary-refused", refused_summary="https://upstream.example answered 422.").findings

    assert (found.subject, found.school, found.severity) == ("upstream:summary", "", Severity.WARNING)
    assert found.details == {"reason": "https://upstream.example answered 422."}


def test_no_refusal_is_no_finding() -> None:
    assert district_judged("summary-refused", refused_summary=None) == FINE
