"""Which records a filter lets through."""

import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Generic, TypeVar

from mdm_sync.demo.jamf.answers import invalid
from mdm_sync.demo.jamf.fields import Field, Fields, Value
from mdm_sync.demo.jamf.rsql import Comparison, Every, Node, Some

T = TypeVar("T")
Test = Callable[[T], bool]

_ORDERS: Final[dict[str, Callable[[float, float], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.(\d{2,3}))?Z)?")
_START: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Matcher(Generic[T]):
    """Turns filters into tests.

    Attributes:
        fields: the names that a filter may use.
        ignore: names that are taken as fulfilled whatever they are compared with.
        strict: an unknown name is a 400; otherwise it is taken as fulfilled, as ``/v2/mdm/commands`` does.
    """

    fields: Fields[T]
    ignore: frozenset[str] = frozenset()
    strict: bool = True

    def test(self, node: Node) -> Test[T]:
        """Return the test for a filter.

        Raises:
            ApiError: 400, an unknown name, or a value that does not fit its field.
        """
        if isinstance(node, Comparison):
            return self._comparison(node)
        tests = [self.test(part) for part in node.parts]
        if isinstance(node, Every):
            return lambda row: all(test(row) for test in tests)
        return lambda row: any(test(row) for test in tests)

    def _comparison(self, asked: Comparison) -> Test[T]:
        field = self.fields.get(asked.name)
        if asked.name in self.ignore or (field is None and not self.strict):
            return lambda _: True
        if field is None:
            raise invalid(f"unknown filter field {asked.name}", about=asked.name)
        return _KINDS[field.kind](asked, field)


def ids_named(node: Node, name: str) -> set[int] | None:
    """Return the ids that alone can fulfil a filter, or None if it does not tell; a lookup of one need not try all."""
    if isinstance(node, Comparison):
        plain = node.name == name and node.operator in {"==", "in"} and all(v.isdecimal() for v in node.values)
        return {int(value) for value in node.values} if plain else None
    named = [ids_named(part, name) for part in node.parts]
    if isinstance(node, Some):
        return None if None in named else set().union(*(ids or () for ids in named))
    return next((ids for ids in named if ids is not None), None)


def _numbers(asked: Comparison, field: Field[T]) -> Test[T]:
    try:
        wanted = [float(value) for value in asked.values]
    except ValueError:
        raise invalid(f"{asked.name} is compared with numbers", about=asked.name) from None
    return _ordered(asked.operator, wanted, lambda row: _seconds(field.get(row)))


def _flags(asked: Comparison, field: Field[T]) -> Test[T]:
    words = [value.lower() for value in asked.values]
    if asked.operator in _ORDERS or not {"true", "false"}.issuperset(words):
        raise invalid(f"{asked.name} is compared with true or false", about=asked.name)
    wanted = {word == "true" for word in words}
    if asked.operator in {"==", "in"}:
        return lambda row: field.get(row) in wanted
    return lambda row: field.get(row) not in wanted


def _texts(asked: Comparison, field: Field[T]) -> Test[T]:
    if asked.operator in _ORDERS:
        order, value = _ORDERS[asked.operator], asked.values[0].casefold()
        compare: Callable[[str, str], bool] = order  # type: ignore[assignment]  # the same functions compare texts
        return lambda row: any(compare(text.casefold(), value) for text in _all_texts(field.get(row)))
    pattern = re.compile("|".join(f"(?:{_wild(value)})" for value in asked.values), re.IGNORECASE | re.DOTALL)
    wanted = asked.operator in {"==", "in"}
    return lambda row: any(map(pattern.fullmatch, _all_texts(field.get(row)))) is wanted


def _moments(asked: Comparison, field: Field[T]) -> Test[T]:
    if asked.operator in {"==", "!="} and _START.fullmatch(asked.values[0]):
        start, wanted = asked.values[0][:-1], asked.operator == "=="
        return lambda row: _iso(field.get(row)).startswith(start) is wanted
    values = [_moment(asked.name, value) for value in asked.values]
    return _ordered(asked.operator, values, lambda row: _seconds(field.get(row)))


_KINDS: Final = {"number": _numbers, "flag": _flags, "text": _texts, "moment": _moments}


def _ordered(operator: str, values: list[float], get: Callable[[T], float | None]) -> Test[T]:
    if operator in {"==", "in"}:
        return lambda row: get(row) in values
    if operator in {"!=", "out"}:
        return lambda row: get(row) not in values
    compare, value = _ORDERS[operator], values[0]

    def test(row: T) -> bool:
        present = get(row)
        return present is not None and compare(present, value)

    return test


def _moment(name: str, text: str) -> float:
    """Read a moment; one digit after the point is refused as by the real server (elastic/integrations, issue 12333)."""
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise invalid(f"{name}: {text!r} is no date", about=name)
    day, time, fraction = match.groups()
    try:
        whole = datetime.fromisoformat(f"{day}T{time or '00:00:00'}").replace(tzinfo=UTC)
    except ValueError:
        raise invalid(f"{name}: {text!r} is no date", about=name) from None
    return whole.timestamp() + float(f"0.{fraction or 0}")


def _seconds(value: Value) -> float | None:
    if isinstance(value, datetime):
        return int(value.timestamp()) + value.microsecond // 1000 / 1000
    return float(value) if isinstance(value, int) else None


def _iso(value: Value) -> str:
    return value.isoformat() if isinstance(value, datetime) else ""


def _all_texts(value: Value) -> Iterable[str]:
    return value if isinstance(value, tuple) else (str(value or ""),)


def _wild(value: str) -> str:
    return ".*".join(re.escape(part) for part in value.split("*"))
