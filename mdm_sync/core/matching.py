"""Who has a device: from Jamf's user fields to a person of a school.

The school of the device's own site is looked at first, step by step. A person of another school is found
by the full mail address alone, because a login is unique within one IServ only: two schools may both have
a ``max.mueller``. Where the fields of one record fit two persons of the school, the answer is *ambiguous*,
never a guess. While a school that could hold the person has not been read, the answer is *undecided*.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from mdm_sync.core.model import Assignment, AssignmentState, Device, Person, School, UserFields
from mdm_sync.core.spelling import lookup_key


def mail_keys(user: UserFields) -> tuple[str, ...]:
    """The full mail addresses among the user fields; many schools keep the address as the user name."""
    fields = (lookup_key(user.email), lookup_key(user.username))
    return tuple(dict.fromkeys(value for value in fields if _is_mail(value)))


def login_keys(user: UserFields) -> tuple[str, ...]:
    """The login among the user fields: a user name without white space and without ``@``, as IServ gives them out."""
    value = lookup_key(user.username)
    return (value,) if _is_one_word(value) and "@" not in value else ()


def _is_mail(value: str) -> bool:
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain) and _is_one_word(value)


def _is_one_word(value: str) -> bool:
    return value.split() == [value]


Index = Mapping[str, tuple[Person, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonIndex:
    """Persons by what they can be found under."""

    by_login: Index = field(default_factory=dict)
    by_mail: Index = field(default_factory=dict)

    @classmethod
    def of(cls, persons: Iterable[Person]) -> Self:
        """An index of these persons."""
        by_login: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        by_mail: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
        for person in persons:
            by_login[lookup_key(person.login)] += (person,)
            if person.mail:
                by_mail[lookup_key(person.mail)] += (person,)
        return cls(by_login=dict(by_login), by_mail=dict(by_mail))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Where a device's person is looked for.

    Attributes:
        own: the persons of the device's own school; None while that school has not been read.
        elsewhere: persons of the other schools that were read, by full mail address.
        unread: the other schools whose persons are not known.
    """

    own: PersonIndex | None
    elsewhere: Index = field(default_factory=dict)
    unread: tuple[School, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way to find a person of the device's own school.

    Attributes:
        name: stored with the assignment that it found.
        keys: what it takes from the user fields.
        index: where it looks that up.
    """

    name: str
    keys: Callable[[UserFields], tuple[str, ...]]
    index: Callable[[PersonIndex], Index]


STEPS = (
    Step(name="login", keys=login_keys, index=lambda persons: persons.by_login),
    Step(name="mail", keys=mail_keys, index=lambda persons: persons.by_mail),
)
ELSEWHERE = "mail-elsewhere"
"""Name of the step that finds a person of another school."""


def match(device: Device, candidates: Candidates) -> Assignment:
    """What the user fields of a device come to."""
    user = device.user
    if user is None:
        return _undecided("the record came without its user fields")
    if user.empty:
        return Assignment(state=AssignmentState.NONE)
    if candidates.own is None:
        return _undecided("the school of the device's site has not been read")
    found = _at_own_school(user, candidates.own) or _elsewhere(user, candidates.elsewhere)
    return _one_of(found) if found else _nobody(user, candidates.unread)


Hits = dict[tuple[str, str], tuple[str, Person]]


def _at_own_school(user: UserFields, persons: PersonIndex) -> Hits:
    hits: Hits = {}
    for step in STEPS:
        for key in step.keys(user):
            _collect(hits, step.name, step.index(persons).get(key, ()))
    return hits


def _elsewhere(user: UserFields, by_mail: Index) -> Hits:
    hits: Hits = {}
    for key in mail_keys(user):
        _collect(hits, ELSEWHERE, by_mail.get(key, ()))
    return hits


def _collect(hits: Hits, step: str, persons: Iterable[Person]) -> None:
    for person in persons:
        hits.setdefault((person.school, person.uuid), (step, person))


def _one_of(hits: Hits) -> Assignment:
    if len(hits) > 1:
        return Assignment(state=AssignmentState.AMBIGUOUS)
    ((step, person),) = hits.values()
    return Assignment(state=AssignmentState.MATCHED, step=step, person=person)


def _nobody(user: UserFields, unread: Iterable[School]) -> Assignment:
    mails = mail_keys(user)
    if not mails and not login_keys(user):
        return _undecided("the record names a person by display name alone, which no step looks up")
    if any(school.could_hold(mail) for school in unread for mail in mails):
        return _undecided("a school that could hold the address has not been read")
    return Assignment(state=AssignmentState.UNMATCHED)


def _undecided(reason: str) -> Assignment:
    return Assignment(state=AssignmentState.UNDECIDED, reason=reason)
