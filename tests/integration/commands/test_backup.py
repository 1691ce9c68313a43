"""``mdm-sync backup`` and ``restore``, and what is done each day."""

import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from mdm_sync import bootstrap
from mdm_sync.bootstrap import utc_now
from mdm_sync.core.retention import Kept
from mdm_sync.errors import PermanentError
from mdm_sync.jobs import care
from state import Store
from tests.integration.commands.district import OST, PERSONS, SETTINGS, Installation, fill, install
from tests.integration.state.given import read


@pytest.fixture
def district(tmp_path: Path) -> Installation:
    installation = install(tmp_path)
    fill(installation.state, utc_now())
    return installation


def logins(district: Installation) -> set[str]:
    with closing(Store.look(district.state)) as store:
        return {one.login for one in store.snapshot.persons_of(OST) or ()}


def test_a_copy_is_let_back_in_and_who_was_erased_since_stays_erased(district: Installation) -> None:
    copy = str(district.folder / "mine")
    made = district.run("backup", copy)
    assert (made.code, f"Written: {copy}" in made.out, "after 30 days" in made.out) == (0, True, True), made.err
    assert district.run("privacy", "erase", "uuid-mia.beispiel", "--yes").code == 0
    with closing(Store.open(district.state)) as store:
        read(store, OST, *PERSONS[OST.number][1:2], at=utc_now())

    ran = district.run("restore", copy, "--yes")
    assert ran.code == 0, ran.err
    assert "state-before-restore-" in ran.out
    assert "1 erasure was applied again." in ran.out
    assert logins(district) == {"ole.beispiel", "lea.lehrerin"}


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (40, True)])
def test_who_restores_an_old_copy_is_told_whom_nobody_remembers(tmp_path: Path, days: int, *, is_told: bool) -> None:
    """Whom to erase again is remembered for as long as copies are kept."""
    district = install(tmp_path)
    fill(district.state, utc_now() - timedelta(days=days))
    copy = str(district.folder / "mine")
    assert district.run("backup", copy).code == 0
    ran = district.run("restore", copy, "--yes")
    assert ran.code == 0, ran.err
    assert ("may be back: erase them again" in " ".join(ran.out.split())) == is_told


def test_nothing_is_restored_where_nobody_can_be_asked(district: Installation) -> None:
    ran = district.run("restore", "mine")
    assert (ran.code, "no terminal to ask on" in ran.err) == (2, True)


def test_a_file_that_is_not_there_is_told(district: Installation) -> None:
    ran = district.run("restore", str(district.folder / "none"), "--yes")
    assert (ran.code, "cannot be read: No such file" in ran.err) == (1, True)


def test_what_has_had_its_time_goes_where_no_copy_can_be_made_as_well(district: Installation) -> None:
    settings = district.folder / "mdm-sync.toml"
    settings.write_text(SETTINGS.format(language="en") + '[backup]\nencrypt_to = "age1wrong"\n', encoding="utf-8")
    with closing(Store.open(district.state)) as store:
        for days in (101, 100, 0):
            read(store, OST, *PERSONS[OST.number][:2], at=utc_now() - timedelta(days=days))
    with pytest.raises(PermanentError, match="age could not do its work"):
        care(bootstrap.Installation.of(settings))
    with closing(Store.look(district.state)) as store:
        assert store.snapshot.persons_gone(OST) == ()


def test_each_day_a_copy_is_made_and_those_go_that_are_too_many_or_too_old(district: Installation) -> None:
    settings = district.folder / "mdm-sync.toml"
    settings.write_text(SETTINGS.format(language="en") + '[backup]\nkeep = 2\nfolder = "copies"\n', encoding="utf-8")
    installation = bootstrap.Installation.of(settings)
    copies = district.folder / "copies"
    copies.mkdir()
    for days in (1, 2, 40):
        earlier = copies / f"state-{days}.backup"
        earlier.write_bytes(b"")
        moment = (utc_now() - timedelta(days=days)).timestamp()
        os.utime(earlier, (moment, moment))
    assert care(installation).removed == {Kept.BACKUPS: 2}
    left = sorted(path.name for path in copies.iterdir())
    assert (len(left), left[0]) == (2, "state-1.backup")
