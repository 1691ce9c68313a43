"""What people decide: who looks after which findings, and what becomes of holds."""

import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlite_utils import Database

from mdm_sync.core.brakes import Direction, Hold, HoldKey, HoldState, Ring
from mdm_sync.ports import Acknowledgement, FindingChoice
from state.connection import transaction

_END = "UPDATE acknowledgements SET ended_at = ? WHERE ended_at IS NULL AND finding = ?"


class Decisions:
    """Decisions in the store; satisfies ``mdm_sync.ports.Decisions``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def chosen(self, choice: FindingChoice) -> tuple[int, ...]:
        """Numbers of the open findings that fit all that is named."""
        query = "SELECT id FROM findings WHERE open AND " + " AND ".join(_conditions(choice)) + " ORDER BY id"
        values = {"rule": choice.rule, "school": choice.school, "serial": choice.device}
        numbers = (row["id"] for row in self._database.conn.execute(query, values))
        return tuple(number for number in numbers if not choice.numbers or number in choice.numbers)

    def acknowledge(self, findings: Iterable[int], acknowledgement: Acknowledgement) -> None:
        """Somebody looks after these from now on; it takes the place of an earlier acknowledgement."""
        at = acknowledgement.at.isoformat()
        with transaction(self._database) as connection:
            for finding in findings:
                connection.execute(_END, (at, finding))
                connection.execute(
                    "INSERT INTO acknowledgements (finding, at, until, who, why) VALUES (?, ?, ?, ?, ?)",
                    (finding, at, acknowledgement.until.isoformat(), acknowledgement.who, acknowledgement.why),
                )

    def unacknowledge(self, findings: Iterable[int], at: datetime) -> int:
        """Nobody looks after these any more; returns how many somebody had looked after."""
        with transaction(self._database) as connection:
            return sum(connection.execute(_END, (at.isoformat(), finding)).rowcount for finding in findings)

    def holds(self, *, closed: bool = False) -> tuple[Hold, ...]:
        """The holds, the latest first; with ``closed`` those that are over as well."""
        query = f"SELECT * FROM holds {'' if closed else _IN_FORCE} ORDER BY id DESC"
        return tuple(map(_hold, self._database.conn.execute(query)))

    def hold(self, hold_id: int) -> Hold | None:
        """One hold by the number that lists show."""
        row = self._database.conn.execute("SELECT * FROM holds WHERE id = ?", (hold_id,)).fetchone()
        return _hold(row) if row else None

    def decide(self, hold: Hold, at: datetime) -> None:
        """Write down what was decided about a hold; if it is open again later, that is news."""
        with transaction(self._database) as connection:
            write_hold(connection, hold, at)
            connection.execute("DELETE FROM told_holds WHERE hold = ?", (hold.hold_id,))


_IN_FORCE = f"WHERE state <> '{HoldState.CLOSED.value}'"


def holds_in_force(connection: sqlite3.Connection) -> Mapping[HoldKey, Hold]:
    """The holds that are not closed, by key."""
    return {hold.key: hold for hold in map(_hold, connection.execute(f"SELECT * FROM holds {_IN_FORCE}"))}


def write_hold(connection: sqlite3.Connection, hold: Hold, at: datetime) -> None:
    """Write a hold as it stands now; a new one gets its number."""
    connection.execute(
        "INSERT INTO holds VALUES (nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "(number, of, since, state, who, why, changed_at) = (excluded.number, excluded.of, excluded.since, "
        "excluded.state, excluded.who, excluded.why, excluded.changed_at)",
        (
            hold.hold_id,
            hold.ring.value,
            hold.rule,
            hold.school,
            hold.direction.value,
            hold.number,
            hold.of,
            hold.since.isoformat(),
            hold.state.value,
            hold.who,
            hold.why,
            at.isoformat(),
        ),
    )


def end_acknowledgement(connection: sqlite3.Connection, finding: int, at: datetime) -> None:
    """The acknowledgement of a finding ends by itself."""
    connection.execute(_END, (at.isoformat(), finding))


def _hold(row: sqlite3.Row) -> Hold:
    return Hold(
        hold_id=row["id"],
        ring=Ring(row["ring"]),
        rule=row["rule"],
        school=row["school"],
        direction=Direction(row["direction"]),
        number=row["number"],
        of=row["of"],
        since=datetime.fromisoformat(row["since"]),
        state=HoldState(row["state"]),
        who=row["who"],
        why=row["why"],
    )


def _conditions(choice: FindingChoice) -> list[str]:
    named = ["true"]
    if choice.rule:
        named.append("rule = :rule")
    if choice.school:
        named.append("school = :school")
    if choice.device:
        named.append("json_extract(details, '$.serial') = :serial")
    return named
