import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tenacity import Retrying, stop_after_delay, wait_fixed

import mdm_sync
from mdm_sync.demo.certificates import DemoAuthority
from mdm_sync.demo.directory import Directories
from mdm_sync.demo.directory.slapd import install
from mdm_sync.demo.errors import DemoError
from tests.integration.demo.directory_world import (
    NORD,
    PATIENCE,
    SUED,
    Outside,
    district,
    password,
    processes_of,
)
from tests.replacing import replace

pytestmark = pytest.mark.demo


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("directories")
    authority, content = DemoAuthority.create(), district(persons=600)
    with Directories(folder / "run", authority, content, password) as directories:
        yield Outside(directories=directories, district=content, authority=authority.ca_file(folder))


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_account_reads_the_whole_tree_page_by_page_over_verified_tls(outside: Outside) -> None:
    answer = outside.search(NORD, "dn", unit="")

    base = outside.school(NORD).base_dn
    assert answer.code == 0
    assert {base, f"ou=users,{base}", f"ou=groups,{base}"} < set(answer.names)
    assert len(answer.names) == 3 + 600 + 5


def test_person_carries_the_attributes_of_an_iserv_account(outside: Outside) -> None:
    answer = outside.people(NORD, "(uid=juergen.mueller7)")

    base = outside.school(NORD).base_dn
    assert answer.names == [f"cn=juergen.mueller7,ou=users,{base}"]
    assert answer.values("uuid") == [f"p-{NORD}-7"]
    assert answer.values("mail") == ["juergen.mueller7@gs-1.test"]
    assert answer.values("memberOf") == [f"cn=schueler,ou=groups,{base}", f"cn=klasse.2a,ou=groups,{base}"]
    assert answer.values("uidNumber") == ["10007"]
    assert "sn:: TcO8bGxlci1Mw7xkZW5zY2hlaWR0IDc=" in answer.text


def test_group_names_its_members_in_both_ways(outside: Outside) -> None:
    answer = outside.groups(NORD, "(cn=lehrer)")

    members = {f"juergen.mueller{index}" for index in range(0, 600, 10)}
    base = outside.school(NORD).base_dn
    assert answer.values("description") == ["Lehrer"]
    assert set(answer.values("memberUid")) == members
    assert set(answer.values("member")) == {f"cn={login},ou=users,{base}" for login in members}


def test_search_without_pages_ends_at_500_entries(outside: Outside) -> None:
    answer = outside.people(NORD, "dn", paged=False)

    assert answer.code == 4
    assert len(answer.names) == 500


def test_anonymous_bind_is_refused(outside: Outside) -> None:
    assert outside.ldapsearch(NORD, "-b", outside.school(NORD).base_dn).code == 48


def test_account_sees_nothing_of_another_school(outside: Outside) -> None:
    answer = outside.search(NORD, "-b", outside.school(SUED).base_dn)

    assert answer.code == 32
    assert answer.names == []


def test_passwords_and_accounts_are_never_shown(outside: Outside) -> None:
    account = outside.school(NORD).account_dn

    assert outside.search(NORD, "-b", account, "userPassword").code == 32
    assert "userPassword" not in outside.search(NORD, unit="").text


def test_each_school_has_a_port_of_its_own(outside: Outside) -> None:
    assert outside.directories.url(NORD) != outside.directories.url(SUED)
    assert outside.directories.url(NORD).startswith("ldaps://localhost:")


def test_counters_tell_what_a_school_was_asked(outside: Outside) -> None:
    before = outside.directories.counters()
    outside.people(NORD, "dn")
    expected = {"connections": 1, "binds": 1, "searches": 12, "entries": 600}

    for attempt in Retrying(
        stop=stop_after_delay(10), wait=wait_fixed(0.05), reraise=True
    ):  # slapd writes its log later
        with attempt:
            after = outside.directories.counters()
            assert {name: after[NORD][name] - before[NORD][name] for name in after[NORD]} == expected
    assert after[SUED] == before[SUED]


def test_another_day_replaces_the_content_and_keeps_ports_and_other_schools(tmp_path: Path) -> None:
    authority, today = DemoAuthority.create(), district()
    gone = today.persons[7]
    tomorrow = replace(today, persons=tuple(person for person in today.persons if person is not gone))
    with Directories(tmp_path / "run", authority, today, password) as directories:
        outside = Outside(directories=directories, district=today, authority=authority.ca_file(tmp_path))
        port = outside.port(NORD)
        assert len(outside.people(NORD).names) == 60
        directories.load(tomorrow)
        people = outside.people(NORD).names
        assert len(people) == 59
        assert not any(gone.login in name.split(",")[0].split("=") for name in people)
        assert len(outside.people(SUED).names) == 60
        assert outside.port(NORD) == port


def test_second_start_on_the_same_folder_has_the_same_ports(tmp_path: Path) -> None:
    authority, content = DemoAuthority.create(), district()
    with Directories(tmp_path / "run", authority, content, password) as directories:
        first = [directories.url(NORD), directories.url(SUED)]

    with Directories(tmp_path / "run", authority, content, password) as directories:
        assert [directories.url(NORD), directories.url(SUED)] == first


def test_nothing_runs_after_an_error(tmp_path: Path) -> None:
    def fail() -> None:
        with Directories(tmp_path / "run", DemoAuthority.create(), district(), password):
            assert processes_of(tmp_path)
            raise LookupError

    with pytest.raises(LookupError):
        fail()

    assert processes_of(tmp_path) == []


def test_nothing_runs_after_a_failed_start(tmp_path: Path) -> None:
    content = district()
    nameless = replace(content.persons[0], family_name="")
    broken = replace(content, persons=(nameless, *content.persons[1:]))

    with pytest.raises(DemoError, match=r"slapd failed .* see .*load\.log"):
        Directories(tmp_path / "run", DemoAuthority.create(), broken, password).start()

    assert processes_of(tmp_path) == []


def test_servers_end_with_a_killed_parent(tmp_path: Path) -> None:
    program = textwrap.dedent("""
        import sys, time
        from pathlib import Path
        from mdm_sync.demo.certificates import DemoAuthority
        from mdm_sync.demo.directory import Directories
        from tests.integration.demo.directory_world import NORD, district, password
        directories = Directories(Path(sys.argv[1]), DemoAuthority.create(), district(), password)
        directories.start()
        directories.fault("delay", on=True, school_number=NORD)
        print("up", flush=True)
        time.sleep(600)
    """)
    root = Path(mdm_sync.__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "run")], cwd=root, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"up\n"
        assert len(processes_of(tmp_path)) == 2
        parent.send_signal(signal.SIGKILL)

    wait_for(lambda: processes_of(tmp_path) == [])


def test_port_that_another_program_took_is_named(tmp_path: Path, outside: Outside) -> None:
    (tmp_path / "ports.json").write_text(f'{{"{NORD}": [{outside.port(NORD)}, 1], "{SUED}": [2, 3]}}')

    with pytest.raises(DemoError, match=f"another program listens on port {outside.port(NORD)}"):
        Directories(tmp_path, DemoAuthority.create(), district(), password).start()

    assert outside.people(NORD, "dn").code == 0


def test_missing_slapd_names_the_package_to_install(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match="apt-get install slapd"):
        install(tmp_path, places=os.devnull)


@pytest.mark.verify
def test_full_size_is_served_whole(tmp_path: Path) -> None:
    authority, content = DemoAuthority.create(), district(schools=155, persons=549, classes=37)
    with Directories(tmp_path / "run", authority, content, password) as directories:
        outside = Outside(directories=directories, district=content, authority=authority.ca_file(tmp_path))
        counts = [len(outside.search(school.number, "dn", unit="").names) for school in content.schools]

    assert sum(counts) == 155 * (3 + 549 + 39)
    assert processes_of(tmp_path) == []
