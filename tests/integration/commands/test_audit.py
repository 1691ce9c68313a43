"""``mdm-sync audit``: each command that changes or reveals something adds a line, and no line names anybody."""

from contextlib import closing
from pathlib import Path

import pytest

from mdm_sync.bootstrap import utc_now
from state import Store
from tests.integration.commands.district import DEVICES, OST, PERSONS, Installation, cycle, fill, install
from tests.replacing import replace

MARKED = "Zxqv\x1b[31m\u202eMarkiert"
"""A name that others gave, as earlier tests have it: it must stand in no line."""


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = install(tmp_path_factory.mktemp("audited"))
    fill(installation.state, utc_now())
    cycle(installation.state, utc_now(), devices=[replace(one, name=f"{MARKED} {one.jamf_id}") for one in DEVICES])
    return installation


def lines(district: Installation) -> list[dict[str, str]]:
    ran = district.run("audit", "--format", "json")
    assert ran.code == 0, ran.err
    found: list[dict[str, str]] = ran.document["entries"]
    return found


def test_what_is_done_stands_in_it_the_latest_first(
    district: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", f"meier{MARKED}")
    with closing(Store.look(district.state)) as store:
        (mia,) = store.care.persons("uuid-mia.beispiel")
    device = f"{MARKED} 21"
    number = str(district.listed("--device", "DMPX0022")[0]["id"])
    until = "2999-01-01"
    assert district.run("incidents", "add", "theft", "--serial", "DMPX0022", "--school", OST.number).code == 0
    for arguments in (
        ("person", mia.ref),
        ("device", device, "--names"),
        ("device", device, "--evidence", str(tmp_path / "e.html"), "--names"),
        ("findings", "ack", number, "--until", until, "--why", MARKED),
        ("findings", "unack", number),
        ("incidents", "close", "1"),
        ("privacy", "report", mia.uuid, str(tmp_path / "r.json")),
        ("backup", str(tmp_path / MARKED.partition("\x1b")[0])),
        ("privacy", "erase", mia.uuid, "--yes"),
        ("privacy", "purge"),
    ):
        ran = district.run(*arguments)
        assert ran.code == 0, ran.err
    done = [(one["act"], one["about"]) for one in lines(district)]
    assert done == [
        ("privacy purge", ""),
        ("privacy erase", "records: 1"),
        ("backup", ""),
        ("privacy report", mia.ref),
        ("incidents change", "incident 1"),
        ("findings unack", f"{number}"),
        ("findings ack", f"{number}"),
        ("device --evidence --names", "DMPX0021"),
        ("device --names", "device:21"),
        ("person", mia.ref),
        ("incidents add", f"school {OST.number}"),
    ]
    told = str(lines(district)).casefold() + district.run("audit").out.casefold()
    logins = [one.login for some in PERSONS.values() for one in some]
    assert not [word for word in (*logins, "markiert 21", "\x1b", "\u202e", "mia") if word in told]


def test_what_reveals_nothing_adds_no_line(district: Installation) -> None:
    before = len(lines(district))
    for arguments in (("status",), ("findings", "list"), ("device", "DMPX0023"), ("person", "P-0"), ("holds", "list")):
        district.run(*arguments)
    assert len(lines(district)) == before


def test_nothing_is_revealed_where_no_line_can_be_added(tmp_path: Path) -> None:
    district = install(tmp_path)
    fill(district.state, utc_now())
    with closing(Store.look(district.state)) as store:
        (mia,) = store.care.persons("uuid-mia.beispiel")
    (district.state / "audit.db").mkdir()
    ran = district.run("person", mia.ref)
    assert (ran.code, ran.out) == (1, "")
