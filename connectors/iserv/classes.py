"""Which groups of a school are its classes and years, and which grade they are, by how they are named.

IServ has no such field. Its import names groups "Klasse 9a" and "Jahrgang 9" (iserv.eu/doc/manage/user/import), with
the accounts ``klasse.9a`` and ``jahrgang.9``; schools may name them otherwise. A grade is told or it is not: ``fos11``
is a trade with its year and not grade 11.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GRADES = range(1, 14)

_GRADE = r"(?P<grade>\d{1,2}(?:[-/]\d{1,2})?)(?!\d)"
CLASS_PATTERNS = (rf"klasse[ .](?=[^ .])(?:{_GRADE})?[^ .]*",)
"""Klasse 10a, klasse.06e1, Klasse 1/2a, klasse.fos11; not "Klasse 10a Eltern"."""
YEAR_PATTERNS = (rf"jahrgang[ .]{_GRADE}",)
"""Jahrgang 9, jahrgang.09."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupNames:
    """Regular expressions that must fit the whole account or the whole display name of a group, in any case.

    The lowest number in what their named group ``grade`` fits is the grade.
    """

    classes: tuple[str, ...] = CLASS_PATTERNS
    years: tuple[str, ...] = YEAR_PATTERNS

    def class_grades(self, account: str, name: str) -> frozenset[int] | None:
        """The grades that a class tells, one or none; two where account and name differ. None: it is no class."""
        return _grades(self.classes, (account, name))

    def year_grades(self, account: str, name: str) -> frozenset[int] | None:
        """Likewise of a year."""
        return _grades(self.years, (account, name))


def grade_of(years: Iterable[frozenset[int]], classes: Iterable[frozenset[int]]) -> int | None:
    """The grade of whoever is in groups of these grades: years count first; several grades tell none."""
    told = frozenset[int]().union(*years) or frozenset[int]().union(*classes)
    return next(iter(told)) if len(told) == 1 else None


def _grades(patterns: Sequence[str], texts: Sequence[str]) -> frozenset[int] | None:
    found = [match for pattern in patterns for text in texts if (match := re.fullmatch(pattern, text, re.IGNORECASE))]
    if not found:
        return None
    told = (match.groupdict().get("grade") or "" for match in found)
    lowest = (min(map(int, re.findall(r"\d+", numbers)), default=0) for numbers in told)
    return frozenset(grade for grade in lowest if grade in GRADES)
