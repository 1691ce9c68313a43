import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.schools import CsvRegister
from connectors.schools.columns import COLUMNS
from mdm_sync.core.model import School
from mdm_sync.ports import RegisterNote
from tests.contracts.register import RegisterContract, RegisterUnderTest
from tests.fakes.register import FakeRegister


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvUnderTest:
    path: Path

    @property
    def register(self) -> CsvRegister:
        return CsvRegister(self.path)

    def hold(self, schools: Sequence[School]) -> None:
        with self.path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, delimiter=";", restval="")
            writer.writeheader()
            for school in schools:
                named = {"school": school.number, "name": school.name, "form": school.form, "stage": school.stage}
                writer.writerow(named | {"sites": "|".join(school.sites)})

    def hold_nothing(self) -> None:
        self.path.unlink(missing_ok=True)

    def spoil(self) -> Sequence[str]:
        text = self.path.read_text(encoding="utf-8")
        self.path.write_text(text.replace("100001", "1").replace("100003", "3"), encoding="utf-8")
        return ["line 2", "line 3"]


class TestCsvRegister(RegisterContract):
    @pytest.fixture
    def far(self, tmp_path: Path) -> RegisterUnderTest:
        return CsvUnderTest(path=tmp_path / "schools.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeUnderTest:
    register: FakeRegister

    def hold(self, schools: Sequence[School]) -> None:
        self.register.entries = list(schools)

    def hold_nothing(self) -> None:
        self.register.entries = None

    def spoil(self) -> Sequence[str]:
        self.register.problems = [RegisterNote(line=2, text="no number"), RegisterNote(line=3, text="no stage")]
        return [str(note) for note in self.register.problems]


class TestFakeRegister(RegisterContract):
    @pytest.fixture
    def far(self) -> RegisterUnderTest:
        return FakeUnderTest(register=FakeRegister())
