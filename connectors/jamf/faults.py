"""What Jamf Pro may answer instead of what was asked for, where the caller can do better than give up."""

from mdm_sync.errors import PermanentError, TemporaryError


class ForbiddenError(PermanentError):
    """The API client lacks the privilege for this call."""


class NotOfferedError(PermanentError):
    """This version of Jamf Pro has no such call."""


class FilterIgnoredError(PermanentError):
    """Records came that the filter of the call excludes: the answer says nothing of what was asked."""


class ServerFailedError(TemporaryError):
    """Status 500: if it stays, one of the records asked for may be at fault."""


class TooSlowError(TemporaryError):
    """No whole answer in time: a smaller question may be answered."""


class UnansweredError(TemporaryError):
    """A call that changes something got no answer that tells whether it was taken."""
