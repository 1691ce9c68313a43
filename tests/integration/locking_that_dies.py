"""Another process that locks a device and is killed: ``python -m ... FOLDER URL CA_FILE SUBJECT MOMENT``."""

import os
import signal
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from mdm_sync.core.lock_orders import LockOrder
from mdm_sync.core.locks import LockCommand, LockKind
from mdm_sync.core.model import Device
from mdm_sync.locking import Locking, Wish, switch
from mdm_sync.ports import LockCommands
from state import Store
from state.lock_orders import LockOrders
from tests.far_side import NOW, device_of, small_district
from tests.integration.locking_side import commands_in_real_time

MOMENTS = ("before-order", "after-order", "after-send", "after-close")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


@dataclass(frozen=True, slots=True)
class DyingOrders:
    """Real orders; the process dies at its moment."""

    real: LockOrders
    moment: str

    def add(self, order: LockOrder) -> LockOrder:
        if self.moment == "before-order":
            die()
        kept = self.real.add(order)
        if self.moment == "after-order":
            die()
        return kept

    def close(self, order: LockOrder) -> None:
        self.real.close(order)
        if self.moment == "after-close":
            die()

    def orders(self) -> tuple[LockOrder, ...]:
        return self.real.orders()

    def of_device(self, subject: str) -> tuple[LockOrder, ...]:
        return self.real.of_device(subject)

    def unsettled(self) -> tuple[LockOrder, ...]:
        return self.real.unsettled()

    def holder(self, subject: str) -> str:
        return self.real.holder(subject)


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

    def became(self, management_id: str, kind: LockKind, known: Collection[str], since: float) -> str | None:
        return self.real.became(management_id, kind, known, since)


def device_named(subject: str) -> Device:
    return next(device for device in map(device_of, small_district().devices) if device.subject == subject)


if __name__ == "__main__":
    folder, url, ca_file, subject, moment = sys.argv[1:]
    commands = DyingCommands(commands_in_real_time(url, Path(ca_file)), moment)
    orders = DyingOrders(Store.open(Path(folder)).lock_orders, moment)
    locking = Locking(commands=commands, orders=orders, clock=lambda: NOW)
    switch(locking, Wish(device=device_named(subject), incident=4, kind="enable", asked_by="meier", why=""))
