"""What was reported, and how far it has been dealt with, in the reader's language."""

from mdm_sync.core.incidents import Handling, IncidentKind
from mdm_sync.ports import Texts


def kind_text(kind: IncidentKind, texts: Texts) -> str:
    """What happened, as a word for people."""
    words = {
        IncidentKind.THEFT: texts.text("theft"),
        IncidentKind.LOSS: texts.text("loss"),
        IncidentKind.DAMAGE: texts.text("damage"),
        IncidentKind.REPAIR: texts.text("repair"),
    }
    return words[kind]


def handling_text(handling: Handling, texts: Texts) -> str:
    """How far it has been dealt with, as words for people."""
    words = {
        Handling.OPEN: texts.text("open"),
        Handling.LOCKED: texts.text("locked"),
        Handling.IN_REPAIR: texts.text("in repair"),
        Handling.RECOVERED: texts.text("recovered"),
        Handling.REPLACED: texts.text("replaced"),
        Handling.WRITTEN_OFF: texts.text("written off"),
        Handling.CLOSED: texts.text("settled"),
    }
    return words[handling]
