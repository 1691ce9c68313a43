"""Reading the settings file: all problems at once, each with the setting it is about."""

import stat
import tomllib
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.problems import problem_lines
from config.settings import MailSettings, Section, Settings
from mdm_sync.errors import SettingsError


def load_settings(path: Path, *, rule_ids: Collection[str], district_rule_ids: Collection[str] = ()) -> Settings:
    """The settings of this file; relative paths in it count from its own folder.

    Args:
        path: of the file.
        rule_ids: the rules that there are.
        district_rule_ids: those that look at the district as a whole and cannot differ for a school.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or holds wrong values; all of them are named.
    """
    _refuse_if_open_to_others(path)
    settings = _validated(path, _parsed(path))
    if wrong := (
        *_unknown_rules("no such rule", settings.rules, rule_ids),
        *_unknown_rules("exceptions name no such rule", {one.rule for one in settings.exceptions}, rule_ids),
        *_unknown_rules("mail names no such rule", settings.mail.named_rules() if settings.mail else (), rule_ids),
        *_undivided(settings, district_rule_ids),
    ):
        raise SettingsError(f"The settings file {path} has problems:\n" + "\n".join(f"  {one}" for one in wrong))
    return _with_full_paths(settings, path.resolve().parent)


def _unknown_rules(told: str, named: Collection[str], rule_ids: Collection[str]) -> Iterator[str]:
    for rule in sorted(set(named) - set(rule_ids)):
        near = get_close_matches(rule, rule_ids, n=1)
        yield f"{told}: {rule}" + (f"; did you mean {near[0]}?" if near else "")


def _undivided(settings: Settings, district_rule_ids: Collection[str]) -> Iterator[str]:
    for rule in sorted(rule for rule, said in settings.rules.items() if said.schools and rule in district_rule_ids):
        yield f"no settings for single schools with: {rule}"


def load_mail(path: Path) -> tuple[MailSettings, str]:
    """The table ``[mail]`` of this file and the language, whatever is wrong with the rest of it.

    Raises:
        SettingsError: the file cannot be read, is no TOML, or has no such table that can be used.
    """
    values = _parsed(path)
    try:
        mail = MailSettings.model_validate(values.get("mail"))
    except ValidationError as error:
        raise SettingsError(f"The settings file {path} has no table [mail] that can be used.") from error
    if mail.ca_file:
        mail = mail.model_copy(update={"ca_file": path.resolve().parent / mail.ca_file})
    return mail, "en" if values.get("language") == "en" else "de"


def _refuse_if_open_to_others(path: Path) -> None:
    """It tells who administers what, and whoever may write it decides whose servers get the passwords."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return  # it is told with the attempt to read it
    if path.is_file() and mode & stat.S_IRWXO:
        raise SettingsError(f"The settings file {path} is open to others (mode {mode:04o}). Mend it: chmod o= {path}")


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise SettingsError(
            f"The settings file {path} cannot be read: {error.strerror}. Name it with --config or in MDM_SYNC_CONFIG."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"The settings file {path} is no valid TOML: {error}.") from error


def _validated(path: Path, values: dict[str, Any]) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = problem_lines(error.errors(), path.read_text(encoding="utf-8"))
        raise SettingsError(f"The settings file {path} has problems:\n" + "\n".join(problems)) from error


def _with_full_paths(settings: Settings, folder: Path) -> Settings:
    """Only values are joined to the folder, so an absolute path stays as it is."""
    update: dict[str, Section] = {
        "state": settings.state.model_copy(update={"folder": folder / settings.state.folder}),
        "schools": settings.schools.model_copy(update={"register_file": folder / settings.schools.register_file}),
    }
    if settings.incidents.folder:
        update["incidents"] = settings.incidents.model_copy(update={"folder": folder / settings.incidents.folder})
    if settings.backup.folder:
        update["backup"] = settings.backup.model_copy(update={"folder": folder / settings.backup.folder})
    if settings.inventory:
        update["inventory"] = settings.inventory.model_copy(update={"file": folder / settings.inventory.file})
    if settings.upstream and settings.upstream.client_certificate:
        certificate = folder / settings.upstream.client_certificate
        settings = settings.model_copy(
            update={"upstream": settings.upstream.model_copy(update={"client_certificate": certificate})}
        )
    for name in ("jamf", "iserv", "mail", "upstream"):
        section = getattr(settings, name)
        if section is not None and section.ca_file is not None:
            update[name] = section.model_copy(update={"ca_file": folder / section.ca_file})
    return settings.model_copy(update=update)
