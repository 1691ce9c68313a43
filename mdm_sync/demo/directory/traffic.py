"""What slapd's logs tell of the traffic, by school."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

_ACCEPTED = re.compile(r"conn=(\d+) fd=\d+ ACCEPT from IP=\S+ \(IP=127\.0\.0\.1:(\d+)\)")
_EVENT = re.compile(
    r"conn=(?P<connection>\d+) (?:fd|op)=\d+ (?:"
    r"(?P<connections>TLS established)|"
    r'(?P<binds>BIND dn=".*" method=)|'
    r"(?P<searches>SRCH base=)|"
    r"SEARCH RESULT .*nentries=(?P<entries>\d+))"
)


def count(logs: Iterable[Path], schools: Mapping[int, str]) -> dict[str, dict[str, int]]:
    """Return TLS connections, binds, searches and entries sent, by school number.

    Args:
        logs: files that ``slapd -d stats`` wrote.
        schools: school number by port.
    """
    totals = {school: Counter(connections=0, binds=0, searches=0, entries=0) for school in schools.values()}
    for log in logs:
        _add(log, schools, totals)
    return {school: dict(counter) for school, counter in totals.items()}


def _add(log: Path, schools: Mapping[int, str], totals: Mapping[str, Counter[str]]) -> None:
    school_of: dict[str, str] = {}
    with log.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if accepted := _ACCEPTED.search(line):
                school_of[accepted[1]] = schools.get(int(accepted[2]), "")
            elif (event := _EVENT.search(line)) and (school := school_of.get(event["connection"])):
                kind = event.lastgroup or ""
                totals[school][kind] += int(event[kind]) if kind == "entries" else 1
