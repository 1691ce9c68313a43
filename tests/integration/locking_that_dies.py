"""Another process that locks a device and is killed: ``python -m ... FOLDER URL CA_FILE SUBJECT MOMENT``."""

import os
import signal
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from sqlite_utils import Database

from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.core.model import Device
from mdm_sync.locking import Locking, Wish, switch
from mdm_sync.ports import LockCommands
from state.connection import open_for_work
from state.lock_orders import LockOrders
from tests.far_side import NOW, device_of, small_district
from tests.integration.locking_side import commands_in_real_time

MOMENTS = ("before-order", "after-order", "after-send", "after-close")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


class DyingOrders(LockOrders):
    """Real orders; the process dies at its moment."""

    def __init__(self, database: Database, moment: str) -> None:
        super().__init__(database)
        self._moment = moment

    def add(self, order: LockOrder) -> LockOrder:
        if self._moment == "before-order":
            die()
        kept = super().add(order)
        if self._moment == "after-order":
            die()
        return kept

    def close(self, order: LockOrder) -> None:
        super().close(order)
        if self._moment == "after-close":
            die()


@dataclass(frozen=True, slots=True)
class DyingCommands:
    """Real commands; the process dies when one was sent."""

    real: LockCommands
    moment: str

    def commands(self, management_id: str) -> tuple[LockCommand, ...]:
        return self.real.commands(management_id)

    def send(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        uuid = self.real.send(management_id, kind, known)
        if self.moment == "after-send":
            die()
        return uuid

    def became(self, management_id: str, kind: LockKind, known: Collection[str]) -> str | None:
        return self.real.became(management_id, kind, known)


def device_named(subject: str) -> Device:
    return next(device for device in map(device_of, small_district().devices) if device.subject == subject)


if __name__ == "__main__":
    folder, url, ca_file, subject, moment = sys.argv[1:]
    commands = DyingCommands(commands_in_real_time(url, Path(ca_file)), moment)
    orders = DyingOrders(open_for_work(Path(folder)), moment)
    locking = Locking(commands=commands, orders=orders, clock=lambda: NOW)
    switch(locking, Wish(device=device_named(subject), incident=4, kind="enable", asked_by="meier", why=""))
