"""Where the demo keeps what: one folder, which the demo alone writes to."""

import json
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mdm_sync.demo.errors import DemoError

if TYPE_CHECKING:
    from mdm_sync.demo.model import Plan


@dataclass(frozen=True, slots=True)
class Places:
    """The demo's folder and the files in it."""

    folder: Path

    @property
    def plan(self) -> Path:
        """The recipe of the district; it marks the folder as the demo's."""
        return self.folder / "plan.json"

    @property
    def settings(self) -> Path:
        """The settings file of mdm-sync."""
        return self.folder / "mdm-sync.toml"

    @property
    def register(self) -> Path:
        """The register of schools."""
        return self.folder / "schools.csv"

    @property
    def credentials(self) -> Path:
        """The secrets, as systemd would hand them over."""
        return self.folder / "credentials"

    @property
    def state(self) -> Path:
        """The state of mdm-sync."""
        return self.folder / "state"

    @property
    def servers(self) -> Path:
        """What the servers keep."""
        return self.folder / "servers"

    @property
    def mails(self) -> Path:
        """The mails that arrived."""
        return self.servers / "mail" / "messages"

    @property
    def summaries(self) -> Path:
        """The summaries that arrived."""
        return self.servers / "upstream"

    @property
    def log(self) -> Path:
        """What the servers said."""
        return self.servers / "host.log"

    @property
    def running(self) -> Path:
        """Who serves this district now and how to reach its controls; there while the servers are up."""
        return self.servers / "running.json"

    def make(self, plan: "Plan") -> None:
        """Begin anew with this plan. What an earlier demo left here goes.

        Raises:
            DemoError: the folder is in use, or holds something that no demo wrote.
        """
        self.refuse_if_foreign()
        if self.running.exists():
            raise DemoError(f"A demo is up in {self.folder}: mdm-sync demo down --folder {self.folder}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.servers.mkdir(parents=True)
        self.folder.chmod(0o700)
        facts = asdict(plan) | {"now": plan.now.isoformat()}
        self.plan.write_text(json.dumps(facts, indent=2), encoding="utf-8")

    def refuse_if_foreign(self) -> None:
        """Never delete what is not the demo's own."""
        if self.folder.exists() and any(self.folder.iterdir()) and not self.plan.exists():
            raise DemoError(f"{self.folder} is not empty and no demo district; choose another --folder.")

    def read_plan(self) -> "Plan":
        """The plan that the folder was made with."""
        from mdm_sync.demo.model import Plan

        facts = json.loads(self.plan.read_text(encoding="utf-8"))
        return Plan(**facts | {"now": datetime.fromisoformat(facts["now"])})
