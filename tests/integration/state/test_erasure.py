"""Erasure: of a person who stands everywhere no byte is left, and others lose nothing."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from mdm_sync.ports import OutboxEntry
from state import Store
from tests.integration.state.given import EVENING, MORNING, NORD, SUED, ask, commit, device, person, read, sweep
from tests.integration.state.planted import MIA, OLE, TRACES, plant, traces
from tests.integration.state.test_incidents import keep, report
from tests.replacing import replace


@pytest.fixture
def erased(folder: Path) -> Path:
    """The store after it; closed."""
    with closing(Store.open(folder)) as store:
        mia = plant(store)
    assert {trace.partition(": ")[2] for trace in traces(folder)} == set(TRACES)
    with closing(Store.open(folder)) as store:
        store.care.erase([mia])
        assert traces(folder) == []
    return folder


def test_no_byte_is_left_in_store_and_log(erased: Path) -> None:
    assert traces(erased) == []
    assert ask(erased, "PRAGMA integrity_check") == [("ok",)]


def test_what_tells_only_of_her_is_gone_and_a_devices_history_names_nobody(erased: Path) -> None:
    assert ask(erased, "SELECT login FROM persons") == [(OLE.login,)]
    assert ask(erased, "SELECT subject FROM findings") == [("device:1",)]
    assert ask(erased, "SELECT DISTINCT finding FROM finding_steps") == [(2,)]
    assert ask(erased, "SELECT subject, person_uuid FROM holder_spans ORDER BY subject") == [
        ("device:1", ""),
        ("device:2", OLE.uuid),
    ]


def test_texts_that_name_her_keep_their_other_words(erased: Path) -> None:
    assert ask(erased, "SELECT name FROM devices ORDER BY subject") == [("iPad ([…])",), ("iPad 2",)]
    assert ask(erased, "SELECT why FROM lock_orders") == [("zurück von […]",)]
    assert ask(erased, "SELECT why FROM acknowledgements") == [("[…] holt es",)]


def test_a_mail_that_waits_leaves_without_her_and_one_to_her_does_not_leave(erased: Path) -> None:
    with closing(Store.open(erased)) as store:
        entry = store.outbox.claim(EVENING, 60)
        assert isinstance(entry, OutboxEntry)
        assert store.outbox.claim(EVENING, 60) is None
    mail = json.loads(entry.content)
    assert mail["text"] == "Hallo,\n[…] hat kein Gerät.\nole.beispiel auch nicht."
    assert mail["html"] == "<p>[…]</p><p>[…]</p>"


def test_others_lose_nothing(erased: Path) -> None:
    assert ask(erased, "SELECT username FROM devices ORDER BY subject") == [(None,), ("ole.beispiel",)]
    assert ask(erased, "SELECT subject, person_uuid FROM assignments") == [("device:2", OLE.uuid)]


def test_it_is_told_what_was_done_without_naming_anybody(folder: Path) -> None:
    with closing(Store.open(folder)) as store:
        done = store.care.erase([plant(store)])
    assert (done.there, done.serials, done.lingering) == (1, ("DMPX1",), False)
    assert {"persons", "devices", "findings", "outbox"} <= set(done.records)
    assert not any(trace in repr(done).casefold() for trace in TRACES)


def test_who_is_still_in_iserv_comes_back_under_another_reference(folder: Path) -> None:
    with closing(Store.open(folder)) as store:
        mia = plant(store)
        store.care.erase([mia])
        read(store, NORD, MIA, OLE, at=EVENING)
        (back,) = store.care.persons(MIA.uuid)
    assert back.login == MIA.login
    assert back.ref != mia.ref


def test_a_name_that_another_one_has_too_stays_where_it_may_be_theirs(folder: Path) -> None:
    """Two persons of one login: whose it is in a device's name, nobody can tell."""
    with closing(Store.open(folder)) as store:
        mia, namesake = person("mia.muster"), person("mia.muster", school=SUED, uuid="another")
        read(store, NORD, mia)
        read(store, SUED, namesake)
        sweep(store, replace(device(1), name="iPad mia.muster"))
        commit(store)
        store.care.erase(store.care.persons("mia.muster", NORD.number))
        assert [one.login for one in store.snapshot.persons_of(SUED) or ()] == ["mia.muster"]
    assert ask(folder, "SELECT name FROM devices") == [("iPad mia.muster",)]


class TestWhoIsMeant:
    @pytest.fixture
    def store(self, store: Store) -> Store:
        read(store, NORD, person("mia.muster", uuid="m"), person("ole.muster", uuid="o"))
        read(store, SUED, person("mia.umgezogen", school=SUED, uuid="m"), person("ole.muster", school=SUED, uuid="p"))
        return store

    def found(self, store: Store, named: str, school: str = "") -> list[tuple[str, str]]:
        return [(one.school, one.login) for one in store.care.persons(named, school)]

    def test_by_uuid_or_reference_at_every_school_where_the_uuid_stands(self, store: Store) -> None:
        both = [(NORD.number, "mia.muster"), (SUED.number, "mia.umgezogen")]
        assert self.found(store, "m") == both
        (first, _) = store.care.persons("m")
        assert self.found(store, f" {first.ref.lower()} ") == both

    def test_by_login_of_one_school_or_of_any(self, store: Store) -> None:
        assert self.found(store, "OLE.muster", SUED.number) == [(SUED.number, "ole.muster")]
        assert self.found(store, "ole.muster") == [(NORD.number, "ole.muster"), (SUED.number, "ole.muster")]
        assert self.found(store, "nobody") == []


class TestEvidence:
    def test_open_incidents_whose_devices_named_them_are_told(self, store: Store) -> None:
        mia = plant(store)
        (ole,) = store.care.persons(OLE.uuid)
        keep(store, report(serial="DMPX1"), report("V-2", serial="DMPX77", reported_at=MORNING))
        assert store.care.evidence([mia]) == (1,)
        assert store.care.evidence([ole]) == ()


def test_all_that_is_stored_of_a_person_is_told(store: Store) -> None:
    dossier = store.care.dossier(plant(store))
    assert [one.serial for one in dossier.devices] == ["DMPX1"]
    assert [span.subject for span in dossier.holdings] == ["device:1"]
    assert {one.place.finding.rule for one in dossier.findings} == {"student-without-device", "user-moved"}
    places = {(one.table, one.column) for one in dossier.mentions}
    assert places >= {("outbox", "content"), ("lock_orders", "why"), ("acknowledgements", "why"), ("devices", "name")}
