"""The settings file: what is wrong with it is told all at once, and the example tells every option."""

import re
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from config.loader import load_settings
from config.settings import (
    CalendarSettings,
    Holiday,
    RuleSettings,
    ScheduleSettings,
    SchoolRuleSettings,
    Settings,
)
from mdm_sync.core.rules import RULES, Mode
from mdm_sync.errors import SettingsError
from tests.settings_file import write_settings

RULE_IDS = ("unknown-user", "wrong-school")
LEAST = """
[jamf]
url = "https://jamf.example"
client_id = "reader"
"""
MAIL = """
[mail]
host = "mail.example"
sender = "mdm-sync@it.example"
recipients = ["team@it.example", "boss@it.example"]
"""
UPSTREAM = """
[upstream]
url = "https://city.example/summaries"
"""


def load(folder: Path, text: str) -> Settings:
    return load_settings(write_settings(folder / "mdm-sync.toml", text), rule_ids=RULE_IDS)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as error:
        load(folder, text)
    return str(error.value)


def told_problems(told: str) -> list[str]:
    """The problems, without the lines on which they stand."""
    return [line.strip().partition(": ")[2] for line in told.splitlines()[1:]]


class TestWhatIsLoaded:
    def test_the_least_that_must_be_given_leaves_defaults_for_the_rest(self, tmp_path: Path) -> None:
        settings = load(tmp_path, LEAST)
        assert (settings.language, settings.mail, settings.upstream, settings.rules) == ("de", None, None, {})
        assert settings.schedule == ScheduleSettings(changes_minutes=30, deliver_minutes=1)
        assert settings.state.folder == Path("/var/lib/mdm-sync")

    def test_relative_paths_count_from_the_folder_of_the_file(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path,
            f'{LEAST}ca_file = "ca/jamf.pem"\n{MAIL}ca_file = "ca/mail.pem"\n{UPSTREAM}ca_file = "ca/up.pem"\n'
            'client_certificate = "ca/ours.pem"\n'
            '[iserv]\nca_file = "ca/iserv.pem"\n[state]\nfolder = "state"\n[schools]\nregister_file = "../r.csv"\n',
        )
        assert settings.mail is not None
        assert settings.upstream is not None
        assert [
            settings.jamf.ca_file,
            settings.mail.ca_file,
            settings.upstream.ca_file,
            settings.upstream.client_certificate,
            settings.iserv.ca_file,
            settings.state.folder,
            settings.schools.register_file,
        ] == [
            tmp_path / name
            for name in (
                *("ca/jamf.pem", "ca/mail.pem", "ca/up.pem", "ca/ours.pem", "ca/iserv.pem"),
                *("state", "../r.csv"),
            )
        ]

    def test_a_path_that_is_not_named_counts_from_there_too(self, tmp_path: Path) -> None:
        assert load(tmp_path, LEAST).schools.register_file == tmp_path / "schools.csv"

    def test_an_inventory_has_the_usual_headings_unless_others_are_named(self, tmp_path: Path) -> None:
        settings = load(tmp_path, f'{LEAST}[inventory]\nfile = "machines.csv"\n[inventory.columns]\nserial = ""\n')
        assert settings.inventory is not None
        assert settings.inventory.file == tmp_path / "machines.csv"
        columns = settings.inventory.columns
        assert (columns.number, columns.kind, columns.serial) == ("Inventarnummer", "Geräteart", "")

    def test_absolute_paths_stay_as_they_are(self, tmp_path: Path) -> None:
        settings = load(tmp_path, f'{LEAST}ca_file = "/etc/ca.pem"\n[state]\nfolder = "/srv/state"\n')
        assert (settings.jamf.ca_file, settings.state.folder) == (Path("/etc/ca.pem"), Path("/srv/state"))

    def test_where_no_certificates_are_named_the_system_s_count(self, tmp_path: Path) -> None:
        settings = load(tmp_path, LEAST + MAIL + UPSTREAM)
        assert settings.mail is not None
        assert settings.upstream is not None
        sections = (settings.jamf, settings.iserv, settings.mail, settings.upstream)
        assert [section.ca_file for section in sections] == [None] * 4

    def test_a_file_that_is_named_relatively_gives_full_paths(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_settings(tmp_path / "mdm-sync.toml", LEAST)
        monkeypatch.chdir(tmp_path)
        settings = load_settings(Path("mdm-sync.toml"), rule_ids=RULE_IDS)
        assert settings.schools.register_file == tmp_path / "schools.csv"

    def test_a_rule_may_be_switched_off_or_observed_or_given_another_severity(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path,
            f'{LEAST}[rules.unknown-user]\nmode = "off"\n'
            '[rules.wrong-school]\nmode = "observe"\nseverity = "critical"\n',
        )
        assert settings.rules == {
            "unknown-user": RuleSettings(mode=Mode.OFF),
            "wrong-school": RuleSettings(mode=Mode.OBSERVE, severity="critical"),
        }

    def test_a_rule_may_differ_for_single_schools(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path, f'{LEAST}[rules.unknown-user.schools.194011]\nmode = "off"\n[rules.unknown-user.schools.194024]\n'
        )
        assert settings.rules == {
            "unknown-user": RuleSettings(
                schools={"194011": SchoolRuleSettings(mode=Mode.OFF), "194024": SchoolRuleSettings()}
            )
        }

    def test_days_without_school_are_loaded_as_days(self, tmp_path: Path) -> None:
        settings = load(
            tmp_path, f'{LEAST}[[calendar.holidays]]\nname = "Ostern"\nfirst = 2027-03-22\nlast = 2027-03-22\n'
        )
        assert settings.calendar.holidays == (Holiday(name="Ostern", first=date(2027, 3, 22), last=date(2027, 3, 22)),)


class TestWhatIsRefused:
    def test_all_problems_are_told_at_once(self, tmp_path: Path) -> None:
        told = refusal(
            tmp_path,
            'language = "fr"\n[jamf]\nurl = "jamf.example"\npage_size = 2001\nconnections = 6\n'
            '[mail]\nhost = ""\nsender = "it.example"\nrecipients = []\n[schedule]\nchanges_minutes = "often"\n'
            'sweep_at = "24:00"\n'
            '[rules.unknown-user]\nseverity = "grave"\nmode = "loud"\n[rules.wrong-school.schools.19401]\n'
            "[thresholds]\nsilent_school_days = 0\nover_age_years = 0\nprofile_days = 0\n"
            '[calendar]\nzone = "Europe/Dortmund"\n[targets.allowances]\nteacher = -1\n'
            '[[targets.sharing]]\nform = "2"\nstudents_per_device = 0\n[matching]\nsteps = []\n',
        )
        assert told.splitlines()[0] == f"The settings file {tmp_path / 'mdm-sync.toml'} has problems:"
        problems = [line.strip().split(": ") for line in told.splitlines()[1:]]
        numbers = [int(line.removeprefix("line ")) for line, *_ in problems]
        assert numbers == sorted(numbers)
        assert sorted(name for _, name, *_ in problems) == [
            "calendar.zone",
            "jamf.client_id",
            "jamf.connections",
            "jamf.page_size",
            "jamf.url",
            "language",
            "mail.host",
            "mail.recipients",
            "mail.sender",
            "matching.steps",
            "rules.unknown-user.mode",
            "rules.unknown-user.severity",
            "rules.wrong-school.schools.19401.[key]",
            "schedule.changes_minutes",
            "schedule.sweep_at",
            "targets.allowances.teacher",
            "targets.sharing.0.form",
            "targets.sharing.0.students_per_device",
            "thresholds.over_age_years",
            "thresholds.profile_days",
            "thresholds.silent_school_days",
        ]

    @pytest.mark.parametrize(("first", "last"), [("2027-03-23", "2027-03-22"), ("2027-01-01", "2027-04-12")])
    def test_holidays_that_end_before_they_begin_or_never_are_refused(
        self, tmp_path: Path, first: str, last: str
    ) -> None:
        told = refusal(tmp_path, f'{LEAST}[[calendar.holidays]]\nname = "x"\nfirst = {first}\nlast = {last}\n')
        assert told.splitlines()[1:] == [
            "  line 5: calendar.holidays.0: must end on its first day or later, and within 100 days"
        ]

    def test_an_unknown_matching_step_is_refused(self, tmp_path: Path) -> None:
        assert "matching.steps.1" in refusal(tmp_path, f'{LEAST}[matching]\nsteps = ["login", "serial"]\n')

    @pytest.mark.parametrize("zone", ["Mars", "", "../../etc/passwd", "Europe/\u0000"])
    def test_a_time_zone_that_is_none_is_refused(self, zone: str) -> None:
        with pytest.raises(ValueError, match="must be a time zone"):
            CalendarSettings(zone=zone)

    @pytest.mark.parametrize("name", ["sweep_at", "schools_from", "schools_until"])
    @pytest.mark.parametrize("time", ["02:00", "02:59"])
    def test_a_time_that_summer_time_leaves_out_or_repeats_is_refused(
        self, tmp_path: Path, name: str, time: str
    ) -> None:
        told = refusal(tmp_path, f'{LEAST}[schedule]\n{name} = "{time}"\n')
        assert f"schedule.{name} must be a time that every day in Europe/Berlin has once" in told

    @pytest.mark.parametrize(
        ("zone", "time"), [("Europe/Berlin", "01:59"), ("Europe/Berlin", "03:00"), ("UTC", "02:30")]
    )
    def test_a_time_that_every_day_has_once_is_taken(self, tmp_path: Path, zone: str, time: str) -> None:
        settings = load(tmp_path, f'{LEAST}[schedule]\nsweep_at = "{time}"\n[calendar]\nzone = "{zone}"\n')
        assert settings.schedule.sweep_at == time

    def test_a_rule_about_the_district_cannot_differ_for_a_school(self, tmp_path: Path) -> None:
        text = f'{LEAST}[rules.wrong-school.schools.194011]\nmode = "off"\n[rules.unknown-user]\n'
        path = write_settings(tmp_path / "mdm-sync.toml", text)
        with pytest.raises(SettingsError) as error:
            load_settings(path, rule_ids=RULE_IDS, district_rule_ids=RULE_IDS)
        assert str(error.value).splitlines()[1:] == ["  no settings for single schools with: wrong-school"]

    def test_an_unknown_key_is_named(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, f"{LEAST}pagesize = 500\n").splitlines()[1:] == [
            "  line 5: jamf.pagesize: there is no such setting; did you mean page_size?"
        ]

    def test_an_unknown_table_is_named(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, f"{LEAST}[iserve]\n").splitlines()[1:] == [
            "  line 5: iserve: there is no such setting; did you mean iserv?"
        ]

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            ("[brakes.school]\nopend_number = 1\n", "brakes.school.opend_number: {}; did you mean opened_number?"),
            ("[mail]\nhostt = 1\n", "mail.hostt: {}; did you mean host?"),
            ("[rules.unknown-user]\nmod = 1\n", "rules.unknown-user.mod: {}; did you mean mode?"),
            ("[[targets.sharing]]\nforms = 1\n", "targets.sharing.0.forms: {}; did you mean form?"),
            ("[state]\nzzz = 1\n", "state.zzz: {}"),
        ],
    )
    def test_what_was_meant_is_guessed_among_the_settings_of_the_table(
        self, tmp_path: Path, text: str, problem: str
    ) -> None:
        assert f"  line 6: {problem.format('there is no such setting')}" in refusal(tmp_path, LEAST + text).splitlines()

    def test_what_is_missing_is_told_where_its_table_begins(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, '\n\n[jamf]\nclient_id = "x"\n').splitlines()[1:] == [
            "  line 3: jamf.url: must be given"
        ]

    def test_a_secret_is_refused_with_the_place_where_it_belongs(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, f'{LEAST}client_secret = "geheim-4711"\n').splitlines()[1:] == [
            "  line 5: jamf.client_secret: secrets never stand here, change this one; then: mdm-sync secret set NAME"
        ]

    @pytest.mark.parametrize("mode", [0o604, 0o602, 0o644])
    def test_a_file_that_is_open_to_others_is_refused_with_the_way_out(self, tmp_path: Path, mode: int) -> None:
        path = write_settings(tmp_path / "mdm-sync.toml", LEAST)
        path.chmod(mode)
        with pytest.raises(SettingsError) as error:
            load_settings(path, rule_ids=RULE_IDS)
        assert str(error.value) == (
            f"The settings file {path} is open to others (mode {mode:04o}). Mend it: chmod o= {path}"
        )

    def test_the_group_of_the_service_may_read_it(self, tmp_path: Path) -> None:
        path = write_settings(tmp_path / "mdm-sync.toml", LEAST)
        path.chmod(0o640)
        assert load_settings(path, rule_ids=RULE_IDS).language == "de"

    def test_what_stands_under_an_unknown_key_is_not_repeated(self, tmp_path: Path) -> None:
        assert "geheim-4711" not in refusal(tmp_path, f'{LEAST}client_secret = "geheim-4711"\n')

    def test_an_unknown_rule_is_named_with_the_nearest(self, tmp_path: Path) -> None:
        assert refusal(tmp_path, f"{LEAST}[rules.unknown-usr]\n[rules.a-rule]\n").splitlines()[1:] == [
            "  no such rule: a-rule",
            "  no such rule: unknown-usr; did you mean unknown-user?",
        ]

    @pytest.mark.parametrize("url", ["http://jamf.example", "jamf.example", "https://", "ftp://jamf.example", ""])
    @pytest.mark.parametrize("table", ["jamf", "upstream"])
    def test_an_address_that_is_not_https_is_refused(self, tmp_path: Path, table: str, url: str) -> None:
        named = {"jamf": "https://jamf.example", "upstream": "https://city.example/summaries"}[table]
        assert told_problems(refusal(tmp_path, (LEAST + UPSTREAM).replace(named, url))) == [
            f"{table}.url: must be an https:// address"
        ]

    @pytest.mark.parametrize("proxy", ["proxy.example:3128", "socks5://proxy.example", "http://"])
    def test_a_proxy_that_is_none_is_refused(self, tmp_path: Path, proxy: str) -> None:
        assert refusal(tmp_path, f'{LEAST}{UPSTREAM}proxy = "{proxy}"\n').splitlines()[1:] == [
            "  line 8: upstream.proxy: must be an http:// or https:// address"
        ]

    def test_a_proxy_with_a_login_is_refused_and_its_password_not_repeated(self, tmp_path: Path) -> None:
        told = refusal(tmp_path, f'{LEAST}{UPSTREAM}proxy = "http://us:geheim-4711@proxy.example"\n')
        assert "upstream.proxy: must hold no login" in told
        assert "geheim-4711" not in told

    @pytest.mark.parametrize("below", [1, 4])
    def test_a_limit_of_small_numbers_that_keeps_nothing_back_is_refused(self, tmp_path: Path, below: int) -> None:
        assert "upstream.few_below: must be 0, or 5 and more" in refusal(
            tmp_path, f"{LEAST}{UPSTREAM}few_below = {below}\n"
        )

    def test_one_that_keeps_something_back_is_taken(self, tmp_path: Path) -> None:
        upstream = load(tmp_path, f"{LEAST}{UPSTREAM}few_below = 5\n").upstream
        assert upstream is not None
        assert upstream.few_below == 5

    @pytest.mark.parametrize("address", ["it.example", "@it.example", "mdm-sync@", "mdm sync@it.example", "a@b\\nc"])
    def test_a_mail_address_that_is_none_is_refused(self, tmp_path: Path, address: str) -> None:
        assert told_problems(refusal(tmp_path, LEAST + MAIL.replace("boss@it.example", address))) == [
            "mail.recipients.1: must be a mail address"
        ]

    @pytest.mark.parametrize("broken", ["[jamf", "jamf = ", "a = 1\na = 2", '"'])
    def test_a_file_that_is_no_toml_is_refused(self, tmp_path: Path, broken: str) -> None:
        told = refusal(tmp_path, broken)
        assert told.startswith(f"The settings file {tmp_path / 'mdm-sync.toml'} is no valid TOML: ")

    def test_a_file_that_is_no_utf_8_is_refused(self, tmp_path: Path) -> None:
        path = write_settings(tmp_path / "mdm-sync.toml", "")
        path.write_bytes('language = "süd"'.encode("latin-1"))
        with pytest.raises(SettingsError, match="is no valid TOML"):
            load_settings(path, rule_ids=RULE_IDS)

    def test_a_missing_file_is_told_with_the_ways_to_name_it(self, tmp_path: Path) -> None:
        path = tmp_path / "nowhere.toml"
        with pytest.raises(SettingsError) as error:
            load_settings(path, rule_ids=RULE_IDS)
        assert str(error.value) == (
            f"The settings file {path} cannot be read: No such file or directory. "
            "Name it with --config or in MDM_SYNC_CONFIG."
        )

    def test_a_folder_in_its_place_is_told(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
            load_settings(tmp_path, rule_ids=RULE_IDS)


EXAMPLE = files("config") / "example.toml"
OPTIONAL = re.compile(r"^#(?=[a-z_]+ = |\[)", re.MULTILINE)
"""An option that may be left out stands behind a ``#`` without a blank; prose has a blank."""


def _options(model: type[BaseModel], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every option with its default; tables are walked, also those that may be left out."""
    found: dict[tuple[str, ...], Any] = {}
    for name, field in model.model_fields.items():
        table = _table(field.annotation)
        if table is None:
            found[*path, name] = ... if field.is_required() else field.get_default(call_default_factory=True)
        else:
            found |= _options(table, (*path, name))
    return found


def _table(annotation: Any) -> type[BaseModel] | None:
    """The model of a table: ``Section``, ``Section | None``, ``dict[str, Section]``; None for a plain option.

    A list of tables is one option.
    """
    parts = () if get_origin(annotation) is tuple else get_args(annotation)
    for one in (annotation, *parts):
        if isinstance(one, type) and issubclass(one, BaseModel):
            return one
    return None


def _flat(values: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    found: dict[tuple[str, ...], Any] = {}
    for name, value in values.items():
        found |= _flat(value, (*path, name)) if isinstance(value, dict) else {(*path, name): value}
    return found


def _as_told(default: Any) -> Any:
    """The default as a TOML document gives it."""
    if isinstance(default, tuple):
        return [one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in default]
    return str(default) if isinstance(default, Path) else default


class TestTheExample:
    GIVEN = _flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8")))
    TOLD = _flat(tomllib.loads(OPTIONAL.sub("", EXAMPLE.read_text(encoding="utf-8"))))
    OPTIONS = _options(Settings)
    RULE = ("rules", "device-unassigned")

    def told_in_example(self, option: tuple[str, ...]) -> tuple[str, ...]:
        """Options of rules stand in the example with one rule, those of a rule at a school with one school."""
        if option[:2] == ("rules", "schools"):
            return (*self.RULE, "schools", "194011", *option[2:])
        return (*self.RULE, *option[1:]) if option[0] == "rules" else option

    def test_it_loads(self, tmp_path: Path) -> None:
        path = write_settings(tmp_path / "example.toml", EXAMPLE.read_text(encoding="utf-8"))
        load_settings(path, rule_ids=[rule.id for rule in RULES])

    def test_it_loads_with_all_that_is_commented_out(self, tmp_path: Path) -> None:
        path = write_settings(tmp_path / "all.toml", OPTIONAL.sub("", EXAMPLE.read_text(encoding="utf-8")))
        load_settings(path, rule_ids=[rule.id for rule in RULES])

    def test_every_option_stands_in_it_and_nothing_else(self) -> None:
        assert set(self.TOLD) == {self.told_in_example(option) for option in self.OPTIONS}

    def test_only_what_must_be_given_is_given(self) -> None:
        assert set(self.GIVEN) == {option for option, default in self.OPTIONS.items() if default is ...}

    def test_it_names_every_default(self) -> None:
        """What is empty by default stands there with an example."""
        defaults = {option: default for option, default in self.OPTIONS.items() if default not in (..., None, ())}
        assert {option: self.TOLD[self.told_in_example(option)] for option in defaults} == {
            option: _as_told(default) for option, default in defaults.items()
        }

    def test_it_names_the_severity_that_the_rule_has_by_itself(self) -> None:
        own = {rule.id: rule.severity.word for rule in RULES}
        assert self.TOLD[*self.RULE, "severity"] == own[self.RULE[1]]
