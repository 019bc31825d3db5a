"""Rows of the outbox, and of what the SMS gateway reports to it."""

from tests.matrix.people import Access
from tests.matrix.row import Row, form

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/outbox"): Row(Access.STAFF, shows=("maya@patients",)),
    ("GET", "/outbox/list"): Row(Access.STAFF, shows=("maya@patients",)),
    # for the SMS gateway, by its signature; tests/notifications covers valid ones
    ("POST", "/hooks/sms"): Row(Access.OPEN, 403, form(MessageSid="SM1", MessageStatus="sent")),
    # for a mail server, by its token
    ("POST", "/hooks/mail"): Row(Access.OPEN, 403),
}
