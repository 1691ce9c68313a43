"""What a finding is about, as people read it: a person by reference only."""

from mdm_sync.ports import OpenFinding, Texts

FLEET, INVENTORY = "jamf", "inventory"
MAIL, SUMMARY = "mail", "summary"
_DIRECTORY = "iserv-"


def kind_of(found: OpenFinding) -> str:
    """What kind of thing it is about: device, computer, person, class, school, site, serial, source ..."""
    return found.place.finding.subject.partition(":")[0]


def about(found: OpenFinding) -> str:
    """What it is about, the same in every language: a serial number, a reference, a name."""
    details, subject = found.place.finding.details, found.place.finding.subject
    kind, _, key = subject.partition(":")
    match kind:
        case "device" | "computer":
            return details.get("serial") or subject
        case "person":
            return details.get("person", "")
        case "class":
            return found.label or key.partition("/")[2]
        case "site":
            return details.get("site") or key
        case "record":
            return details.get("record") or key
    return key


def about_text(found: OpenFinding, texts: Texts) -> str:
    """What it is about, in the reader's language; short enough for a column."""
    kind, named = kind_of(found), about(found)
    match kind:
        case "school":
            return texts.text("the school")
        case "site" | "mail" | "upstream":
            return _sentence(kind, texts) % {"name": named}
        case "source":
            return source_name(named, texts)
        case "record":
            source = found.place.finding.details.get("source", "")
            return f"{named} ({source_name(source, texts)})" if source else named
        case "privilege":
            return f"“{named}”" if texts.language != "de" else f"„{named}“"
    return named


def _sentence(kind: str, texts: Texts) -> str:
    if kind == "upstream":
        return texts.text("the totals for upstream")
    if kind == "mail":
        return texts.text("entry %(name)s of the outbox")
    return texts.text("site “%(name)s”")


def school_text(number: str, name: str, texts: Texts) -> str:
    """A school by name and number; the district where the finding belongs to none."""
    if not number:
        return texts.text("district")
    return f"{name} ({number})" if name else number


def source_name(name: str, texts: Texts) -> str:
    """A source, or a way out, as people call it."""
    if name == FLEET:
        return texts.text("Jamf Pro")
    if name == INVENTORY:
        return texts.text("Inventory")
    if name == MAIL:
        return texts.text("Mail server")
    if name == SUMMARY:
        return texts.text("Upstream")
    return texts.text("IServ %(school)s") % {"school": name.removeprefix(_DIRECTORY)}
