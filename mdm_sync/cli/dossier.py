"""What is stored of a person, for that person: a page to print (Art. 15 GDPR)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from mdm_sync.cli.device_text import role_text
from mdm_sync.cli.evidence_sheet import FREE, LINE, WORDS, Part, Sheet
from mdm_sync.core.model import Person, School
from mdm_sync.ports import Dossier, Texts


def dossier_sheet(
    dossiers: Sequence[Dossier], texts: Texts, *, schools: Mapping[str, School], made_at: datetime
) -> Sheet:
    """All that is stored of one person, who may have accounts at several schools."""
    first = dossiers[0].person
    return Sheet(
        title=texts.text("What is stored of you"),
        about=f"{first.given_name} {first.family_name}".strip() or first.login,
        made=texts.text("Put together %(moment)s") % {"moment": texts.exact(made_at)},
        source=texts.text("Information according to Art. 15 GDPR from the program mdm-sync"),
        facts=(),
        parts=tuple(part for dossier in dossiers for part in _parts(dossier, texts, schools)),
        notes=_notes(texts),
    )


def dossier_json(dossier: Dossier) -> dict[str, object]:
    """The same in a JSON document."""
    person = dossier.person
    return {
        "school": person.school,
        "uuid": person.uuid,
        "ref": person.ref,
        "login": person.login,
        "mail": person.mail,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "role": person.role.value,
        "classes": list(person.classes),
        "grade": person.grade,
        "leaver": person.leaver,
        "left_since": person.left_since.isoformat() if person.left_since else None,
        "gone": person.gone,
        "devices": [
            {
                "serial": one.serial,
                "name": one.name,
                "username": one.user.username if one.user else None,
                "real_name": one.user.real_name if one.user else None,
                "email": one.user.email if one.user else None,
            }
            for one in dossier.devices
        ],
        "holdings": [
            {
                "subject": one.subject,
                "since": one.since.isoformat(),
                "until": one.until.isoformat() if one.until else None,
            }
            for one in dossier.holdings
        ],
        "findings": [
            {
                "id": one.finding_id,
                "rule": one.place.finding.rule,
                "open": one.open,
                "opened_at": one.opened_at.isoformat(),
                "details": dict(one.place.finding.details),
            }
            for one in dossier.findings
        ],
        "mentions": [{"table": one.table, "column": one.column, "rows": one.rows} for one in dossier.mentions],
    }


def _parts(dossier: Dossier, texts: Texts, schools: Mapping[str, School]) -> Iterator[Part]:
    yield _account(dossier.person, texts, schools)
    yield _devices(dossier, texts)
    yield _holdings(dossier, texts)
    yield _findings(dossier, texts)
    yield _mentions(dossier, texts)


def _account(person: Person, texts: Texts, schools: Mapping[str, School]) -> Part:
    school = schools.get(person.school)
    answers = {True: texts.text("yes"), False: texts.text("no")}
    facts = (
        (texts.text("School"), f"{school.name} ({person.school})" if school else person.school),
        (texts.text("Given name"), person.given_name),
        (texts.text("Family name"), person.family_name),
        (texts.text("Login"), person.login),
        (texts.text("Mail address"), person.mail),
        (texts.text("Role"), role_text(person.role, texts)),
        (texts.text("Classes"), ", ".join(person.classes)),
        (texts.text("Grade"), "" if person.grade is None else str(person.grade)),
        (texts.text("Among those who have left"), answers[person.leaver]),
        (texts.text("Missing since"), texts.exact(person.left_since) if person.left_since else ""),
        (texts.text("No longer in the directory"), answers[person.gone]),
        (texts.text("Identifier at IServ"), person.uuid),
        (texts.text("Reference in this program"), person.ref),
    )
    return Part(
        title=texts.text("Account"),
        source=texts.text("Source: the school's IServ directory"),
        headings=(texts.text("What"), texts.text("Value")),
        rows=tuple(fact for fact in facts if fact[1]),
        columns=(WORDS, FREE),
        nothing="",
    )


def _devices(dossier: Dossier, texts: Texts) -> Part:
    return Part(
        title=texts.text("Devices that name you"),
        source=texts.text("Source: user fields at Jamf Pro"),
        headings=(
            texts.text("Serial number"),
            texts.text("Name"),
            texts.text("User name"),
            texts.text("Display name"),
            texts.text("Mail address"),
        ),
        rows=tuple(
            (
                one.serial,
                one.name,
                *((one.user.username, one.user.real_name, one.user.email) if one.user else ("", "", "")),
            )
            for one in dossier.devices
        ),
        columns=(LINE, FREE, FREE, FREE, FREE),
        nothing=texts.text("None."),
    )


def _holdings(dossier: Dossier, texts: Texts) -> Part:
    return Part(
        title=texts.text("Which devices named you, and when"),
        source=texts.text("Source: user fields at Jamf Pro, compared with the IServ accounts in each cycle"),
        headings=(texts.text("From"), texts.text("Until"), texts.text("Device")),
        rows=tuple(
            (texts.exact(one.since), texts.exact(one.until) if one.until else texts.text("still"), one.subject)
            for one in dossier.holdings
        ),
        columns=(LINE, LINE, FREE),
        nothing=texts.text("None."),
    )


def _findings(dossier: Dossier, texts: Texts) -> Part:
    states = {True: texts.text("open"), False: texts.text("solved")}
    return Part(
        title=texts.text("What was found about you or your device"),
        source=texts.text("Source: comparison of IServ and Jamf Pro by this program"),
        headings=(texts.text("No."), texts.text("What"), texts.text("Since"), texts.text("State")),
        rows=tuple(
            (
                str(one.finding_id),
                texts.rule(one.place.finding.rule).title,
                texts.exact(one.opened_at),
                states[one.open],
            )
            for one in dossier.findings
        ),
        columns=(LINE, FREE, LINE, WORDS),
        nothing=texts.text("Nothing."),
    )


def _mentions(dossier: Dossier, texts: Texts) -> Part:
    return Part(
        title=texts.text("All places in the store where a text names you"),
        source=texts.text("What each table and column is for: mdm-sync privacy inventory"),
        headings=(texts.text("Table"), texts.text("Column"), texts.text("Rows")),
        rows=tuple((one.table, one.column, texts.number(one.rows)) for one in dossier.mentions),
        columns=(LINE, LINE, LINE),
        nothing=texts.text("None."),
    )


def _notes(texts: Texts) -> tuple[str, ...]:
    return (
        texts.text("Purpose: to know which device of the school board is with whom, and what is wrong with it."),
        texts.text("Recipients: the school's IT provider, and the person in charge at the school by mail."),
        texts.text(
            "Kept: while the account exists, then as long as the settings say; the history of devices longer, "
            "without your name. Copies for emergencies are deleted after their time."
        ),
        texts.text(
            "You may have wrong data corrected or erased, object, and complain to the supervisory authority. "
            "No decision is made about you without a person."
        ),
    )
