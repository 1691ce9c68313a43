import unicodedata

import pytest

from mdm_sync.core.matching import (
    STEP_BY_NAME,
    STEPS,
    Candidates,
    PersonIndex,
    login_keys,
    mail_keys,
    match,
    person_mail_keys,
)
from mdm_sync.core.model import Assignment, AssignmentState, DeviceKind, Person, School, UserFields
from tests.replacing import replace
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
    state=AssignmentState.UNDECIDED, reason="the record names a person in no way that the matching steps look up"
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
        pytest.param(user("emil.koenig"), id="a login of another school only"),
        pytest.param(user("niemand", "auch.niemand@nord.example"), id="neither login nor address is known"),
        pytest.param(user("niemand", real_name="Max Mustermann"), id="neither login nor name is known"),
        pytest.param(user(real_name="max.mueller"), id="a login as display name"),
        pytest.param(user(real_name=MAX.mail), id="an address as display name"),
        pytest.param(user("Max Müller <max.mueller@nord.example>"), id="name and address in one field"),
        pytest.param(user(real_name="Müller"), id="a family name alone"),
        pytest.param(user(real_name="Müller Max"), id="family name first without a comma"),
        pytest.param(user(real_name="Emil König"), id="a name at another school"),
        pytest.param(user("x" * 10_000), id="ten thousand characters"),
        pytest.param(user("\x1b[31mmax.mueller\x1b[0m"), id="a login in escape sequences"),
        pytest.param(user("' OR 1=1 --"), id="an attempt at SQL"),
        pytest.param(user("\x00"), id="a null character"),
        pytest.param(user("{{ 7*7 }}${7*7}%s"), id="an attempt at templates"),
    ],
)
def test_who_is_nowhere_to_be_found_is_unmatched(names: UserFields) -> None:
    assert match(ipad(names), READ) == UNMATCHED


@pytest.mark.parametrize(
    ("names", "near"),
    [
        pytest.param(user("maxx.mueller"), MAX, id="a letter more"),
        pytest.param(user("max.muelle"), MAX, id="a letter less"),
        pytest.param(user("max.mueller2"), MAX, id="a figure behind it"),
        pytest.param(user("max.muller"), MAX, id="an umlaut without its e"),
        pytest.param(user("max-mueller"), MAX, id="another separator"),
        pytest.param(user("anna.gruhn"), ANNA, id="one slip of ten letters"),
        pytest.param(user("max.muellre"), MAX, id="two letters swapped"),
        pytest.param(user("ANNA.GRUNE"), ANNA, id="two letters swapped, in capitals"),
        pytest.param(user("", "max.mueller@privat.example"), MAX, id="the login at a foreign domain"),
        pytest.param(user("max.mueller@privat.example"), MAX, id="the login at a foreign domain as user name"),
        pytest.param(user("", "max.mueller@sub.nord.example"), MAX, id="the login at a subdomain"),
        pytest.param(user("", "max.muelle@nord.example"), MAX, id="a letter less, in an address"),
        pytest.param(user("max.muelle", "max.muelle@nord.example"), MAX, id="the same slip in both fields"),
    ],
)
def test_who_is_not_found_may_be_meant_by_the_nearest_login(names: UserFields, near: Person) -> None:
    assert match(ipad(names), READ) == replace(UNMATCHED, near=near)


@pytest.mark.parametrize(
    ("names", "own"),
    [
        pytest.param(user("mar.muehler"), (MAX,), id="two slips of eleven letters"),
        pytest.param(user("kim"), (person("tim"),), id="one slip of three letters"),
        pytest.param(user("max.muell"), (MAX,), id="the beginning of a login"),
        pytest.param(user("", "max.mueller@nord@privat.example"), (MAX,), id="a login and more before the last at"),
        pytest.param(user("lena.mai1"), (person("lena.mai2"), person("lena.mai3")), id="two logins equally near"),
        pytest.param(
            user("lena.mailer"),
            (person("lena.maier"), person("LENA.MAIER", uuid="other")),
            id="one login of two persons",
        ),
        pytest.param(
            user("lena.maier1", "tim.strauss@privat.example"),
            (person("lena.maier"), person("tim.straussy"), person("lena.maier2"), person("tim.strauss1")),
            id="as near to several",
        ),
        pytest.param(user("emil.koenige"), (MAX,), id="a login near one of another school"),
    ],
)
def test_nobody_is_meant_who_is_not_clearly_nearest(names: UserFields, own: tuple[Person, ...]) -> None:
    assert match(ipad(names), among(*own, elsewhere=(EMIL_SUED,))) == UNMATCHED


@pytest.mark.parametrize(("login", "written", "is_near"), [("tim.ott", "tim.oth", True), ("tim.om", "tim.on", False)])
def test_one_slip_in_seven_letters_is_near_and_in_six_is_not(login: str, written: str, *, is_near: bool) -> None:
    assert (match(ipad(user(written)), among(person(login))).near is not None) is is_near


def test_the_nearer_of_two_logins_is_meant() -> None:
    nearer = person("lena.maiers")

    assert match(ipad(user("lena.maiersx")), among(person("lena.maier"), nearer)) == replace(UNMATCHED, near=nearer)


def test_a_login_without_the_school_s_suffix_may_be_near() -> None:
    own = among(MAX, school=SUFFIXED)

    assert match(ipad(user("max.muelle-rsk")), own) == replace(UNMATCHED, near=MAX)


def test_an_account_without_address_is_not_found_by_an_empty_address() -> None:
    assert match(ipad(user("niemand")), among(WITHOUT_MAIL, elsewhere=(WITHOUT_MAIL,))) == UNMATCHED


SUFFIXED = replace(
    NORD,
    mail_domains=("nord.example", "appleid.Nord.example"),
    login_suffixes=("-RSK", "-rskl"),
    name_suffixes=(" RSK", " RSKL", "(neu)"),
)
JOSE = person("jose.oezdemir", name=("José", "Özdemir"))
DILARA = person("dilara.yildiz", name=("Dilara", "Y\u0131ld\u0131z"))
ILKE = person("ilke.sahin", name=("\u0130lke", "Şahin"))
MURSK = person("kai.mursk", name=("Kai", "Mursk"))
WOLKENSTEIN = person("m.wolkenstein", name=("Maximiliane-Charlotte", "Freifrau von Wolkenstein"))


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("max.mueller@appleid.nord.example"), id="as user name"),
        pytest.param(user("", "Max.Müller@AppleID.nord.example"), id="as address in another spelling"),
    ],
)
def test_the_login_at_any_domain_of_the_school_finds_the_person(names: UserFields) -> None:
    renamed = replace(MAX, mail="m.mueller@nord.example")

    assert match(ipad(names), among(renamed, ANNA, school=SUFFIXED)) == matched("mail", renamed)


def test_the_login_at_a_domain_of_another_school_finds_the_person_there() -> None:
    renamed = replace(EMIL_SUED, mail="e.koenig@sued.example")

    assert match(ipad(user("emil.koenig@sued.example")), among(MAX, elsewhere=(renamed,))) == matched(
        "mail-elsewhere", renamed
    )


@pytest.mark.parametrize(
    "written", ["max.mueller-rsk", "MAX.MÜLLER-RSK", "max.mueller-rskl", pytest.param(" max.müller-Rsk ", id="blanks")]
)
def test_a_login_with_the_school_s_suffix_finds_the_person(written: str) -> None:
    assert match(ipad(user(written)), among(MAX, ANNA, school=SUFFIXED)) == matched("login-suffix", MAX)


@pytest.mark.parametrize(
    "written", ["max.mueller-gsk", "max.muellerrsk", "rsk-max.mueller", "-rsk", "max.mueller-rsk-rsk"]
)
def test_a_login_with_another_ending_finds_nobody(written: str) -> None:
    assert match(ipad(user(written)), among(MAX, school=SUFFIXED)).state is AssignmentState.UNMATCHED


def test_a_suffix_of_another_school_is_none_here() -> None:
    assert match(ipad(user("max.mueller-rsk")), among(MAX)).state is AssignmentState.UNMATCHED


def test_a_login_that_can_be_read_with_and_without_suffix_is_ambiguous() -> None:
    own = among(person("lea"), person("lea-rsk"), school=SUFFIXED)

    assert match(ipad(user("lea-rsk")), own) == AMBIGUOUS


@pytest.mark.parametrize(
    ("names", "who"),
    [
        pytest.param(user("Max Müller"), MAX, id="First Last as user name"),
        pytest.param(user(real_name="Max Müller"), MAX, id="First Last as real name"),
        pytest.param(user("Müller, Max"), MAX, id="Last, First as user name"),
        pytest.param(user(real_name="Müller, Max"), MAX, id="Last, First as real name"),
        pytest.param(user(real_name="MUELLER, MAX"), MAX, id="umlaut spelt out, in capitals"),
        pytest.param(user(real_name=decomposed("Müller, Max")), MAX, id="a decomposed umlaut"),
        pytest.param(user(real_name="Müller,Max"), MAX, id="no blank behind the comma"),
        pytest.param(user(real_name=" Müller ,  Max "), MAX, id="blanks around the comma"),
        pytest.param(user("Max\u00a0 Müller"), MAX, id="a no-break space and a blank"),
        pytest.param(user("Max\tMüller"), MAX, id="a tab"),
        pytest.param(user("José Özdemir"), JOSE, id="accents on both sides"),
        pytest.param(user("Jose Oezdemir"), JOSE, id="accents in the account alone"),
        pytest.param(user("Dilara Yildiz"), DILARA, id="a dotless i in the account alone"),
        pytest.param(user("ilke sahin"), ILKE, id="a dotted capital I in the account alone"),
        pytest.param(user("\u0130LKE ŞAH\u0130N"), ILKE, id="dotted capitals"),
        pytest.param(user("Max Müller RSK"), MAX, id="with the suffix of pupils"),
        pytest.param(user("max mueller rskl"), MAX, id="with the suffix of teachers, in small letters"),
        pytest.param(user(real_name="Müller, Max RSK"), MAX, id="turned, with the suffix"),
        pytest.param(user("Max Müller (neu)"), MAX, id="with a suffix that is no word, behind a blank"),
        pytest.param(user("Max Müller(neu)"), MAX, id="with a suffix that is no word"),
        pytest.param(user("Kai Mursk"), MURSK, id="a name that ends like the suffix"),
        pytest.param(user("Kai Mursk RSK"), MURSK, id="such a name with the suffix"),
        pytest.param(user("Maximiliane-Charlotte Freifrau von Wolkenstein"), WOLKENSTEIN, id="a long name"),
        pytest.param(user("niemand", real_name="Max Müller"), MAX, id="beside a login that nobody has"),
        pytest.param(user("Max Müller", "niemand@nord.example"), MAX, id="beside an address that nobody has"),
        pytest.param(user("Max Müller", real_name="Müller, Max"), MAX, id="in both fields"),
    ],
)
def test_a_name_that_one_person_of_the_own_school_has_finds_the_person(names: UserFields, who: Person) -> None:
    own = among(MAX, ANNA, JOSE, DILARA, ILKE, MURSK, WOLKENSTEIN, elsewhere=(EMIL_SUED,), school=SUFFIXED)

    assert match(ipad(names), own) == matched("name", who)


@pytest.mark.parametrize(
    "names",
    [
        pytest.param(user("anna.gruen", real_name="Max Müller"), id="a login"),
        pytest.param(user("Max Müller", ANNA.mail), id="an address"),
        pytest.param(user("anna.gruen-rsk", real_name="Max Müller"), id="a login with suffix"),
    ],
)
def test_a_name_is_not_asked_where_an_identifier_found_somebody(names: UserFields) -> None:
    assert match(ipad(names), among(MAX, ANNA, school=SUFFIXED)).person == ANNA


def test_an_address_of_another_school_counts_more_than_a_name_of_the_own_one() -> None:
    assert match(ipad(user(EMIL_SUED.mail, real_name="Max Müller")), READ) == matched("mail-elsewhere", EMIL_SUED)


def test_a_name_beside_an_address_that_an_unread_school_could_hold_is_undecided() -> None:
    names = user("niemand@sued.example", real_name="Max Müller")

    assert match(ipad(names), among(MAX, unread=(SUED,))) == OTHER_UNREAD


def test_a_name_that_two_persons_of_the_school_have_is_ambiguous() -> None:
    twin = person("max.mueller1", name=("Max", "Mueller"))

    assert match(ipad(user("Max Müller")), among(MAX, twin)) == AMBIGUOUS


def test_two_names_of_two_persons_are_ambiguous() -> None:
    assert match(ipad(user("Max Müller", real_name="Grün, Anna")), READ) == AMBIGUOUS


def test_a_login_tells_two_persons_of_one_name_apart() -> None:
    twin = person("max.mueller1", name=("Max", "Müller"))

    assert match(ipad(user("max.mueller1", real_name="Müller, Max")), among(MAX, twin)) == matched("login", twin)


@pytest.mark.parametrize("name", [("", "Müller"), ("Müller", ""), ("", "")])
def test_an_account_with_one_name_alone_is_not_found_by_it(name: tuple[str, str]) -> None:
    own = among(person("m", name=name))

    assert [match(ipad(user(real_name=written)), own) for written in ("Müller", "Müller,", ", Müller")] == [
        UNMATCHED
    ] * 3


def test_max_mueller_at_three_schools_is_the_one_of_the_device_s_school() -> None:
    at_west = person("max.mueller", school=WEST, mail="max.mueller@west.example")

    assert match(ipad(user("max.mueller")), among(MAX, elsewhere=(MAX_SUED, at_west))) == matched("login", MAX)


def test_a_person_who_left_is_still_found() -> None:
    left = replace(MAX, leaver=True)

    assert match(ipad(user("max.mueller")), among(left)) == matched("login", left)


class TestPersonsWhoAreGone:
    MAX_GONE = replace(MAX, gone=True)
    TWIN_GONE = replace(person("max.mueller1", name=("Max", "Müller")), gone=True)
    EMIL_GONE = replace(EMIL_SUED, gone=True)
    HEIR = person("max.mueller", uuid="uuid-heir")
    NAMESAKE = person("max.mueller2", name=("Max", "Müller"))

    @pytest.mark.parametrize(
        ("names", "step"),
        [
            pytest.param(user("max.mueller"), "login", id="login"),
            pytest.param(user("", "max.mueller@nord.example"), "mail", id="address"),
            pytest.param(user("max.mueller-rsk"), "login-suffix", id="login with suffix"),
            pytest.param(user(real_name="Müller, Max"), "name", id="name"),
            pytest.param(user("niemand", real_name="Max Müller"), "name", id="name beside a login that nobody had"),
        ],
    )
    def test_they_are_found_as_those_who_are_there(self, names: UserFields, step: str) -> None:
        own = among(ANNA, former=(self.MAX_GONE,), school=SUFFIXED)

        assert match(ipad(names), own) == matched(step, self.MAX_GONE)

    @pytest.mark.parametrize(
        "names",
        [
            pytest.param(user("", "emil.koenig@sued.example"), id="as address"),
            pytest.param(user("Emil.König@sued.example"), id="as user name in another spelling"),
        ],
    )
    def test_those_of_another_school_are_found_by_the_full_address(self, names: UserFields) -> None:
        own = among(MAX, former_elsewhere=(self.EMIL_GONE,))

        assert match(ipad(names), own) == matched("mail-elsewhere", self.EMIL_GONE)

    @pytest.mark.parametrize(
        "names",
        [
            pytest.param(user("emil.koenig"), id="a login"),
            pytest.param(user(real_name="Emil König"), id="a name"),
            pytest.param(user("", "emil.koenig@nord.example"), id="a login at a domain of the own school"),
        ],
    )
    def test_those_of_another_school_are_found_by_nothing_less(self, names: UserFields) -> None:
        assert match(ipad(names), among(MAX, former_elsewhere=(self.EMIL_GONE,))) == UNMATCHED

    def test_a_login_that_was_given_out_again_names_its_new_owner(self) -> None:
        own = among(self.HEIR, former=(self.MAX_GONE,))

        assert match(ipad(user("max.mueller")), own) == matched("login", self.HEIR)

    @pytest.mark.parametrize(
        ("names", "there"),
        [
            pytest.param(user("max.mueller", EMIL_SUED.mail), matched("mail-elsewhere", EMIL_SUED), id="elsewhere"),
            pytest.param(user("max.mueller", real_name="Anna Grün"), matched("name", ANNA), id="found by name alone"),
        ],
    )
    def test_whoever_is_there_comes_first(self, names: UserFields, there: Assignment) -> None:
        assert match(ipad(names), among(ANNA, elsewhere=(EMIL_SUED,), former=(self.MAX_GONE,))) == there

    @pytest.mark.parametrize(
        ("names", "found"),
        [
            pytest.param(user("max.mueller", real_name="Müller, Max"), matched("login", MAX_GONE), id="a login"),
            pytest.param(user("Max Müller", MAX.mail), matched("mail", MAX_GONE), id="an address"),
            pytest.param(user(real_name="Max Müller"), matched("name", NAMESAKE), id="the name alone"),
        ],
    )
    def test_a_namesake_who_is_there_is_not_meant_where_an_identifier_says_who_is(
        self, names: UserFields, found: Assignment
    ) -> None:
        assert match(ipad(names), among(self.NAMESAKE, ANNA, former=(self.MAX_GONE,))) == found

    def test_the_name_of_somebody_gone_from_another_school_is_of_who_came_here_from_there(self) -> None:
        here = person("emil.koenig3", name=("Emil", "König"))
        own = among(here, former_elsewhere=(self.EMIL_GONE,))

        assert match(ipad(user("", EMIL_SUED.mail, real_name="Emil König")), own) == matched("name", here)

    def test_whoever_was_at_the_own_school_comes_before_those_of_another(self) -> None:
        own = among(former=(self.MAX_GONE,), former_elsewhere=(self.EMIL_GONE,))

        assert match(ipad(user("max.mueller", EMIL_SUED.mail)), own) == matched("login", self.MAX_GONE)

    @pytest.mark.parametrize(
        ("names", "found"),
        [
            pytest.param(user("max.mueller", real_name="Max Müller"), matched("login", MAX_GONE), id="a login"),
            pytest.param(user("Max Müller", "max.mueller1@nord.example"), matched("mail", TWIN_GONE), id="an address"),
            pytest.param(
                user(EMIL_SUED.mail, real_name="Max Müller"),
                matched("mail-elsewhere", EMIL_GONE),
                id="an address of another school",
            ),
        ],
    )
    def test_a_name_is_not_asked_where_an_identifier_found_one_of_them(
        self, names: UserFields, found: Assignment
    ) -> None:
        own = among(ANNA, former=(self.MAX_GONE, self.TWIN_GONE), former_elsewhere=(self.EMIL_GONE,))

        assert match(ipad(names), own) == found

    @pytest.mark.parametrize(
        "names",
        [
            pytest.param(user("max.mueller", "max.mueller1@nord.example"), id="login of one, address of the other"),
            pytest.param(user(real_name="Max Müller"), id="a name that both had"),
        ],
    )
    def test_fields_that_fit_two_of_them_are_ambiguous(self, names: UserFields) -> None:
        assert match(ipad(names), among(former=(self.MAX_GONE, self.TWIN_GONE))) == AMBIGUOUS

    def test_an_address_that_an_unread_school_could_hold_waits_for_that_school(self) -> None:
        own = among(former_elsewhere=(self.EMIL_GONE,), unread=(SUED,))

        assert match(ipad(user("", EMIL_SUED.mail)), own) == OTHER_UNREAD

    def test_a_step_that_is_left_out_finds_none_of_them(self) -> None:
        own = among(former=(self.MAX_GONE,), former_elsewhere=(self.EMIL_GONE,))
        without = [step for step in STEPS if step.name != "mail"]

        assert match(ipad(user("niemand", MAX.mail)), own, without) == UNMATCHED
        assert match(ipad(user("niemand", EMIL_SUED.mail)), own, without) == UNMATCHED

    def test_none_of_them_is_meant_by_a_login_that_is_nearly_theirs(self) -> None:
        assert match(ipad(user("maxx.mueller")), among(ANNA, former=(self.MAX_GONE,))) == UNMATCHED


class TestChosenSteps:
    def test_by_default_all_are_asked_in_this_order(self) -> None:
        assert [step.name for step in STEPS] == ["login", "mail", "login-suffix", "name"]
        assert tuple(STEP_BY_NAME.values()) == STEPS

    def test_the_first_step_that_finds_the_person_is_told(self) -> None:
        both = user("max.mueller", MAX.mail)

        assert [match(ipad(both), READ, steps).step for steps in (STEPS[:2], STEPS[1::-1])] == ["login", "mail"]

    @pytest.mark.parametrize(
        ("names", "left"),
        [
            pytest.param(user("max.mueller"), "login", id="login"),
            pytest.param(user(MAX.mail), "mail", id="mail"),
            pytest.param(user("max.mueller-rsk"), "login-suffix", id="login with suffix"),
            pytest.param(user("Max Müller"), "name", id="name"),
        ],
    )
    def test_a_step_that_is_left_out_finds_nobody(self, names: UserFields, left: str) -> None:
        own = among(MAX, school=SUFFIXED)
        steps = [step for step in STEPS if step.name != left]

        assert match(ipad(names), own).step == left
        assert match(ipad(names), own, steps).person is None

    def test_without_the_step_for_addresses_none_is_looked_up_elsewhere(self) -> None:
        without = [step for step in STEPS if step.name != "mail"]

        assert match(ipad(user("", EMIL_SUED.mail)), READ, without) == NAME_ONLY

    def test_without_the_step_for_names_a_name_alone_is_undecided(self) -> None:
        assert match(ipad(user(real_name="Max Müller")), READ, STEPS[:3]) == NAME_ONLY

    def test_a_step_that_stands_first_is_still_asked_last_where_it_reads_no_identifier(self) -> None:
        names = user("anna.gruen", real_name="Max Müller")

        assert match(ipad(names), READ, STEPS[::-1]) == matched("login", ANNA)


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


@pytest.mark.parametrize("email", ["max.mueller", "max.mueller@", "@nord.example", "max mueller@nord.example"])
def test_an_address_that_is_none_and_nothing_else_is_undecided(email: str) -> None:
    assert match(ipad(user("", email)), READ) == NAME_ONLY


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
    assert match(ipad(user("", EMIL_SUED.mail)), Candidates(own=PersonIndex.of((), NORD))) == UNMATCHED


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
    first = person("Max", mail="A@x.example", name=("Max", "Groß"))
    second, third = person("mäx", mail="a@X.example"), person("MAX", mail="")
    index = PersonIndex.of([first, second, third], NORD)

    assert index.by_login == {"max": (first, third), "maex": (second,)}
    assert index.by_mail == {
        "a@x.example": (first, second),
        "max@nord.example": (first, third),
        "maex@nord.example": (second,),
    }
    assert index.by_name == {"max gross": (first,), "gross, max": (first,)}


@pytest.mark.parametrize(
    ("who", "domains", "addresses"),
    [
        pytest.param(MAX, (), ("max.mueller@nord.example",), id="no domain"),
        pytest.param(MAX, ("nord.example",), ("max.mueller@nord.example",), id="each address once"),
        pytest.param(
            person("Jörg", mail="J@Nord.example"),
            ("NORD.example", "a.example"),
            ("j@nord.example", "joerg@nord.example", "joerg@a.example"),
            id="the own one first",
        ),
        pytest.param(WITHOUT_MAIL, (), (), id="none"),
    ],
)
def test_the_addresses_that_name_a_person(who: Person, domains: tuple[str, ...], addresses: tuple[str, ...]) -> None:
    assert person_mail_keys(who, domains) == addresses
