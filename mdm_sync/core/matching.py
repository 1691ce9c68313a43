"""Who has a device: from Jamf's user fields to a person of a school.

The school of the device's own site is looked at first. All steps that read an identifier (login, address) are asked:
where they find two persons, the answer is *ambiguous*, never a guess. A person of another school is found by the full
mail address alone, because a login is unique within one IServ only: two schools may both have a ``max.mueller``. While
a school that could hold the address has not been read, the answer is *undecided*. A name is no identifier: it is asked
last, within the own school, and only where no identifier found anybody. Persons who are gone are asked in the same way
after all who are there, so that a device which names one is not taken for naming nobody known; a name counts for the
namesake who is there only where no identifier says that somebody gone from the school is meant.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

from mdm_sync.core.model import Assignment, AssignmentState, Device, Person, School, UserFields
from mdm_sync.core.nearest import nearest
from mdm_sync.core.spelling import lookup_key, name_key, without_suffix


def mail_keys(user: UserFields) -> tuple[str, ...]:
    """The full mail addresses among the user fields; many schools keep the address as the user name."""
    fields = (lookup_key(user.email), lookup_key(user.username))
    return tuple(dict.fromkeys(value for value in fields if _is_mail(value)))


def login_keys(user: UserFields) -> tuple[str, ...]:
    """The login among the user fields: a user name without white space and without ``@``, as IServ gives them out."""
    value = lookup_key(user.username)
    return (value,) if _is_one_word(value) and "@" not in value else ()


def person_mail_keys(person: Person, mail_domains: Iterable[str]) -> tuple[str, ...]:
    """The addresses that name a person: the account's own, and the login at each domain of the school."""
    own = (person.mail, *(f"{person.login}@{domain}" for domain in mail_domains))
    return tuple(dict.fromkeys(lookup_key(address) for address in own if address))


def _is_mail(value: str) -> bool:
    local, at, domain = value.rpartition("@")
    return bool(local and at and domain) and _is_one_word(value)


def _is_one_word(value: str) -> bool:
    return value.split() == [value]


Index = Mapping[str, tuple[Person, ...]]


@dataclass(frozen=True, kw_only=True)
class PersonIndex:
    """The persons of one school by what a device may call them; each way is indexed when it is first asked for."""

    school: School
    persons: tuple[Person, ...]

    @classmethod
    def of(cls, persons: Iterable[Person], school: School) -> Self:
        """An index of these persons of a school."""
        return cls(school=school, persons=tuple(persons))

    @cached_property
    def by_login(self) -> Index:
        """Persons by login."""
        return _indexed((lookup_key(person.login), person) for person in self.persons)

    @cached_property
    def by_mail(self) -> Index:
        """Persons by full mail address, aliases too."""
        domains = self.school.mail_domains
        return _indexed((key, person) for person in self.persons for key in person_mail_keys(person, domains))

    @cached_property
    def by_name(self) -> Index:
        """Persons by "First Last" and by "Last, First"; who has but one name is not found by it."""
        return _indexed((key, person) for person in self.persons for key in _names_of(person))


def _indexed(pairs: Iterable[tuple[str, Person]]) -> Index:
    index: defaultdict[str, tuple[Person, ...]] = defaultdict(tuple)
    for key, person in pairs:
        index[key] += (person,)
    return dict(index)


def _names_of(person: Person) -> tuple[str, ...]:
    given, family = name_key(person.given_name), name_key(person.family_name)
    return (f"{given} {family}", f"{family}, {given}") if given and family else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Where a device's person is looked for.

    Attributes:
        own: the persons of the device's own school; None while that school has not been read, or there is none.
        elsewhere: persons of the other schools that were read, by full mail address.
        former: persons of the own school who are gone and still known; asked where nobody who is there was found.
        former_elsewhere: the same at the other schools, by full mail address.
        unread: the other schools whose persons are not known.
    """

    own: PersonIndex | None
    elsewhere: Index = field(default_factory=dict)
    former: PersonIndex | None = None
    former_elsewhere: Index = field(default_factory=dict)
    unread: tuple[School, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way to find a person of the device's own school.

    Attributes:
        name: as settings call it; stored with the assignment that it found.
        keys: what it takes from the user fields of a device of the school.
        index: where it looks that up.
        identifies: it reads an identifier; the others are asked only where no identifier found anybody.
        elsewhere: it reads full mail addresses, by which persons of other schools are found too.
    """

    name: str
    keys: Callable[[UserFields, School], tuple[str, ...]]
    index: Callable[[PersonIndex], Index]
    identifies: bool = True
    elsewhere: bool = False


def _logins(user: UserFields, _: School) -> tuple[str, ...]:
    return login_keys(user)


def _mails(user: UserFields, _: School) -> tuple[str, ...]:
    return mail_keys(user)


def _logins_without_suffix(user: UserFields, school: School) -> tuple[str, ...]:
    return tuple(
        login.removesuffix(suffix)
        for login in login_keys(user)
        for suffix in map(lookup_key, school.login_suffixes)
        if login.endswith(suffix)
    )


def _names(user: UserFields, school: School) -> tuple[str, ...]:
    written = [key for key in (name_key(user.username), name_key(user.real_name)) if key]
    bare = [without_suffix(name, suffix) for name in written for suffix in school.name_suffixes]
    return tuple(dict.fromkeys(written + bare))


STEPS = (
    Step(name="login", keys=_logins, index=lambda persons: persons.by_login),
    Step(name="mail", keys=_mails, index=lambda persons: persons.by_mail, elsewhere=True),
    Step(name="login-suffix", keys=_logins_without_suffix, index=lambda persons: persons.by_login),
    Step(name="name", keys=_names, index=lambda persons: persons.by_name, identifies=False),
)
"""All steps, in the order in which they are asked unless settings say otherwise."""

STEP_BY_NAME: Mapping[str, Step] = {step.name: step for step in STEPS}
"""The steps by the names that settings use."""

ELSEWHERE = "mail-elsewhere"
"""Name of the step that finds a person of another school."""


def match(device: Device, candidates: Candidates, steps: Sequence[Step] = STEPS) -> Assignment:
    """What the user fields of a device come to."""
    user, own = device.user, candidates.own
    if user is None:
        return _undecided("the record came without its user fields")
    if user.empty:
        return Assignment(state=AssignmentState.NONE)
    if own is None:
        return _undecided("the school of the device's site has not been read")
    hits = _at_own_school(user, own, [step for step in steps if step.identifies])
    mails = mail_keys(user) if any(step.elsewhere for step in steps) else ()
    hits = hits or _elsewhere(mails, candidates.elsewhere)
    if hits:
        return _one_of(hits)
    if any(school.could_hold(mail) for school in candidates.unread for mail in mails):
        return _undecided("a school that could hold the address has not been read")
    former = _among_former(user, candidates, steps, mails)
    hits = _at_own_school(user, own, [step for step in steps if not step.identifies])
    hits = _without_namesakes(hits, former) or former
    return _one_of(hits) if hits else _nobody(user, own, steps)


Hits = dict[tuple[str, str], tuple[str, Person]]


def _at_own_school(user: UserFields, own: PersonIndex, steps: Iterable[Step]) -> Hits:
    hits: Hits = {}
    for step in steps:
        for key in step.keys(user, own.school):
            _collect(hits, step.name, step.index(own).get(key, ()))
    return hits


def _elsewhere(mails: Iterable[str], index: Index) -> Hits:
    hits: Hits = {}
    for mail in mails:
        _collect(hits, ELSEWHERE, index.get(mail, ()))
    return hits


def _among_former(user: UserFields, candidates: Candidates, steps: Sequence[Step], mails: Iterable[str]) -> Hits:
    """Whoever is there comes first: a login that was given out again names its new owner."""
    former = candidates.former
    if former is None:
        return {}
    hits = _at_own_school(user, former, [step for step in steps if step.identifies])
    hits = hits or _elsewhere(mails, candidates.former_elsewhere)
    return hits or _at_own_school(user, former, [step for step in steps if not step.identifies])


def _without_namesakes(hits: Hits, former: Hits) -> Hits:
    """Who was found by a name alone, but for those whose name somebody gone had whom an identifier of the school found.

    Somebody gone from another school is no namesake: the same name here is most likely the account that they have now.
    """
    identified = (person for step, person in former.values() if step != ELSEWHERE and STEP_BY_NAME[step].identifies)
    names = {name for person in identified for name in _names_of(person)}
    return {key: hit for key, hit in hits.items() if names.isdisjoint(_names_of(hit[1]))}


def _collect(hits: Hits, step: str, persons: Iterable[Person]) -> None:
    for person in persons:
        hits.setdefault((person.school, person.uuid), (step, person))


def _one_of(hits: Hits) -> Assignment:
    if len(hits) > 1:
        return Assignment(state=AssignmentState.AMBIGUOUS)
    ((step, person),) = hits.values()
    return Assignment(state=AssignmentState.MATCHED, step=step, person=person)


def _nobody(user: UserFields, own: PersonIndex, steps: Iterable[Step]) -> Assignment:
    if not any(step.keys(user, own.school) for step in steps):
        return _undecided("the record names a person in no way that the matching steps look up")
    return Assignment(state=AssignmentState.UNMATCHED, near=_near(user, own))


def _near(user: UserFields, own: PersonIndex) -> Person | None:
    """The person of the own school whose login is nearest to what stands there for one."""
    locals_of_mails = (mail.rpartition("@")[0] for mail in mail_keys(user))
    written = (*login_keys(user), *_logins_without_suffix(user, own.school), *locals_of_mails)
    login = nearest(dict.fromkeys(written), own.by_login)
    persons = own.by_login[login] if login else ()
    return persons[0] if len(persons) == 1 else None


def _undecided(reason: str) -> Assignment:
    return Assignment(state=AssignmentState.UNDECIDED, reason=reason)
