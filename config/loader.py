"""Reading the settings file: all problems at once, each with the setting it is about."""

import tomllib
from collections.abc import Collection
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from config.settings import Section, Settings
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
    settings = _validated(path, _parsed(path))
    if unknown := sorted(set(settings.rules) - set(rule_ids)):
        raise SettingsError(f"{path}: no such rule: {', '.join(unknown)}. There are: {', '.join(sorted(rule_ids))}.")
    if unknown := sorted({one.rule for one in settings.exceptions} - set(rule_ids)):
        raise SettingsError(f"{path}: exceptions name no such rule: {', '.join(unknown)}.")
    if unknown := sorted((settings.mail.named_rules() if settings.mail else frozenset()) - set(rule_ids)):
        raise SettingsError(f"{path}: mail names no such rule: {', '.join(unknown)}.")
    if undivided := sorted(rule for rule, said in settings.rules.items() if said.schools and rule in district_rule_ids):
        raise SettingsError(f"{path}: no settings for single schools with: {', '.join(undivided)}.")
    return _with_full_paths(settings, path.resolve().parent)


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
        problems = [f"  {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError(f"The settings file {path} has problems:\n" + "\n".join(problems)) from error


def _with_full_paths(settings: Settings, folder: Path) -> Settings:
    """Only values are joined to the folder, so an absolute path stays as it is."""
    update: dict[str, Section] = {
        "state": settings.state.model_copy(update={"folder": folder / settings.state.folder}),
        "schools": settings.schools.model_copy(update={"register_file": folder / settings.schools.register_file}),
    }
    if settings.incidents.folder:
        update["incidents"] = settings.incidents.model_copy(update={"folder": folder / settings.incidents.folder})
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
