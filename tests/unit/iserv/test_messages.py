"""Messages of a directory: what comes of them is what ldap3 makes of them, and nothing where they are not whole."""

from collections.abc import Mapping, Sequence
from typing import Any

import ldap3
import pytest
from hypothesis import given
from hypothesis import strategies as some
from ldap3.utils.asn1 import decode_message_fast

from connectors.iserv.messages import BIND_RESPONSE, ENTRY, LONGEST, REFERENCE, SEARCH_DONE, Reference, Result, size
from connectors.iserv.messages import decode as ours
from mdm_sync.errors import TemporaryError

PAGES = b"1.2.840.113556.1.4.319"
Attributes = Sequence[tuple[str, Sequence[bytes]]]


def element(tag: int, *contents: bytes, octets: int = 0) -> bytes:
    """One element; its length in so many octets, where the short form is not wanted."""
    content = b"".join(contents)
    length = len(content)
    if not octets and length < 128:
        return bytes([tag, length]) + content
    octets = max(octets, (length.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | octets]) + length.to_bytes(octets, "big") + content


def message(operation: bytes, *controls: bytes, number: int = 7, octets: int = 0) -> bytes:
    behind = element(0xA0, *controls) if controls else b""
    return element(0x30, element(0x02, bytes([number])), operation, behind, octets=octets)


def entry(attributes: Attributes, name: bytes = b"cn=a,ou=users,dc=s,dc=test", octets: int = 0) -> bytes:
    return element(
        ENTRY,
        element(0x04, name, octets=octets),
        element(0x30, *(attribute(name, values, octets) for name, values in attributes), octets=octets),
        octets=octets,
    )


def attribute(name: str, values: Sequence[bytes], octets: int = 0) -> bytes:
    contents = (element(0x04, value, octets=octets) for value in values)
    return element(0x30, element(0x04, name.encode(), octets=octets), element(0x31, *contents, octets=octets))


def result(code: int, *more: bytes, operation: int = SEARCH_DONE) -> bytes:
    return element(operation, element(0x0A, bytes([code])), element(0x04, b"dc=test"), element(0x04, b"so"), *more)


def pages(cookie: bytes, *, critical: bytes = b"") -> bytes:
    value = element(0x30, element(0x02, b"\x00"), element(0x04, cookie))
    return element(0x30, element(0x04, PAGES), critical, element(0x04, value))


def by_ldap3(data: bytes) -> Mapping[str, Any]:
    connection = ldap3.Connection(ldap3.Server("directory.test", get_info=ldap3.NONE), check_names=False)
    told: Mapping[str, Any] = connection.strategy.decode_response_fast(decode_message_fast(data))
    return told


def entry_by_ldap3(data: bytes) -> Mapping[str, Sequence[bytes]]:
    return {name.lower(): values or [] for name, values in by_ldap3(data)["raw_attributes"].items()}


def whole(data: bytes) -> Any:
    """What a message says, checked to be the one with our number and to begin and end where it should."""
    assert size(data, 0) == len(data)
    number, said = ours(data, 0, len(data))
    assert number == 7
    return said


HOSTILE: Mapping[str, Attributes] = {
    "nothing at all": [],
    "plain": [("uid", [b"jule.moeller"]), ("sn", ["Möller".encode()])],
    "every byte": [("uuid", [bytes(range(256))])],
    "no UTF-8": [("sn", [b"M\xfcller", b"\xff\xfe", b"\xc3"])],
    "empty values": [("mail", [b"", b"", b"x"]), ("sn", [b""])],
    "no values": [("memberUid", [])],
    "many values": [("memberUid", [b"user.%d" % number for number in range(5000)])],
    "a huge value": [("description", [b"x" * 300_000])],
    "values at the edges of a length": [("sn", [b"x" * length for length in (127, 128, 255, 256, 65535, 65536)])],
    "options": [("cn", [b"klasse.5a"]), ("cn;lang-de", [b"Klasse"]), ("CN;Lang-EN;binary", [b"class"])],
    "capitals": [("memberUID", [b"a"]), ("GIVENNAME", [b"b"])],
    "a name twice": [("cn", [b"first"]), ("CN", [b"second"])],
    "elements within values": [("sn", [element(0x30, element(0x04, b"x"))])],
}


class TestEntry:
    @pytest.mark.parametrize("what", HOSTILE)
    @pytest.mark.parametrize("octets", [0, 1, 2, 4])
    def test_is_what_ldap3_makes_of_it(self, what: str, octets: int) -> None:
        data = message(entry(HOSTILE[what], octets=octets), octets=octets)

        assert whole(data) == entry_by_ldap3(data)

    @given(
        attributes=some.lists(
            some.tuples(some.from_regex(r"[A-Za-z][A-Za-z0-9;-]{0,12}", fullmatch=True), some.lists(some.binary())),
            max_size=6,
        ),
        octets=some.integers(0, 4),
    )
    def test_of_any_content_is_what_ldap3_makes_of_it(self, attributes: Attributes, octets: int) -> None:
        data = message(entry(attributes, octets=octets), octets=octets)

        assert whole(data) == entry_by_ldap3(data)

    def test_in_the_middle_of_other_bytes_is_the_same(self) -> None:
        data = message(entry(HOSTILE["plain"]))
        among = b"before" + data + b"after"

        assert size(among, 6) == len(data)
        assert ours(among, 6, 6 + len(data)) == ours(data, 0, len(data))

    def test_may_have_controls_behind_it(self) -> None:
        data = message(entry(HOSTILE["plain"]), element(0x30, element(0x04, b"1.2.3")))

        assert whole(data) == entry_by_ldap3(data)


class TestResult:
    @pytest.mark.parametrize("code", [0, 3, 4, 10, 32, 49, 51, 80])
    @pytest.mark.parametrize("operation", [SEARCH_DONE, BIND_RESPONSE])
    def test_tells_its_code(self, code: int, operation: int) -> None:
        data = message(result(code, operation=operation))

        assert whole(data) == Result(operation=operation, code=code)
        assert by_ldap3(data)["result"] == code

    @pytest.mark.parametrize("cookie", [b"", b"\x00", b"next", bytes(range(256))])
    def test_tells_where_the_next_page_begins(self, cookie: bytes) -> None:
        data = message(result(0), element(0x30, element(0x04, b"1.2.3")), pages(cookie, critical=b"\x01\x01\x00"))

        assert whole(data).cookie == cookie
        assert by_ldap3(data)["controls"][PAGES.decode()]["value"]["cookie"] == cookie

    def test_with_a_referral_tells_its_code(self) -> None:
        data = message(result(10, element(0xA3, element(0x04, b"ldap://elsewhere.test/dc=test"))))

        assert whole(data) == Result(operation=SEARCH_DONE, code=10)
        assert by_ldap3(data)["result"] == 10


def test_reference_is_told() -> None:
    data = message(element(REFERENCE, element(0x04, b"ldap://elsewhere.test/dc=test")))

    assert whole(data) == Reference()
    assert by_ldap3(data)["type"] == "searchResRef"


WHOLE = {
    "entry": message(entry([("uid", [b"a", b"b"]), ("sn", [b"x" * 200])])),
    "result": message(result(0), pages(b"next")),
    "referral": message(result(10, element(0xA3, element(0x04, b"ldap://elsewhere.test")))),
    "reference": message(element(REFERENCE, element(0x04, b"ldap://elsewhere.test"))),
}


class TestMessageThatIsNotWhole:
    @pytest.mark.parametrize("what", WHOLE)
    def test_is_never_taken_for_a_part(self, what: str) -> None:
        data = WHOLE[what]
        for stop in range(len(data)):
            with pytest.raises(TemporaryError, match="malformed"):
                ours(data[:stop], 0, stop)

    @pytest.mark.parametrize("what", WHOLE)
    def test_tells_its_size_only_when_that_came(self, what: str) -> None:
        data = WHOLE[what]
        came = 2 + (data[1] & 0x7F if data[1] > 0x7F else 0)

        assert [size(data[:stop], 0) for stop in range(len(data))] == [
            len(data) if stop >= came else None for stop in range(len(data))
        ]

    @given(data=some.sampled_from(sorted(WHOLE.values())), at=some.integers(0, 60), byte=some.integers(0, 255))
    def test_with_a_wrong_byte_is_read_whole_or_refused(self, data: bytes, at: int, byte: int) -> None:
        at %= len(data)
        changed = data[:at] + bytes([byte]) + data[at + 1 :]
        try:
            ours(changed, 0, len(changed))
        except TemporaryError:
            return

    @given(data=some.binary(max_size=60))
    def test_of_any_bytes_is_read_or_refused(self, data: bytes) -> None:
        try:
            size(data, 0)
            ours(data, 0, len(data))
        except TemporaryError:
            return

    @pytest.mark.parametrize(
        "data",
        [
            element(0x31, b"x"),
            b"\x30\x80" + element(0x02, b"\x07") + b"\x00\x00",
            b"\x30\x85\x00\x00\x00\x00\x01",
            b"\x30\x84" + (LONGEST + 1).to_bytes(4, "big"),
            b"HTTP/1.1 400 Bad Request",
        ],
        ids=["a set", "of indefinite length", "a length of five octets", "longer than any", "HTTP"],
    )
    def test_is_known_by_its_beginning(self, data: bytes) -> None:
        with pytest.raises(TemporaryError, match="malformed"):
            size(data, 0)

    @pytest.mark.parametrize(
        "operation",
        [
            element(ENTRY, element(0x04), element(0x30, attribute("uid", [b"a"])), b"\x05\x00"),
            element(ENTRY, element(0x04), element(0x30, element(0x30, element(0x04, b"uid"), element(0x30)))),
            element(
                ENTRY, element(0x04), element(0x30, element(0x30, element(0x04, b"a"), element(0x31), b"\x05\x00"))
            ),
            element(ENTRY, element(0x04), element(0x30, element(0x30, element(0x04, b"a"), b"\x31\x03\x04\x05x"))),
            element(
                ENTRY, element(0x04), element(0x30, element(0x30, element(0x04, b"a"), element(0x31, b"\x0c\x01x")))
            ),
        ],
        ids=[
            "more behind the attributes",
            "no set",
            "more behind the set",
            "a value too long",
            "a value of another kind",
        ],
    )
    def test_within_an_entry_is_refused(self, operation: bytes) -> None:
        data = message(operation)
        with pytest.raises(TemporaryError, match="malformed"):
            ours(data, 0, len(data))

    def test_that_was_not_asked_for_is_refused(self) -> None:
        notice = message(element(0x78, element(0x0A, b"\x34"), element(0x04), element(0x04)), number=0)
        with pytest.raises(TemporaryError, match="not asked for"):
            ours(notice, 0, len(notice))
