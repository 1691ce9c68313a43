"""What an endpoint answers, before it is sent: JSON bodies, errors in Jamf's shape."""

from dataclasses import dataclass, field
from html import escape
from typing import Final

import msgspec

JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and body of an answer.

    Attributes:
        body: the body, plain.
        packed: the same as gzip where it is at hand already; then ``body`` may be None.
        rows: how many records it holds.
    """

    status: int = 200
    body: bytes | None = b""
    packed: bytes | None = None
    rows: int = 0
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class ApiError(Exception):
    """An answer that refuses the call; the text is Jamf's ``description``."""

    def __init__(self, status: int, code: str, description: str, *, about: str | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.code = code
        self.about = about

    def answer(self) -> Answer:
        """Return the body ``ApiError`` of the Jamf Pro API."""
        fault = {"code": self.code, "description": str(self), "id": "0", "field": self.about}
        return as_json({"httpStatus": self.status, "errors": [fault]}, status=self.status)

    def page(self) -> Answer:
        """Return the page of HTML with which the Classic API refuses."""
        text = f"<html><head><title>Status page</title></head><body><p>{escape(str(self))}</p></body></html>"
        return Answer(status=self.status, body=text.encode(), content_type="text/html")


def as_json(content: object, *, status: int = 200, rows: int = 0) -> Answer:
    """Return a JSON answer."""
    return Answer(status=status, body=msgspec.json.encode(content), rows=rows)


def invalid(description: str, *, about: str | None = None) -> ApiError:
    """Return the error for a call that cannot be understood."""
    return ApiError(400, "INVALID_FIELD", description, about=about)


def not_found(description: str) -> ApiError:
    """Return the error for a thing that is not there."""
    return ApiError(404, "NOT_FOUND", description)
