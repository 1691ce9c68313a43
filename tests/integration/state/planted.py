"""A person who stands everywhere in a store where text can stand, and what is looked for afterwards."""

import json
from datetime import datetime, timedelta
from pathlib import Path

from mdm_sync.core.lock_orders import LockOrder, Outcome
from mdm_sync.core.model import Assignment, AssignmentState, Person, Role, UserFields
from mdm_sync.ports import Acknowledgement, NewEntry
from state import Store
from tests.integration.state.given import MORNING, NORD, commit, device, finding, opened, person, read, sweep
from tests.replacing import replace

MIA = Person(
    school=NORD.number,
    uuid="0f6d2c1e-7a54-4d1c-9f7e-3b2a1c0d9e8f",
    login="mia.müsterchen",
    mail="m.muesterchen@nord.example",
    role=Role.STUDENT,
    given_name="Mia",
    family_name="Müsterchen & Söhne",
)
OLE = person("ole.beispiel")
TRACES = ("müsterchen", "muesterchen", MIA.uuid)
"""What no byte may hold of her, in small letters: it is in her login, her mail and her name."""
MAIL = {
    "sender": "mdm-sync@it.example",
    "recipients": ["admin@nord.example"],
    "subject": "Gerät von Mia Müsterchen & Söhne",
    "text": "Hallo,\nmia.müsterchen hat kein Gerät.\nole.beispiel auch nicht.",
    "html": "<p>Mia M\u00fcsterchen &amp; S\u00f6hne</p><p>MIA.MÜSTERCHEN</p>",
}


def plant(store: Store, at: datetime = MORNING) -> Person:
    """Let her stand everywhere; as she then stands in the store."""
    read(store, NORD, MIA, OLE, unreadable=(("mia.müsterchen", "its grade is mia.müsterchen"),), at=at)
    ref = next(one.ref for one in store.snapshot.persons_of(NORD) or () if one.uuid == MIA.uuid)
    fields = UserFields(username="Mia.Müsterchen", real_name="Müsterchen & Söhne, Mia", email=MIA.mail)
    hers = replace(
        device(1),
        user=fields,
        name="iPad (mia.müsterchen)",
        room="bei Mia Müsterchen & Söhne",
        building="Haus_mia.müsterchen_2",
    )
    his = replace(device(2), user=UserFields(username="ole.beispiel"))
    sweep(store, hers, his, at=at)
    store.staging.stage_assignments(
        {
            "device:1": Assignment(state=AssignmentState.MATCHED, step="login", person=MIA),
            "device:2": Assignment(state=AssignmentState.MATCHED, step="login", person=OLE),
        }
    )
    about_her = replace(finding("student-without-device"), subject=MIA.subject, details={"person": ref})
    names_her = replace(finding("user-moved"), details={"serial": "DMPX1", "person": ref, "hint": "mia.müsterchen"})
    mails = [
        NewEntry(kind="mail", content=json.dumps(MAIL), recipient="admin@nord.example", title="Mia Müsterchen & Söhne"),
        NewEntry(kind="mail", content=json.dumps({**MAIL, "recipients": [MIA.mail]}), recipient=MIA.mail),
    ]
    commit(store, opened(about_her, names_her), lambda: mails, at=at)
    until = (at + timedelta(days=9)).date()
    store.decisions.acknowledge([1, 2], Acknowledgement(until=until, who="meier", why="mia.müsterchen holt es", at=at))
    store.lock_orders.add(
        LockOrder(
            subject="device:1",
            serial="DMPX1",
            management_id="m-1",
            incident=None,
            kind="disable",
            asked_by="meier",
            why="zurück von Mia Müsterchen & Söhne",
            asked_at=at,
            outcome=Outcome.TAKEN,
            closed_at=at,
        )
    )
    (planted,) = store.care.persons(ref)
    return planted


def traces(*folders: Path) -> list[str]:
    """The files in which a trace of her stands, and which one."""
    found = []
    for path in sorted(one for folder in folders for one in folder.rglob("*") if one.is_file()):
        content = path.read_bytes().decode(errors="replace").casefold()
        escaped = content.replace("\\u00fc", "ü")
        found += [f"{path.name}: {trace}" for trace in TRACES if trace in escaped]
    return found
