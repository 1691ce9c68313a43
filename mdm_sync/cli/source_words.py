"""How a source stands, in words."""

from collections.abc import Mapping
from datetime import datetime

from mdm_sync.cli.subjects import INVENTORY
from mdm_sync.core.conditions import Conditions
from mdm_sync.core.harmless import one_line
from mdm_sync.core.views import Source
from mdm_sync.ports import Texts

Proof = Mapping[str, object]
LONGEST = 1000


def age_text(source: Source, now: datetime, texts: Texts) -> str:
    """When it was last read completely, and how long ago that is."""
    if source.complete_at is None:
        return texts.text("never read")
    facts = {"moment": texts.moment(source.complete_at), "ago": texts.ago(now - source.complete_at)}
    return texts.text("read %(moment)s (%(ago)s)") % facts


def proof_text(source: Source, texts: Texts) -> str:
    """Why its last complete read was believed; "" where there was none."""
    if not source.proof:
        return ""
    if source.name == INVENTORY:
        number = _number(source.proof, "machines")
        return texts.plural("%(number)d machine", "%(number)d machines", number) % {"number": number}
    words = _of_directory(source.proof, texts) if source.school else _of_fleet(source.proof, texts)
    return ", ".join([*words, *_of_both(source.proof, texts)])


def is_stale(source: Source, conditions: Conditions) -> bool:
    """Whether its last complete read is too old for new conclusions."""
    limit = conditions.directory_limit if source.school else conditions.fleet_limit
    return source.is_older_than(limit, conditions.now)


def trouble_text(source: Source, conditions: Conditions, texts: Texts) -> str:
    """What is wrong with it, beside its age; "" for nothing."""
    troubles = []
    if source.complete_at and is_stale(source, conditions):
        troubles.append(texts.text("too old for new conclusions"))
    if source.shrunk:
        troubles.append(texts.text("far less came than before"))
    if source.error:
        troubles.append(one_line(source.error, LONGEST))
    return "; ".join(troubles)


def _of_fleet(proof: Proof, texts: Texts) -> list[str]:
    words = [
        texts.text("said %(said)s, came %(came)s")
        % {"said": texts.number(_number(proof, "total_first")), "came": texts.number(_number(proof, "received"))},
        _explained(proof, texts),
    ]
    computers = proof.get("computers")
    if isinstance(computers, Mapping):
        told = texts.text("computers: said %(said)s, came %(came)s")
        said, came = _number(computers, "total_first"), _number(computers, "received")
        words.append(told % {"said": texts.number(said), "came": texts.number(came)})
    return [word for word in words if word]


def _explained(proof: Proof, texts: Texts) -> str:
    if proof.get("explained") is None:
        return ""
    moved = texts.plural(
        "%(number)d that moved meanwhile was looked up",
        "%(number)d that moved meanwhile were looked up",
        _number(proof, "explained"),
    )
    return moved % {"number": _number(proof, "explained")}


def _of_directory(proof: Proof, texts: Texts) -> list[str]:
    users, groups = _number(proof, "users"), _number(proof, "groups")
    members = {name: texts.number(_number(proof, name)) for name in ("members", "members_found")}
    return [
        texts.plural("%(number)s user", "%(number)s users", users) % {"number": texts.number(users)},
        texts.plural("%(number)s group", "%(number)s groups", groups) % {"number": texts.number(groups)},
        texts.text("%(members_found)s of %(members)s group members found") % members,
    ]


def _of_both(proof: Proof, texts: Texts) -> list[str]:
    pages, repeated = _number(proof, "pages"), _number(proof, "retries")
    unreadable = proof.get("unreadable")
    bad = len(unreadable) if isinstance(unreadable, list) else 0
    told = [
        texts.plural("%(number)d page", "%(number)d pages", pages) % {"number": pages},
        texts.plural("%(number)d call repeated", "%(number)d calls repeated", repeated) % {"number": repeated},
        texts.text("%(seconds)s s") % {"seconds": texts.number(_seconds(proof))},
    ]
    if bad:
        words = texts.plural("%(number)d record unreadable", "%(number)d records unreadable", bad)
        told.insert(0, words % {"number": bad})
    return told


def _seconds(proof: Proof) -> float:
    value = proof.get("seconds")
    return round(value, 1) if isinstance(value, int | float) else 0.0


def _number(proof: Proof, name: str) -> int:
    value = proof.get(name)
    return value if isinstance(value, int) else 0
