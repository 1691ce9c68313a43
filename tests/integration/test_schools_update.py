"""Updating the register: what is not the state's stays to the letter, and a crash leaves the old file or the new."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file import all_records
from connectors.schools import CsvRegister
from connectors.schools.columns import COLUMNS
from connectors.schools.sheet import Sheet
from mdm_sync.core.register_plan import FieldChange, PublishedSchool, RegisterPlan
from mdm_sync.errors import PermanentError, SettingsError

HEADER = (
    "school;stage;name;form;sites;iserv_url;iserv_base;iserv_account;mail_domains;student_groups;teacher_groups;"
    "staff_groups;name_suffixes;remark"
)
KEPT = f"""\
# Das Schulregister der Stadt; Fragen an die Medientechnik

{HEADER}
100002;not connected; "Süd" ;02;"GS Süd";;;;;;;;" GSS| GSSL";"zieht um;
im Sommer"
# Umbau bis 2027
100001;not connected;"Nord;schule";02;GS Nord;;;;;;;;;
100003;not connected;West;02
"""
NEW = PublishedSchool(
    number="100004", name='Schule "Neu"; Ost', form="15", provider="1", address="", status="1", since=None
)


def change(school: str, field: str, old: str, new: str) -> FieldChange:
    return FieldChange(school=school, name="", field=field, old=old, new=new)


RENAMED = RegisterPlan(changed=(change("100001", "name", "Nord;schule", "Nordlicht"),))


def kept(folder: Path, text: str = KEPT) -> Path:
    path = folder / "schools.csv"
    path.write_bytes(text.encode())
    return path


def updated(path: Path, plan: RegisterPlan) -> str:
    CsvRegister(path).update(plan)
    return path.read_bytes().decode()


def test_only_the_cells_that_change_are_written_anew(tmp_path: Path) -> None:
    plan = RegisterPlan(
        changed=(
            change("100001", "name", "Nord;schule", "Nordlichtschule"),
            change("100001", "form", "02", "13"),
            change("100002", "form", "02", "08"),
            change("100003", "name", "West", "West; neu"),
        ),
        added=(NEW,),
    )

    assert (
        updated(kept(tmp_path), plan)
        == KEPT.replace('"Nord;schule";02', "Nordlichtschule;13")
        .replace('"Süd" ;02', '"Süd" ;08')
        .replace("West;02", '"West; neu";02;;;;;;;;;;')
        + '100004;not connected;"Schule ""Neu""; Ost";15;;;;;;;;;;\n'
    )


def test_the_line_ends_and_the_byte_order_mark_of_a_spreadsheet_stay(tmp_path: Path) -> None:
    sheet = "\ufeff" + KEPT.replace("\n", "\r\n").rstrip("\r\n")
    after = updated(kept(tmp_path, sheet), RegisterPlan(added=(NEW,)))

    assert after == sheet + '\r\n100004;not connected;"Schule ""Neu""; Ost";15;;;;;;;;;;\r\n'


def test_a_new_register_has_all_columns(tmp_path: Path) -> None:
    path = tmp_path / "schools.csv"

    assert CsvRegister(path).update(RegisterPlan(added=(NEW,))) is None
    assert path.read_text(encoding="utf-8").splitlines()[0] == ";".join(COLUMNS)
    assert [school.name for school in CsvRegister(path).schools()] == ['Schule "Neu"; Ost']
    assert list(tmp_path.iterdir()) == [path]


def test_the_register_as_it_was_lies_beside_it(tmp_path: Path) -> None:
    path = kept(tmp_path)
    backup = CsvRegister(path).update(RENAMED)

    assert backup == tmp_path / "schools.csv.bak"
    assert backup.read_bytes().decode() == KEPT
    assert sorted(tmp_path.iterdir()) == [path, backup]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_mode_stays(tmp_path: Path, mode: int) -> None:
    path = kept(tmp_path)
    path.chmod(mode)
    backup = CsvRegister(path).update(RENAMED)

    assert backup is not None
    assert [stat.S_IMODE(file.stat().st_mode) for file in (path, backup)] == [mode, mode]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_stays(tmp_path: Path) -> None:
    path = kept(tmp_path)
    os.chown(path, 12345, 12346)
    CsvRegister(path).update(RENAMED)

    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 12346)


def test_a_link_to_the_register_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    path = kept(tmp_path / "etc")
    link = tmp_path / "schools.csv"
    link.symlink_to(path)
    CsvRegister(link).update(RENAMED)

    assert link.is_symlink()
    assert "Nordlicht" in path.read_text(encoding="utf-8")


def test_what_cannot_be_written_leaves_all_as_it_was(tmp_path: Path) -> None:
    path = kept(tmp_path)
    (tmp_path / "schools.csv.bak").mkdir()

    with pytest.raises(PermanentError, match="cannot be written: Is a directory"):
        CsvRegister(path).update(RENAMED)
    assert path.read_bytes().decode() == KEPT
    assert sorted(file.name for file in tmp_path.iterdir()) == ["schools.csv", "schools.csv.bak"]


def test_a_register_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = kept(tmp_path, KEPT.replace("Nord;schule", "Nordstern"))

    with pytest.raises(SettingsError, match=r"was changed while the import was looked at.*schools import again"):
        CsvRegister(path).update(RENAMED)
    assert "Nordstern" in path.read_text(encoding="utf-8")


def test_a_register_with_problems_is_not_updated(tmp_path: Path) -> None:
    broken = KEPT.replace("not connected;West", "lvie;West")
    path = kept(tmp_path, broken)

    with pytest.raises(SettingsError, match='stage "lvie" is none of'):
        CsvRegister(path).update(RENAMED)
    assert path.read_bytes().decode() == broken


CELL = st.text(alphabet=st.sampled_from('ab;" |#\n'), max_size=6)


@given(first=CELL, second=CELL, value=CELL, quoted=st.booleans())
def test_any_value_is_written_so_that_it_is_read_again(first: str, second: str, value: str, *, quoted: bool) -> None:
    def written(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"' if quoted or set(cell) & set('";\n') else cell

    header = HEADER.split(";")
    text = f"{HEADER}\n100001;not connected;{written(first)};02;{written(second)}\n"
    after = Sheet.of(Sheet.of(text).with_cells({2: {"name": value}}))
    [_, row] = [record for record in all_records(text, ";") if not record.blank]

    assert after.problems == ()
    [entry] = after.entries
    assert entry.cells["name"] == value.strip()
    assert entry.cells["sites"] == row.cells[header.index("sites")].strip()
