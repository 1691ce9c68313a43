import unicodedata

import pytest

from mdm_sync.core.matching import Candidates, PersonIndex, login_keys, mail_keys, match
from mdm_sync.core.model import Assignment, AssignmentState, DeviceKind, Person, School, UserFields
from mdm_sync.core.spelling import lookup_key
from tests.unit.core.given import (
    ANNA,
    EMIL_SUED,
    MAX,
    MAX_SUED,
    NOBODY,
    NORD,
    READ,
    SUED,
    TEACHER,
    TEACHER_SUED,
    WEST,
    among,
    ipad,
    own_school_unread,
    person,
    user,
)

NONE = Assignment(state=AssignmentState.NONE)
UNMATCHED = Assignment(state=AssignmentState.UNMATCHED)
AMBIGUOUS = Assignment(state=AssignmentState.AMBIGUOUS)
NO_FIELDS = Assignment(state=AssignmentState.UNDECIDED, reason="the record came without its user fields")
OWN_UNREAD = Assignment(state=AssignmentState.UNDECIDED, reason="the school of the device's site has not been read")
NAME_ONLY = Assignment(
    state=AssignmentState.UNDECIDED, reason="the record names a person by display name alone, which no step looks up"
)
OTHER_UNREAD = Assignment(
    state=AssignmentState.UNDECIDED, reason="a school that could hold the address has not been read"
)

STRAUSS = person("tim.strauss")
UMLAUT_ACCOUNT = person("jörg.groß", mail="jörg.groß@nord.example")
WITHOUT_MAIL = person("ohne.adresse", mail="")
WEST_LEHRER = person("l.braun", school=WEST, mail="l.braun@west.example")


def matched(step: str, who: Person) -> Assignment:
    return Assignment(state=AssignmentState.MATCHED, step=step, person=who)


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("names", "who"),
    [
        pytest.param(user("max.mueller"), MAX, id="as the account is written"),
        pytest.param(user("Max.Mueller"), MAX, id="in other letter case"),
        pytest.param(user("  max.mueller "), MAX, id="with blanks around it"),
        pytest.param(user("\tmax.mueller\n"), MAX, id="with a tab and a line end around it"),
        pytest.param(user("\u00a0max.mueller\u00a0"), MAX, id="with no-break spaces around it"),
        pytest.param(user("max.müller"), MAX, id="with the umlaut that the account spells out"),
        pytest.param(user("MAX.MÜLLER"), MAX, id="with a capital umlaut"),
        pytest.param(user(decomposed("max.müller")), MAX, id="with a decomposed umlaut"),
        pytest.param(user("tim.strauß"), STRAUSS, id="with a sharp s that the account spells out"),
        pytest.param(user("TIM.STRAUẞ"), STRAUSS, id="with a capital sharp s"),
        pytest.param(user("joerg.gross"), UMLAUT_ACCOUNT, id="spelt out while the account has the umlaut"),
        pytest.param(user("jörg.groß"), UMLAUT_ACCOUNT, id="umlaut on both sides"),
        pytest.param(user("ohne.adresse"), WITHOUT_MAIL, id="of an account without an address"),
        pytest.param(user("max.mueller", real_name="Anna Grün"), MAX, id="beside the display name of another"),
        pytest.param(user("max.mueller", "max.mueller@nord.example"), MAX, id="together with the own address"),
        pytest.param(user("max.mueller", "niemand@nord.example"), MAX, id="beside an address that nobody has"),
        pytest.param(user("max.mueller", "emil.koenig@sued.example"), MAX, id="beside an address of another school"),
    ],
)
def test_a_login_finds_the_person_of_the_own_school(names: UserFields, who: Person) -> None:
    own = among(MAX, ANNA, STRAUSS, UMLAUT_ACCOUNT, WITHOUT_MAIL, elsewhere=(EMIL_SUED,))

    assert match(ipad(names), own) == matched("login", who)


@pytest.mark.parametrize(
    ("names", "who"),
    [
        pytest.param(user("", "max.mueller@nord.example"), MAX, id="as address"),
        pytest.param(user("max.mueller@nord.example"), MAX, id="as user name"),
        pytest.param(user("max.mueller@nord.example", "max.mueller@nord.example"), MAX, id="as both"),
        pytest.param(user("", "Max.Mueller@NORD.example"), MAX, id="in other letter case"),
        pytest.param(user("", " max.mueller@nord.example "), MAX, id="with blanks around it"),
        pytest.param(user("", "max.müller@nord.example"), MAX, id="with the umlaut that the account spells out"),
        pytest.param(user("", "joerg.gross@nord.example"), UMLAUT_ACCOUNT, id="spelt out, umlaut in the account"),
        pytest.param(user("Max Müller", "max.mueller@nord.example"), MAX, id="beside a display name as user name"),
        pytest.param(user("m.mueller.alt", "max.mueller@nord.example"), MAX, id="beside a login that nobody has"),
        pytest.param(user("niemand@nord.example", "max.mueller@nord.example"), MAX, id="beside an unknown address"),
    ],
)
def test_a_full_address_finds_the_person_of_the_own_school(names: UserFields, who: Person) -> None:
    assert match(ipad(names), among(MAX, ANNA, UMLAUT_ACCOUNT)) == matched("mail", who)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("", "emil.koenig@sued.example"), id="as address"),
        pytest.param(user("emil.koenig@sued.example"), id="as user name"),
        pytest.param(user("", "Emil.König@Sued.Example"), id="in other letter case and with an umlaut"),
        pytest.param(user("niemand", "emil.koenig@sued.example"), id="beside a login that nobody has"),
    ],
)
def test_a_full_address_finds_the_person_of_another_school(names: UserFields) -> None:
    assert match(ipad(names), READ) == matched("mail-elsewhere", EMIL_SUED)


def test_an_address_found_at_a_school_that_was_read_needs_no_other_school() -> None:
    candidates = among(MAX, elsewhere=(EMIL_SUED,), unread=(WEST,))

    assert match(ipad(user("", "emil.koenig@sued.example")), candidates) == matched("mail-elsewhere", EMIL_SUED)


def test_the_same_login_at_two_schools_is_the_own_school_s_person() -> None:
    assert match(ipad(user("max.mueller")), among(MAX, elsewhere=(MAX_SUED,))) == matched("login", MAX)


def test_a_teacher_with_accounts_at_two_schools_is_the_own_school_s_by_login() -> None:
    assert match(ipad(user("t.weiss")), READ) == matched("login", TEACHER)


def test_a_teacher_with_accounts_at_two_schools_is_the_own_school_s_even_beside_the_other_address() -> None:
    assert match(ipad(user("t.weiss", TEACHER_SUED.mail)), READ) == matched("login", TEACHER)


def test_an_address_that_both_schools_know_is_the_own_school_s_person() -> None:
    here = person("t.weiss", mail="tanja.weiss@sued.example")

    assert match(ipad(user("", "tanja.weiss@sued.example")), among(here, elsewhere=(TEACHER_SUED,))) == matched(
        "mail", here
    )


def test_a_match_at_the_own_school_waits_for_no_other_school() -> None:
    assert match(ipad(user("", MAX.mail)), among(MAX, unread=(SUED, WEST))) == matched("mail", MAX)


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(user("max.mueller", ANNA.mail), READ, id="login of one, address of the other"),
        pytest.param(user(MAX.mail, ANNA.mail), READ, id="two addresses of two persons"),
        pytest.param(
            user("", "eltern@nord.example"),
            among(person("a", mail="eltern@nord.example"), person("b", mail="eltern@nord.example")),
            id="one address that two accounts share",
        ),
        pytest.param(
            user("max.mueller"), among(MAX, person("max.müller")), id="two logins that differ by the umlaut's spelling"
        ),
        pytest.param(
            user("hofmann"),
            among(person("hofmann"), person("HOFMANN", uuid="other")),
            id="two logins that differ by letter case",
        ),
        pytest.param(
            user("", "info@verbund.example"),
            among(
                elsewhere=(
                    person("info", school=SUED, mail="info@verbund.example"),
                    person("info", school=WEST, mail="info@verbund.example"),
                )
            ),
            id="one address and one uuid at two other schools",
        ),
        pytest.param(
            user("emil.koenig@sued.example", "l.braun@west.example"),
            among(elsewhere=(EMIL_SUED, WEST_LEHRER)),
            id="two addresses of two other schools",
        ),
    ],
)
def test_fields_that_fit_two_persons_are_ambiguous(names: UserFields, candidates: Candidates) -> None:
    assert match(ipad(names), candidates) == AMBIGUOUS


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("maxx.mueller"), id="a misspelt login"),
        pytest.param(user("max.muelle"), id="the beginning of a login"),
        pytest.param(user("max.mueller2"), id="a login and a figure"),
        pytest.param(user("max.muller"), id="an umlaut without its e"),
        pytest.param(user("max-mueller"), id="another separator"),
        pytest.param(user("emil.koenig"), id="a login of another school only"),
        pytest.param(user("", "max.mueller@privat.example"), id="an own login at a foreign domain as address"),
        pytest.param(user("max.mueller@privat.example"), id="an own login at a foreign domain as user name"),
        pytest.param(user("", "max.mueller@sub.nord.example"), id="an own login at a subdomain"),
        pytest.param(user("niemand", "auch.niemand@nord.example"), id="neither login nor address is known"),
        pytest.param(user("Max Müller", "niemand@nord.example"), id="display name as user name, unknown address"),
        pytest.param(user("niemand", real_name="Max Müller"), id="unknown login beside a known display name"),
    ],
)
def test_who_is_nowhere_to_be_found_is_unmatched(names: UserFields) -> None:
    assert match(ipad(names), READ) == UNMATCHED


def test_an_account_without_address_is_not_found_by_an_empty_address() -> None:
    assert match(ipad(user("niemand")), among(WITHOUT_MAIL, elsewhere=(WITHOUT_MAIL,))) == UNMATCHED


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(NOBODY, id="empty"),
        pytest.param(user("  ", "\t", real_name="\n"), id="white space only"),
    ],
)
@pytest.mark.parametrize(
    "candidates",
    [
        pytest.param(READ, id="all schools read"),
        pytest.param(own_school_unread(EMIL_SUED), id="own school unread"),
        pytest.param(among(MAX, unread=(SUED, WEST)), id="other schools unread"),
    ],
)
def test_a_record_that_names_nobody_has_no_person(names: UserFields, candidates: Candidates) -> None:
    assert match(ipad(names), candidates) == NONE


def test_a_record_without_user_fields_is_undecided() -> None:
    assert match(ipad(None), READ) == NO_FIELDS


def test_a_record_without_user_fields_is_undecided_for_that_reason_even_while_the_own_school_is_unread() -> None:
    assert match(ipad(None), own_school_unread()) == NO_FIELDS


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller"), id="login"),
        pytest.param(user("", MAX.mail), id="own address"),
        pytest.param(user("", EMIL_SUED.mail), id="address of a school that was read"),
        pytest.param(user(real_name="Max Müller"), id="display name"),
    ],
)
def test_nothing_is_decided_while_the_own_school_is_unread(names: UserFields) -> None:
    assert match(ipad(names), own_school_unread(EMIL_SUED)) == OWN_UNREAD


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user(real_name="Max Müller"), id="as display name"),
        pytest.param(user(real_name="max.mueller"), id="a login as display name"),
        pytest.param(user(real_name=MAX.mail), id="an address as display name"),
        pytest.param(user("Max Müller"), id="as user name"),
        pytest.param(user("Max Müller <max.mueller@nord.example>"), id="as user name, with the address in brackets"),
        pytest.param(user("", "max.mueller"), id="as an address that is none"),
        pytest.param(user("", "max.mueller@"), id="as an address without domain"),
        pytest.param(user("", "@nord.example"), id="as an address without local part"),
        pytest.param(user("", "max mueller@nord.example"), id="as an address with a blank"),
    ],
)
def test_a_person_named_in_no_way_that_is_looked_up_is_undecided(names: UserFields) -> None:
    assert match(ipad(names), READ) == NAME_ONLY


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("Max\u00a0Müller"), id="no-break space"),
        pytest.param(user("Max\tMüller"), id="tab"),
    ],
)
def test_a_display_name_as_user_name_is_one_whatever_its_white_space(names: UserFields) -> None:
    assert match(ipad(names), READ) == NAME_ONLY


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(user("", "niemand@sued.example"), among(MAX, unread=(SUED,)), id="its domain"),
        pytest.param(user("niemand@sued.example"), among(MAX, unread=(SUED,)), id="its domain, as user name"),
        pytest.param(user("", "Niemand@SUED.Example"), among(MAX, unread=(SUED,)), id="its domain in other case"),
        pytest.param(user("", "niemand@sued.example"), among(MAX, unread=(NORD, SUED)), id="the second unread one"),
        pytest.param(user("", "niemand@anderswo.example"), among(MAX, unread=(WEST,)), id="unknown domains"),
        pytest.param(
            user("niemand@nord.example", "niemand@sued.example"),
            among(MAX, unread=(SUED,)),
            id="one of two addresses",
        ),
    ],
)
def test_an_address_that_an_unread_school_could_hold_is_undecided(names: UserFields, candidates: Candidates) -> None:
    assert match(ipad(names), candidates) == OTHER_UNREAD


def test_an_address_that_an_unread_school_with_an_umlaut_domain_could_hold_is_undecided() -> None:
    unread = School(number="100004", name="Schule Größe", mail_domains=("größe.example",))

    assert match(ipad(user("", "niemand@größe.example")), among(MAX, unread=(unread,))) == OTHER_UNREAD


@pytest.mark.parametrize(
    ("names", "candidates"),
    [
        pytest.param(user("", "niemand@nord.example"), among(MAX, unread=(SUED,)), id="address of another domain"),
        pytest.param(user("", "niemand@sub.sued.example"), among(MAX, unread=(SUED,)), id="subdomain"),
        pytest.param(user("", "niemand@nichtsued.example"), among(MAX, unread=(SUED,)), id="domain with the same end"),
        pytest.param(user("", "sued.example@nord.example"), among(MAX, unread=(SUED,)), id="domain as local part"),
        pytest.param(user("niemand"), among(MAX, unread=(SUED, WEST)), id="login, which finds nobody elsewhere"),
    ],
)
def test_a_person_whom_no_unread_school_could_hold_is_unmatched(names: UserFields, candidates: Candidates) -> None:
    assert match(ipad(names), candidates) == UNMATCHED


def test_the_kind_of_device_is_no_matter() -> None:
    assert match(ipad(user("max.mueller"), kind=DeviceKind.UNKNOWN), READ) == matched("login", MAX)


def test_nobody_is_elsewhere_and_no_school_unread_unless_told() -> None:
    assert match(ipad(user("", EMIL_SUED.mail)), Candidates(own=PersonIndex())) == UNMATCHED


@pytest.mark.parametrize(
    ("written", "key"),
    [
        pytest.param("ÄÖÜ äöü", "aeoeue aeoeue", id="umlauts"),
        pytest.param("ß ẞ", "ss ss", id="sharp s"),
        pytest.param(decomposed("Öl"), "oel", id="decomposed"),
        pytest.param(" \t Max \n", "max", id="white space around"),
        pytest.param("a  b", "a  b", id="white space within stays"),
        pytest.param("", "", id="empty"),
        pytest.param("Zoé", "zoé", id="other accents stay"),
    ],
)
def test_the_form_in_which_logins_and_addresses_are_compared(written: str, key: str) -> None:
    assert lookup_key(written) == key


def test_the_form_of_comparison_stays_when_taken_twice() -> None:
    assert lookup_key(lookup_key(" MÜLLER@Straße.Example ")) == "mueller@strasse.example"


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        pytest.param(user("a@x.example", "b@y.example"), ("b@y.example", "a@x.example"), id="the address first"),
        pytest.param(user("A@x.example", "a@X.example"), ("a@x.example",), id="one address once"),
        pytest.param(user("a@b@x.example"), ("a@b@x.example",), id="the last at counts"),
        pytest.param(user("login", "kein"), (), id="no address"),
        pytest.param(user("a@x.example@"), (), id="nothing behind the last at"),
    ],
)
def test_the_addresses_among_the_user_fields(names: UserFields, keys: tuple[str, ...]) -> None:
    assert mail_keys(names) == keys


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        pytest.param(user("Max.Müller"), ("max.mueller",), id="the user name"),
        pytest.param(user("", "max.mueller"), (), id="the address field is none"),
        pytest.param(user("a@x.example"), (), id="an address is none"),
        pytest.param(user("Max Müller"), (), id="a name with a blank is none"),
        pytest.param(user("  "), (), id="white space is none"),
    ],
)
def test_the_login_among_the_user_fields(names: UserFields, keys: tuple[str, ...]) -> None:
    assert login_keys(names) == keys


def test_an_index_finds_persons_by_the_form_of_comparison() -> None:
    first, second, third = person("Max", mail="A@x.example"), person("mäx", mail="a@X.example"), person("MAX", mail="")

    assert PersonIndex.of([first, second, third]) == PersonIndex(
        by_login={"max": (first, third), "maex": (second,)}, by_mail={"a@x.example": (first, second)}
    )
