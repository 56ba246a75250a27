"""Failures that are told to a person: what happened, what still works, what to do."""

from __future__ import annotations


class LinliError(Exception):
    """A failure with words for its user.

    `code` names the message: the i18n catalogue holds `errors.<code>` (what happened),
    `errors.<code>.still` (what still works) and `errors.<code>.do` (what to do), each filled
    with `facts`. `str(error)` is plain English, for logs and the command line.
    """

    code = "unexpected"

    def __init__(self, message: str, **facts: str) -> None:
        super().__init__(message)
        self.facts = facts


class NotAllowed(LinliError):
    """The signed-in person may not do this."""

    code = "not_allowed"


class NotFound(LinliError):
    """The thing, case, alarm or person is not in the store."""

    code = "not_found"


class Refused(LinliError):
    """A rule says no: the move is not legal from here, or something it needs is missing."""

    code = "refused"


class Invalid(LinliError):
    """A field does not hold what it must; `field` names it so that the form can stand beside it."""

    code = "invalid"

    def __init__(self, message: str, field: str, **facts: str) -> None:
        super().__init__(message, field=field, **facts)
        self.field = field


class StoreUnavailable(LinliError):
    """The store cannot be read or written: disk, key or damage. The text says which."""

    code = "store_unavailable"
