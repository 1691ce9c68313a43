import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from email import message_from_bytes

import pytest

from connectors.mail.message import Mail
from mdm_sync.errors import PermanentError, RecordError, TemporaryError
from mdm_sync.ports import Channel, OutboxEntry
from tests.contracts.channel import ChannelContract, ChannelUnderTest
from tests.fakes.channel import FakeChannel
from tests.far_side import MailSide, UpstreamSide

SUMMARY = json.dumps({"name": "Grundschule Nord", "open": 3})
MAIL = Mail(
    sender="mdm-sync@systemhaus.example",
    recipients=["mdm-team@systemhaus.example"],
    subject="1 neuer Befund – Grundschule Nord",
    text="Grundschule Nord\n",
    html="<p>Grundschule Nord</p>\n",
)


@dataclass(frozen=True, slots=True)
class SwitchedOffAfterFailing:
    """Switches a fault off when it has struck once."""

    side: MailSide | UpstreamSide
    channel: Channel
    fault: str

    def send(self, entry: OutboxEntry) -> None:
        try:
            self.channel.send(entry)
        finally:
            self.side.switch(self.fault, on=False)


@dataclass(frozen=True, slots=True)
class MailUnderTest:
    side: MailSide

    def entry(self, key: str) -> OutboxEntry:
        return OutboxEntry(entry_id=1, key=key, kind="mail", content=MAIL.to_json(), attempts=0)

    def arrived(self) -> Sequence[str]:
        files = sorted(self.side.folder.glob("*.eml"))
        ids = [str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in files]
        return [text.strip("<>").partition("@")[0] for text in ids]

    def well(self) -> Channel:
        return self.side.channel()

    def busy_once(self) -> Channel:
        self.side.switch("temporary-refusal")
        return SwitchedOffAfterFailing(self.side, self.side.channel(), "temporary-refusal")

    def in_need_of_repair(self) -> Channel:
        return self.side.channel(password="falsch")

    def unwilling(self) -> Channel:
        self.side.switch("permanent-refusal")
        return self.side.channel()


@pytest.mark.demo
class TestMailChannel(ChannelContract):
    @pytest.fixture
    def far(self, mail_server: MailSide) -> ChannelUnderTest:
        return MailUnderTest(mail_server)


@dataclass(frozen=True, slots=True)
class UpstreamUnderTest:
    side: UpstreamSide

    def entry(self, key: str) -> OutboxEntry:
        return OutboxEntry(entry_id=1, key=key, kind="summary", content=SUMMARY, attempts=0)

    def arrived(self) -> Sequence[str]:
        kept = [json.loads(file.read_text()) for file in sorted(self.side.folder.glob("*.json"))]
        return [value for one in kept for name, value in one["headers"].items() if name.lower() == "idempotency-key"]

    def well(self) -> Channel:
        return self.side.channel()

    def busy_once(self) -> Channel:
        self.side.switch("status-503")
        return SwitchedOffAfterFailing(self.side, self.side.channel(), "status-503")

    def in_need_of_repair(self) -> Channel:
        return self.side.channel(token="falsch")

    def unwilling(self) -> Channel:
        return Garbling(self.side.channel())


@dataclass(frozen=True, slots=True)
class Garbling:
    """Sends what no server of summaries wants: something that is no JSON."""

    channel: Channel

    def send(self, entry: OutboxEntry) -> None:
        self.channel.send(OutboxEntry(entry_id=entry.entry_id, key=entry.key, kind=entry.kind, content="{", attempts=0))


@pytest.mark.demo
class TestUpstreamChannel(ChannelContract):
    @pytest.fixture
    def far(self, upstream_server: UpstreamSide) -> ChannelUnderTest:
        return UpstreamUnderTest(upstream_server)


@dataclass(slots=True)
class FakeUnderTest:
    made: list[FakeChannel] = field(default_factory=list)

    def entry(self, key: str) -> OutboxEntry:
        return OutboxEntry(entry_id=1, key=key, kind="summary", content=f"Grundschule Nord {key}", attempts=0)

    def arrived(self) -> Sequence[str]:
        return [content.rpartition(" ")[2] for channel in self.made for content in channel.sent]

    def well(self) -> Channel:
        return self._make(FakeChannel())

    def busy_once(self) -> Channel:
        return self._make(FakeChannel(TemporaryError("The far side is busy.")))

    def in_need_of_repair(self) -> Channel:
        return self._make(FakeChannel(PermanentError("The far side refuses us.")))

    def unwilling(self) -> Channel:
        return self._make(FakeChannel(RecordError("one", "not wanted")))

    def _make(self, channel: FakeChannel) -> FakeChannel:
        self.made.append(channel)
        return channel


class TestFakeChannel(ChannelContract):
    @pytest.fixture
    def far(self) -> ChannelUnderTest:
        return FakeUnderTest()
