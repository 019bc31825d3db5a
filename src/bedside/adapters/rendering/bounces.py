"""Mail that comes back (RFC 3464): which message it is about, and what became of that."""

from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any, cast

_MOST_PARTS = 50
_NAMED_IN = ("to", "delivered-to", "x-original-to", "x-envelope-to", "envelope-to")
_LONGEST = 998
"""Characters of a line (RFC 5322, 2.1.1)."""


def read_bounce(data: bytes) -> dict[str, object]:
    """Return what a report says: where messages may be named (`places`), and of each recipient what
    was done (`actions`) with which code (`codes`). Of mail that is no such report, nothing."""
    mail = BytesParser(policy=policy.compat32).parsebytes(data)
    wanted = mail.get_param("report-type")
    is_report = str(wanted).casefold() == "delivery-status" if wanted else False
    if mail.get_content_type() != "multipart/report" or not is_report:
        return {"places": [], "actions": [], "codes": []}
    places = [value for name in _NAMED_IN for value in mail.get_all(name, [])]
    actions, codes = list[str](), list[str]()
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            for fields in _blocks(part):
                if fields["action"]:
                    actions.append(_action(str(fields["action"])))
                    codes.append(_code(fields))
        elif kind == "text/rfc822-headers":
            places += _original(str(part.get_payload()))
        elif kind == "message/rfc822":
            places += [
                str(value) for one in _inside(part) for value in one.get_all("message-id", [])
            ]
    return {
        "places": [str(place)[:_LONGEST] for place in places],
        "actions": actions,
        "codes": codes,
    }


def _parts(mail: Message) -> Iterator[Message]:
    """Yield the parts of the report itself, not those of the message that came back."""
    yield from _inside(mail)[:_MOST_PARTS]


def _inside(part: Message) -> list[Message]:
    found: Any = part.get_payload()
    listed = cast(list[Any], found) if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, Message)]


def _blocks(part: Message) -> list[Message]:
    """Return the fields of each recipient; those of the whole report have no action."""
    return _inside(part)[:_MOST_PARTS]


def _action(text: str) -> str:
    return text.split(";", maxsplit=1)[0].strip().casefold()[:_LONGEST]


def _code(fields: Message) -> str:
    """Return the status code; where it says nothing, that of the other server's words."""
    status = str(fields["status"] or "").split("(")[0].strip()
    if not status.endswith(".0.0") and status:
        return status[:_LONGEST]
    for word in str(fields["diagnostic-code"] or "").split():
        numbers = word.strip("#<>[]();,-").split(".")
        if len(numbers) == 3 and all(number.isdecimal() for number in numbers):
            return ".".join(numbers)[:_LONGEST]
    return status[:_LONGEST]


def _original(headers: str) -> list[str]:
    return [
        line.partition(":")[2].strip()
        for line in headers.splitlines()
        if line.casefold().startswith("message-id:")
    ]
