"""The figures of a real district that the simulated one is built to.

Source: Stadt Dortmund, Jahresbericht zur Umsetzung des Medienentwicklungsplans und des DigitalPakts, Berichtsjahr 2023:
schools, iPads in schools, desktops and laptops by form; 1,047 iPads in repair, 89 stolen and 16 lost within the year;
18,111 moved between schools from one school year to the next;
81,961 iPads as the base of the damage and theft tables. 80,310 iPads stand in schools and 1,047 are in repair, which is
74,677 for students and 6,680 for teachers. 13,672 more than a year before; and the two years before.

The report tells no numbers of students and teachers by form. Those here are chosen: teachers sum up to the 6,680
teachers' iPads; students leave each form some devices beside one for each student (two students to a device in grades
1 and 2, half of them at a Berufskolleg), and sum up to 76,450, near the "rund 78.500" that the city gives for all its
schools. The report also gives the iPads of Berufskollegs and Weiterbildungskollegs only together (14,717).
"""

from collections.abc import Sequence
from dataclasses import dataclass

GRUNDSCHULE = "02"
HAUPTSCHULE = "04"
FOERDERSCHULE = "08"
REALSCHULE = "10"
GESAMTSCHULE = "15"
GYMNASIUM = "20"
WEITERBILDUNGSKOLLEG = "25"
BERUFSKOLLEG = "30"

SCHOOLS = 155
IN_REPAIR = 1047
STOLEN_IN_YEAR = 89
LOST_IN_YEAR = 16
MOVED_IN_YEAR = 18_111
GROWN_IN_YEAR = 13_672
"""By how many the iPads in schools grew within the year."""
IPADS = 81_961
"""All iPads. What is neither in a school by form nor in repair (604) is here stolen, lost, without a site or spare."""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearBefore:
    """What was counted in an earlier year: all iPads, damages, thefts and losses."""

    ipads: int
    damaged: int
    missing: int


YEARS_BEFORE = (YearBefore(ipads=27_315, damaged=123, missing=51), YearBefore(ipads=38_640, damaged=285, missing=60))
"""The last two years before that of the district, the latest last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFigures:
    """One Schulform, summed over its schools. ``short`` is two letters for names; ``on_site`` has Vor-Ort-Support."""

    key: str
    name: str
    short: str
    schools: int
    ipads: int
    teachers: int
    students: int
    desktops: int
    laptops: int
    on_site: int = 0


FORMS = (
    FormFigures(
        key=GRUNDSCHULE,
        name="Grundschule",
        short="GS",
        schools=88,
        ipads=20_597,
        teachers=1_760,
        students=21_800,
        desktops=2_594,
        laptops=696,
        on_site=10,
    ),
    FormFigures(
        key=GYMNASIUM,
        name="Gymnasium",
        short="GY",
        schools=14,
        ipads=15_916,
        teachers=1_190,
        students=14_350,
        desktops=1_779,
        laptops=747,
    ),
    FormFigures(
        key=REALSCHULE,
        name="Realschule",
        short="RS",
        schools=13,
        ipads=9_245,
        teachers=700,
        students=8_270,
        desktops=1_082,
        laptops=264,
    ),
    FormFigures(
        key=HAUPTSCHULE,
        name="Hauptschule",
        short="HS",
        schools=8,
        ipads=3_530,
        teachers=330,
        students=3_000,
        desktops=490,
        laptops=71,
    ),
    FormFigures(
        key=GESAMTSCHULE,
        name="Gesamtschule",
        short="GE",
        schools=11,
        ipads=13_300,
        teachers=1_180,
        students=11_800,
        desktops=1_712,
        laptops=590,
    ),
    FormFigures(
        key=FOERDERSCHULE,
        name="Förderschule",
        short="FS",
        schools=11,
        ipads=3_005,
        teachers=480,
        students=2_300,
        desktops=548,
        laptops=126,
        on_site=2,
    ),
    FormFigures(
        key=BERUFSKOLLEG,
        name="Berufskolleg",
        short="BK",
        schools=8,
        ipads=13_460,
        teachers=950,
        students=13_800,
        desktops=3_582,
        laptops=737,
    ),
    FormFigures(
        key=WEITERBILDUNGSKOLLEG,
        name="Weiterbildungskolleg",
        short="WB",
        schools=2,
        ipads=1_257,
        teachers=90,
        students=1_130,
        desktops=251,
        laptops=167,
    ),
)
FORM = {form.key: form for form in FORMS}


def apportion(total: int, weights: Sequence[float]) -> list[int]:
    """Split ``total`` into whole parts in proportion to ``weights``; the parts sum up to it (largest remainders)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [int(part) for part in exact]
    by_remainder = sorted(range(len(weights)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_remainder[: total - sum(parts)]:
        parts[i] += 1
    return parts
