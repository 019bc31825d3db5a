"""Expected failures, each with a status and a sentence for a person.

A sentence says what happened, what was kept and what to do. The edge turns these errors into
pages or JSON; everything else that reaches the edge is a defect.
"""

from bedside.kernel.language import N_


class BedsideError(Exception):
    """Base of every expected failure.

    `status` is the HTTP status, `code` a stable name for programs, `sentence` the text for a
    person. The sentence never carries patient content, because it is logged. `retry_after`: in how
    many seconds a retry makes sense, 0 if unknown. `title`: the heading, if that of the status
    does not fit.
    """

    status = 400
    code = "not_possible"
    sentence = N_("This is not possible.")
    retry_after = 0
    title = ""

    def __init__(self, sentence: str | None = None, *, code: str | None = None) -> None:
        if sentence is not None:
            self.sentence = sentence
        if code is not None:
            self.code = code
        super().__init__(self.sentence)


class NotFound(BedsideError):
    """There is no such thing, or the person may not know that there is."""

    status = 404
    code = "not_found"
    sentence = N_(
        "We could not find this. It may have been moved, or you may not have access to it."
    )


class NotSignedIn(BedsideError):
    """The route needs a signed-in person."""

    status = 401
    code = "not_signed_in"
    sentence = N_("Please sign in first. Nothing was changed.")


class NotAllowed(BedsideError):
    """The person is known and may not do this."""

    status = 403
    code = "not_allowed"
    sentence = N_("Your role does not allow this. Nothing was changed.")


class Conflict(BedsideError):
    """Somebody else was faster, or the thing has moved on."""

    status = 409
    code = "conflict"
    sentence = N_("This has changed in the meantime. Look at it again and repeat what you did.")


class Gone(BedsideError):
    """It existed and no longer does: expired, revoked, destroyed."""

    status = 410
    code = "gone"
    sentence = N_("This is no longer available.")


class TooLarge(BedsideError):
    """More bytes, files or characters than the limit."""

    status = 413
    code = "too_large"
    sentence = N_("This is larger than the limit. Nothing was sent.")


class WrongInput(BedsideError):
    """Input that a person can correct; `field` names the form field."""

    status = 422
    code = "wrong_input"
    sentence = N_("Please check what you entered.")

    def __init__(self, sentence: str | None = None, *, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class TooMany(BedsideError):
    """Rate limit or lock-out."""

    status = 429
    code = "too_many"
    sentence = N_("Too many tries. Please wait a moment and try again.")

    def __init__(self, sentence: str | None = None, *, retry_after: int = 60) -> None:
        super().__init__(sentence)
        self.retry_after = retry_after


class Unavailable(BedsideError):
    """A required part is down; what was given is kept where possible."""

    status = 503
    code = "unavailable"
    sentence = N_("A part of the system is not available right now. Please try again shortly.")


class StorageFull(BedsideError):
    """The disk has no room (RFC 4918, status 507)."""

    status = 507
    code = "storage_full"
    sentence = N_(
        "The clinic's storage is full, so this was not saved. Please try again later, or tell the "
        "clinic."
    )
