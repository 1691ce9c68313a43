"""The inventory of what is stored: every column of every table, with purpose, source and retention."""

import re
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from config.settings import RetentionSettings
from mdm_sync.bootstrap import utc_now
from mdm_sync.ports import AuditEntry
from state import AuditTrail, Store, inventory
from state.inventory import BOOKKEEPING


def test_every_column_of_every_file_stands_in_it(folder: Path) -> None:
    Store.open(folder).close()
    AuditTrail(folder).note(AuditEntry(at=utc_now(), who="meier", act="person", about=""))
    stored = set()
    for file in folder.glob("*.db"):
        with closing(connect(file)) as connection:
            stored |= {
                (file.name, table, column)
                for table, column in connection.execute(
                    "SELECT m.name, c.name FROM sqlite_master AS m JOIN pragma_table_info(m.name) AS c "
                    "WHERE m.type = 'table' AND m.name <> ? AND m.name NOT GLOB 'sqlite_*'",
                    (BOOKKEEPING,),
                )
            }
    assert {(one.file, one.table, one.column) for one in inventory()} == stored


def test_each_has_a_purpose_a_source_and_a_retention() -> None:
    silent = [one for one in inventory() if not (one.purpose and one.source and one.kept)]
    assert silent == []


def test_no_column_has_the_purpose_of_another_one_of_its_line() -> None:
    told = {(one.table, one.column): one.purpose for one in inventory()}
    assert told["outbox", "recipient"] == "address of a mail"
    assert told["outbox", "title"] == "subject of a mail"
    assert told["finding_steps", "at"] == "when it was taken"


def test_the_settings_that_it_names_are_there() -> None:
    named = {name for one in inventory() for name in re.findall(r"retention\.(\w+)", one.kept)}
    assert named <= set(RetentionSettings.model_fields)
    assert named >= set(RetentionSettings.model_fields) - {"backups_days"}
