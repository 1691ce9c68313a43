"""RSQL, the filter language of the Jamf Pro API: ``lostModeEnabled==true;(room==1*,room==2)``.

``;`` (or ``and``) binds stronger than ``,`` (or ``or``). Values may be quoted with ``"`` or ``'``; a backslash quotes
one character inside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mdm_sync.demo.jamf.answers import ApiError, invalid

_WORDS: Final = {
    "==": "==",
    "=eq=": "==",
    "!=": "!=",
    "=ne=": "!=",
    "<": "<",
    "=lt=": "<",
    "<=": "<=",
    "=le=": "<=",
    ">": ">",
    "=gt=": ">",
    ">=": ">=",
    "=ge=": ">=",
    "=in=": "in",
    "=out=": "out",
}
_TOKEN: Final = re.compile(
    r"""\s*(?:
        (?P<operator>==|!=|<=|>=|<|>|=[a-zA-Z]+=)
      | (?P<mark>[();,])
      | (?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
      | (?P<word>[^\s"'();,=<>!~]+)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One condition. ``operator`` is one of ``== != < <= > >= in out``; all but the last two have one value."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Every:
    """All of them hold."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Some:
    """At least one of them holds."""

    parts: tuple["Node", ...]


Node = Comparison | Every | Some


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str


def parse(text: str) -> Node:
    """Return the tree of a filter.

    Raises:
        ApiError: 400, it is no RSQL.
    """
    parser = _Parser(text)
    node = parser.some()
    parser.end()
    return node


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while text[place:].strip():
        match = _TOKEN.match(text, place)
        if match is None or match.lastgroup is None:
            raise _broken(text)
        place = match.end()
        word = match[match.lastgroup]
        if match.lastgroup == "quoted":
            yield _Token(kind="value", text=re.sub(r"\\(.)", r"\1", word[1:-1]))
        else:
            yield _Token(kind=match.lastgroup, text=word)


def _broken(text: str) -> ApiError:
    return invalid(f"cannot read the filter {text!r}", about="filter")


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))

    def some(self) -> Node:
        parts = [self._every()]
        while self._take_mark(",") or self._take_word("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(parts=tuple(parts))

    def end(self) -> None:
        if self._tokens:
            raise _broken(self._text)

    def _every(self) -> Node:
        parts = [self._one()]
        while self._take_mark(";") or self._take_word("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else Every(parts=tuple(parts))

    def _one(self) -> Node:
        if self._take_mark("("):
            node = self.some()
            self._need_mark(")")
            return node
        name = self._next("word").text
        operator = _WORDS.get(self._next("operator").text.lower())
        if operator is None:
            raise _broken(self._text)
        return Comparison(name=name, operator=operator, values=self._values(operator))

    def _values(self, operator: str) -> tuple[str, ...]:
        if operator not in {"in", "out"}:
            return (self._value(),)
        self._need_mark("(")
        values = [self._value()]
        while self._take_mark(","):
            values.append(self._value())
        self._need_mark(")")
        return tuple(values)

    def _value(self) -> str:
        return self._next("value", "word").text

    def _next(self, *kinds: str) -> _Token:
        if not self._tokens or self._tokens[0].kind not in kinds:
            raise _broken(self._text)
        return self._tokens.pop(0)

    def _need_mark(self, mark: str) -> None:
        if not self._take_mark(mark):
            raise _broken(self._text)

    def _take_mark(self, mark: str) -> bool:
        return self._take("mark", mark)

    def _take_word(self, word: str) -> bool:
        return self._take("word", word)

    def _take(self, kind: str, text: str) -> bool:
        if not self._tokens or self._tokens[0].kind != kind or self._tokens[0].text.lower() != text:
            return False
        self._tokens.pop(0)
        return True
