"""What is installed: four packages with all that they need, one command, one keyring backend."""

import sys
import sysconfig
import venv
from collections.abc import Iterator
from configparser import ConfigParser
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from mdm_sync import __version__
from tests.packaging.commands import ROOT, run

PACKAGES = ("config", "connectors", "mdm_sync", "state")
METADATA = f"mdm_sync-{__version__}.dist-info"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    assert built.returncode == 0, built.stderr
    (only,) = folder.iterdir()
    return only


@pytest.fixture(scope="module")
def content(wheel: Path) -> Iterator[ZipFile]:
    with ZipFile(wheel) as archive:
        yield archive


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``bin`` of a fresh environment with the wheel and the libraries that it needs, but without this checkout."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    installed = run(*pip, "install", "--no-index", "--no-deps", wheel)
    assert installed.returncode == 0, installed.stderr
    (site,) = folder.glob("lib/python3*/site-packages")
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return python.parent


def test_its_name_says_that_it_runs_on_every_system_that_has_python(wheel: Path) -> None:
    assert wheel.name == f"mdm_sync-{__version__}-py3-none-any.whl"


def test_its_top_level_is_exactly_the_four_packages(content: ZipFile) -> None:
    assert {name.partition("/")[0] for name in content.namelist()} == {*PACKAGES, METADATA}


def test_every_file_of_the_packages_is_in_it(content: ZipFile) -> None:
    here = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in content.namelist() if not name.startswith(METADATA)} == here


def test_what_is_no_python_is_in_it(content: ZipFile) -> None:
    assert {
        "config/example.toml",
        "config/locale/de/LC_MESSAGES/mdm_sync.po",
        "config/templates/digest.html.j2",
        "config/templates/digest.txt.j2",
    } <= set(content.namelist())


def test_it_brings_one_command_and_one_keyring_backend(content: ZipFile) -> None:
    parser = ConfigParser(delimiters="=")
    parser.read_file(StringIO(content.read(f"{METADATA}/entry_points.txt").decode()))
    assert {section: dict(parser[section]) for section in parser.sections()} == {
        "console_scripts": {"mdm-sync": "mdm_sync.cli:main"},
        "keyring.backends": {"systemd-credentials": "config.credentials"},
    }


def test_it_carries_its_licence(content: ZipFile) -> None:
    assert content.read(f"{METADATA}/licenses/LICENSE") == (ROOT / "LICENSE").read_bytes()


class TestInstalled:
    def test_it_runs_from_where_it_was_installed(self, program: Path, tmp_path: Path) -> None:
        names = ", ".join(PACKAGES)
        told = run(
            program / "python",
            "-c",
            f"import {names}; print(*(one.__file__ for one in ({names})), sep='\\n')",
            cwd=tmp_path,
            env={},
        )
        assert told.stderr == ""
        assert [Path(line).is_relative_to(program.parent) for line in told.stdout.splitlines()] == [True] * 4

    def test_it_tells_its_version(self, program: Path, tmp_path: Path) -> None:
        told = run(program / "mdm-sync", "--version", cwd=tmp_path)
        assert (told.returncode, told.stdout, told.stderr) == (0, f"mdm-sync {__version__}\n", "")

    def test_it_tells_its_commands(self, program: Path, tmp_path: Path) -> None:
        told = run(program / "mdm-sync", "--help", cwd=tmp_path)
        assert (told.returncode, told.stderr) == (0, "")
        missing = [name for name in ("reconcile", "findings", "status", "daemon", "demo") if name not in told.stdout]
        assert missing == []

    def test_it_finds_its_texts_and_templates(self, program: Path, tmp_path: Path) -> None:
        show = (
            "from config.texts import Texts; german = Texts('de'); "
            "print(german.text('Solved'), *sorted(german.templates().list_templates()))"
        )
        told = run(program / "python", "-X", "utf8", "-c", show, cwd=tmp_path, env={})
        both = [f"{name}.{kind}.j2" for name in ("digest", "life", "test", "waiting") for kind in ("html", "txt")]
        pages = sorted([*both, "mail.html.j2", "report.html.j2", "sheet.html.j2"])
        assert (told.stdout.split(), told.stderr) == (["Gelöst", *pages], "")

    def test_keyring_finds_its_backend(self, program: Path, tmp_path: Path) -> None:
        show = "import keyring; print(type(keyring.get_keyring()).__name__)"
        told = run(program / "python", "-c", show, cwd=tmp_path, env={"CREDENTIALS_DIRECTORY": str(tmp_path)})
        assert told.stdout == "SystemdCredentials\n"
