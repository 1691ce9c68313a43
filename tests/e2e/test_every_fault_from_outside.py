"""Every fault of the demo, switched by the real command and seen by programs that know nothing of the demo."""

import gzip
import json
import os
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from mdm_sync.demo.installation import LOCKING_CLIENT_ID
from mdm_sync.demo.jamf.damage import HOSTILE
from mdm_sync.demo.model import DemoDevice
from tests.command_line import Ran
from tests.e2e.conftest import Installation
from tests.e2e.outside import NO_ANSWER, Outside, outside_of

pytestmark = pytest.mark.demo

DETAIL = "/api/v2/mobile-devices/detail"
COMMANDS = "/api/v2/mdm/commands"
STATUS = ("-o", os.devnull, "-w", "%{http_code} ")
HEAD, TEACHER = "leitung@gs-1.test", "lehrkraft@gs-1.test"
LATE = 1.0
"""Seconds; without a fault a directory needs some hundredths."""


@pytest.fixture(scope="module")
def outside(installation: Installation) -> Outside:
    return outside_of(installation)


# Jamf Pro, by curl


def ending(answer: Ran) -> str:
    """How curl saw an answer end."""
    if answer.code == NO_ANSWER:
        return "begins and does not end in time" if answer.out else "no answer"
    return {0: "whole", 18: "cut"}.get(answer.code, answer.err)


def three_pages(outside: Outside) -> str:
    """The path of the whole fleet; curl makes three calls of it."""
    size = -(-len(outside.fleet) // 3)
    return f"{DETAIL}?section=GENERAL&section=SECURITY&sort=mobileDeviceId:asc&page-size={size}&page=[0-2]"


def devices(outside: Outside, section: str = "GENERAL", query: str = "") -> list[Any]:
    """What is told in one section; a few devices of the district have none."""
    name = {"GENERAL": "general", "SECURITY": "security", "USER_AND_LOCATION": "userAndLocation"}[section]
    rows = json.loads(outside.jamf(f"{DETAIL}?page-size=2000&section={section}&{query}").out)["results"]
    return [row[name] for row in rows if row[name] is not None]


def sweep(outside: Outside) -> str:
    """How often ids came in three pages, and how far the totals are from the truth."""
    pages = [json.loads(page) for page in outside.jamf(three_pages(outside), "-w", "\n").out.splitlines()]
    ids = [row["mobileDeviceId"] for page in pages for row in page["results"]]
    totals = [f"{page['totalCount'] - len(outside.fleet):+}" for page in pages]
    return f"{len(ids) - len(set(ids))} twice, {len(outside.fleet - set(ids))} missing, total {' '.join(totals)}"


def strict_and_lenient(outside: Outside) -> str:
    """The statuses of three pages, in both ways to ask."""
    path = f"{three_pages(outside)}&exception-handling="
    return "/ ".join(outside.jamf(f"{path}{how}", *STATUS).out for how in ("STRICT", "LENIENT")).strip()


def largest_page(outside: Outside) -> str:
    rows = len(json.loads(outside.jamf(f"{DETAIL}?page-size=2000").out)["results"])
    return "the whole fleet" if rows == len(outside.fleet) else f"{rows} devices"


def five_calls(outside: Outside) -> str:
    return outside.jamf(f"{DETAIL}?page-size=1&page=[0-4]", *STATUS).out.strip()


def status(outside: Outside) -> str:
    return outside.jamf(DETAIL, "-o", os.devnull, "-w", "%{http_code} %{content_type}").out


def at_once_and_later(outside: Outside) -> str:
    """``--retry`` waits for as long as Retry-After says."""
    at_once = outside.jamf(DETAIL, "-i")
    later = outside.jamf(DETAIL, "-w", "\n%{http_code}", "--retry", "1", "-m", "10")
    return f"{with_wait(at_once)}, then {later.out.split()[-1]}"


def with_wait(answer: Ran) -> str:
    """Status and Retry-After of an answer with its headers."""
    wait = re.search(r"(?im)^retry-after: (\w+)", answer.out)
    return answer.out.split()[1] + (f" for {wait[1]} s" if wait else "")


def life_of_a_token(outside: Outside) -> str:
    given = outside.token()
    return f"{given['expires_in']} s, {outside.jamf(DETAIL, *STATUS, token=given['access_token']).out.strip()}"


def body(outside: Outside) -> str:
    return ending(outside.jamf(DETAIL))


def packed_body(outside: Outside) -> str:
    page = outside.installation.places.folder / "page.gz"
    answer = outside.jamf(DETAIL, "-H", "Accept-Encoding: gzip", "-o", str(page))
    try:
        gzip.decompress(page.read_bytes())
    except EOFError:
        return f"{ending(answer)}, but not to be unpacked"
    return ending(answer)


def sites_and_devices(outside: Outside) -> str:
    sites = {site["id"] for site in json.loads(outside.jamf("/api/v1/sites").out)}
    shown = {general["siteId"] for general in devices(outside)} - {"-1"}
    return f"{' '.join(sorted(sites))}, with devices {' '.join(sorted(shown))}"


def total(outside: Outside) -> str:
    found = json.loads(outside.jamf(f"{DETAIL}?page-size=1").out)["totalCount"]
    return f"{round(100 * found / len(outside.fleet))} %"


def lost_mode_of_lost_devices(outside: Outside) -> str:
    lost = devices(outside, "SECURITY", "filter=lostModeEnabled==true")
    return values(security["lostModeEnabled"] for security in lost)


def whether_managed(outside: Outside) -> str:
    return values(general["managed"] for general in devices(outside))


def values(found: Iterable[object]) -> str:
    return " and ".join(sorted({json.dumps(value) for value in found}))


def hostile_names_and_rooms(outside: Outside) -> str:
    names = [general["displayName"] for general in devices(outside)]
    rooms = [user["room"] for user in devices(outside, "USER_AND_LOCATION")]
    return " and ".join(str(sum(str(text).startswith(HOSTILE) for text in texts)) for texts in (names, rooms))


def order(outside: Outside, device: DemoDevice) -> str:
    """Lock a device; returns the status."""
    wanted = {"commandType": "ENABLE_LOST_MODE", "lostModeMessage": "Bitte melden"}
    order = json.dumps({"clientData": [{"managementId": device.management_id}], "commandData": wanted})
    options = ("-H", "Content-Type: application/json", "-d", order, "-w", "%{http_code}", "-o", os.devnull)
    answer = outside.jamf(COMMANDS, *options, client=LOCKING_CLIENT_ID)
    return "no answer" if answer.code == NO_ANSWER else answer.out


def commands_for(outside: Outside, management_id: str) -> int:
    path = f"{COMMANDS}?filter=clientManagementId=={management_id}"
    return len(json.loads(outside.jamf(path, client=LOCKING_CLIENT_ID).out)["results"])


def lock(outside: Outside) -> str:
    device = next(outside.lockable)
    return f"{order(outside, device)}, {commands_for(outside, device.management_id)} commands"


def commands_for_nobody(outside: Outside) -> str:
    return "some" if commands_for(outside, "00000000-0000-4000-8000-000000000000") else "none"


def lost_mode_once_locked(outside: Outside) -> str:
    """What is read of a device right after it has confirmed its lock."""
    device = next(outside.lockable)
    order(outside, device)
    outside.command("acknowledge")
    read = devices(outside, "SECURITY", f"filter=mobileDeviceId=={device.jamf_id}")
    return values(security["lostModeEnabled"] for security in read)


# Directories, by ldapsearch and openssl


def verdict(shaken: Ran) -> str:
    """What openssl thinks of the certificate."""
    told = re.search(r"Verify return code: \d+ \((.*)\)", shaken.out)
    return told[1] if told else "no certificate"


def certificate_of_directory(outside: Outside) -> str:
    return verdict(outside.openssl(outside.directory_port))


def people(outside: Outside, *options: str) -> str:
    answer = outside.ldapsearch(*options)
    return f"{result(answer)}, {who(outside, answer)}"


def result(answer: Ran) -> str:
    return {NO_ANSWER: "no answer", 255: "no connection"}.get(answer.code, f"result {answer.code}")


def who(outside: Outside, answer: Ran) -> str:
    found = set(re.findall(r"(?m)^dn: cn=([^,]+),", answer.out))
    named = {"nobody": set(), "everybody": outside.logins, "the teachers": outside.teachers}
    if found > outside.logins:
        return "everybody and more"
    return next((name for name, logins in named.items() if logins == found), "1 person" if len(found) == 1 else "some")


def people_in_pages(outside: Outside) -> str:
    return people(outside, "-E", "pr=50/noprompt")


def people_both_ways(outside: Outside) -> str:
    return f"{people(outside)}; in pages {people_in_pages(outside)}"


def people_in_time(outside: Outside) -> str:
    start = time.monotonic()
    answer = people(outside)
    return f"{answer}, {'late' if time.monotonic() - start > LATE else 'at once'}"


def members_of_groups(outside: Outside) -> str:
    return attributes(outside.ldapsearch("member", "memberUid", unit="groups"))


def groups_of_people(outside: Outside) -> str:
    return attributes(outside.ldapsearch("memberOf"))


def attributes(answer: Ran) -> str:
    return " and ".join(sorted(set(re.findall(r"(?m)^(member\w*):", answer.out)))) or "nothing"


# Mail, by curl and openssl


def mail(outside: Outside, *options: str) -> str:
    """Send to two people: the last answer, and who was sent to."""
    before = len(outside.installation.mails)
    answer = outside.mail("--mail-rcpt", HEAD, "--mail-rcpt", TEACHER, "-w", "%{response_code}", *options)
    came = outside.installation.mails[before:]
    kept = [json.loads(path.with_suffix(".json").read_text())["recipients"] for path in came]
    to = {(): "nobody", (HEAD, TEACHER): "both", (TEACHER,): "the second"}[tuple(kept[0]) if kept else ()]
    ended = {0: "", 28: "no answer after ", 56: "cut after ", 64: "no STARTTLS after "}.get(answer.code, "refused by ")
    return f"{ended}{answer.out}, to {to}"


def mail_by_starttls(outside: Outside) -> str:
    return mail(outside, "--ssl-reqd")


def mail_to_whoever_is_taken(outside: Outside) -> str:
    return mail(outside, "--ssl-reqd", "--mail-rcpt-allowfails")


def mail_both_ways(outside: Outside) -> str:
    return f"{mail_by_starttls(outside)}; in the clear {mail(outside)}"


def certificate_of_mail_server(outside: Outside) -> str:
    return verdict(outside.openssl(outside.settings["mail"]["port"], "-starttls", "smtp"))


# Upstream, by curl


def push(outside: Outside) -> str:
    """Status and Retry-After, and whether the summary was kept."""
    before = len(outside.installation.summaries)
    answer = outside.upstream("-i")
    told = with_wait(answer) if answer.out else ending(answer)
    return f"{told}, {len(outside.installation.summaries) - before} kept"


def push_body(outside: Outside) -> str:
    before = len(outside.installation.summaries)
    return f"{ending(outside.upstream())}, {len(outside.installation.summaries) - before} kept"


@dataclass(frozen=True, slots=True)
class Case:
    """A fault, how it is looked at, and what is seen."""

    fault: str
    probe: Callable[[Outside], str]
    on: str
    off: str
    value: str | None = None


SWEPT = "0 twice, 0 missing, total +0 +0 +0"
ALL_PAGES = "200 200 200 / 200 200 200"
ANSWERED = "200 application/json"
FOUND = "result 0, everybody"
SENT = "250, to both"
BOTH = "member and memberUid"
UNKNOWN = "unable to get local issuer certificate"

JAMF = (
    Case("jamf:duplicate-row", sweep, on="1 twice, 1 missing, total +0 +0 +0", off=SWEPT),
    Case("jamf:row-moves", sweep, on="1 twice, 1 missing, total +0 +0 +0", off=SWEPT),
    Case("jamf:fleet-shrinks", sweep, on="0 twice, 2 missing, total +0 -1 -2", off=SWEPT),
    Case("jamf:fleet-grows", sweep, on="0 twice, 1 missing, total -3 -2 -1", off=SWEPT),
    Case("jamf:total-lies", sweep, on="0 twice, 0 missing, total +3 +3 +3", off=SWEPT),
    Case("jamf:page-cap", largest_page, on="7 devices", off="the whole fleet", value="7"),
    Case("jamf:page-500", strict_and_lenient, on="200 500 200 / 200 500 200", off=ALL_PAGES),
    Case("jamf:problem-record", strict_and_lenient, on="200 500 200 / 200 200 200", off=ALL_PAGES),
    Case("jamf:bad-gateway", five_calls, on="502 502 200 200 200", off="200 200 200 200 200"),
    Case("jamf:rate-limit", at_once_and_later, on="429 for 1 s, then 200", off="200, then 200"),
    Case("jamf:unauthorized", five_calls, on="200 200 200 401 401", off="200 200 200 200 200"),
    Case("jamf:short-token", life_of_a_token, on="30 s, 200", off="1199 s, 200"),
    Case("jamf:html-503", status, on="503 text/html", off=ANSWERED),
    Case("jamf:cut-body", body, on="cut", off="whole"),
    Case("jamf:truncated-gzip", packed_body, on="whole, but not to be unpacked", off="whole"),
    Case("jamf:hang", body, on="no answer", off="whole"),
    Case("jamf:slow-drip", body, on="begins and does not end in time", off="whole"),
    Case("jamf:commands-unfiltered", commands_for_nobody, on="some", off="none"),
    Case("jamf:lost-filter-ignored", lost_mode_of_lost_devices, on="false and true", off="true"),
    Case("jamf:command-500", lock, on="500, 0 commands", off="201, 1 commands"),
    Case("jamf:command-timeout", lock, on="no answer, 1 commands", off="201, 1 commands"),
    Case("jamf:stale-read", lost_mode_once_locked, on="false", off="true"),
    Case(
        "jamf:fewer-sites",
        sites_and_devices,
        value="12",
        on="11 901, with devices 11",
        off="11 12 901, with devices 11 12",
    ),
    Case("jamf:half-fleet", total, on="50 %", off="100 %"),
    Case("jamf:empty-fleet", total, on="0 %", off="100 %"),
    Case("jamf:lost-privileges", status, on="403 application/json", off=ANSWERED),
    Case("jamf:unreadable-record", whether_managed, on='"yes" and false and true', off="false and true"),
    Case("jamf:hostile-strings", hostile_names_and_rooms, on="7 and 7", off="0 and 0", value="7"),
)

DIRECTORY = (
    Case("directory:stopped", people, on="no connection, nobody", off=FOUND),
    Case("directory:hanging", people, on="no answer, nobody", off=FOUND),
    Case("directory:cut", people, on="no connection, some", off=FOUND),
    Case("directory:stalling", people, on="no answer, some", off=FOUND, value="20000"),
    Case("directory:delay", people_in_time, on=f"{FOUND}, late", off=f"{FOUND}, at once", value="400"),
    Case("directory:certificate-wrong-name", certificate_of_directory, on="hostname mismatch", off="ok"),
    Case("directory:certificate-expired", certificate_of_directory, on="certificate has expired", off="ok"),
    Case("directory:certificate-unknown", certificate_of_directory, on=UNKNOWN, off="ok"),
    Case(
        "directory:size-limit",
        people_both_ways,
        value="1",
        on=f"result 4, 1 person; in pages {FOUND}",
        off=f"{FOUND}; in pages {FOUND}",
    ),
    Case("directory:size-limit-paged", people_in_pages, on="result 4, 1 person", off=FOUND, value="1"),
    Case("directory:no-rights", people, on="result 32, nobody", off=FOUND),
    Case("directory:referral", people, on="result 10, nobody", off=FOUND),
    Case("directory:wrong-password", people, on="result 49, nobody", off=FOUND),
    Case("directory:empty-tree", people, on="result 0, nobody", off=FOUND),
    Case("directory:teachers-only", people, on="result 0, the teachers", off=FOUND),
    Case("directory:member-only", members_of_groups, on="member", off=BOTH),
    Case("directory:member-uid-only", members_of_groups, on="memberUid", off=BOTH),
    Case("directory:no-member-of", groups_of_people, on="nothing", off="memberOf"),
    Case("directory:broken-entries", people, on="result 0, everybody and more", off=FOUND),
)

MAIL = (
    Case("mail:temporary-refusal", mail_by_starttls, on="refused by 451, to nobody", off=SENT),
    Case("mail:permanent-refusal", mail_to_whoever_is_taken, on="250, to the second", off=SENT),
    Case("mail:lost-after-data", mail_by_starttls, on="cut after 354, to nobody", off=SENT),
    Case("mail:hang", mail_by_starttls, on="no answer after 000, to nobody", off=SENT),
    Case("mail:certificate-wrong-name", certificate_of_mail_server, on="hostname mismatch", off="ok"),
    Case("mail:certificate-expired", certificate_of_mail_server, on="certificate has expired", off="ok"),
    Case("mail:certificate-unknown", certificate_of_mail_server, on=UNKNOWN, off="ok"),
    Case(
        "mail:no-starttls",
        mail_both_ways,
        on=f"no STARTTLS after 250, to nobody; in the clear {SENT}",
        off=f"{SENT}; in the clear refused by 530, to nobody",
    ),
)

UPSTREAM = (
    Case("upstream:status-401", push, on="401, 0 kept", off="201, 1 kept"),
    Case("upstream:status-408", push, on="408, 0 kept", off="201, 1 kept"),
    Case("upstream:status-429", push, on="429 for 1 s, 0 kept", off="201, 1 kept"),
    Case("upstream:status-500", push, on="500, 0 kept", off="201, 1 kept"),
    Case("upstream:status-503", push, on="503 for 7 s, 0 kept", off="201, 1 kept", value="7"),
    Case("upstream:hang", push_body, on="no answer, 1 kept", off="whole, 1 kept"),
    Case("upstream:cut-answer", push_body, on="cut, 1 kept", off="whole, 1 kept"),
    Case(
        "upstream:slow-drip", push_body, on="begins and does not end in time, 1 kept", off="whole, 1 kept", value="60"
    ),
)

CASES = (*JAMF, *DIRECTORY, *MAIL, *UPSTREAM)


def test_every_fault_that_the_demo_lists_has_its_case(outside: Outside) -> None:
    listed = re.findall(r"(?m)^(\w+:[\w-]+)", outside.command("faults"))
    assert [case.fault for case in CASES] == listed


@pytest.mark.verify
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_a_fault_is_seen_while_it_is_on_and_gone_when_it_is_off(outside: Outside, case: Case) -> None:
    school = ["--school", outside.school] if case.fault.startswith("directory:") else []
    outside.command("fault", case.fault, "on", *school, *(["--value", case.value] if case.value else []))
    try:
        assert case.probe(outside) == case.on
    finally:
        outside.command("fault", case.fault, "off", *school)
    assert case.probe(outside) == case.off


def test_a_fault_of_one_school_is_told_by_status_and_seen_at_no_other_one(outside: Outside) -> None:
    outside.command("fault", "directory:no-rights", "on", "--school", outside.school)
    told = outside.command("status")
    seen = {school: outside.ldapsearch(school=school).code for school in outside.register}
    outside.command("fault", "directory:no-rights", "off", "--school", outside.school)
    assert re.search(rf"directory +no-rights +{outside.school}\b", told)
    assert seen == {school: 32 if school == outside.school else 0 for school in outside.register}
    assert "No fault is on." in outside.command("status")
