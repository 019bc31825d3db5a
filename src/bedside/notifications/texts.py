"""Texts of a clinic's messages: short, in the reader's language, nothing about health."""

import unicodedata
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape

from bedside.kernel import clock, language, written
from bedside.kernel.language import gettext as _
from bedside.people.clinics import Clinic


@dataclass(frozen=True, slots=True)
class OutgoingText:
    """The text of one message. `subject` and `html` are for e-mail."""

    subject: str
    text: str
    html: str


@contextmanager
def in_language(wanted: str) -> Generator[None]:
    """Use the patient's language during a block."""
    with language.speaking(wanted):
        yield


def outgoing_text(
    clinic: Clinic, *, subject: str, said: str, link: str = "", after: str = ""
) -> OutgoingText:
    """Compose a message of the clinic: one sentence, perhaps a link and a closing text."""
    phone = clinic.options.phone
    questions = _("Questions? Call {phone}.").format(phone=phone) if phone else ""
    # Composed letters: “é” is one sign of the GSM alphabet, “e” with an accent behind it is not.
    text = unicodedata.normalize("NFC", " ".join(part for part in (said, link, questions) if part))
    button = f'<p><a href="{escape(link)}">{escape(link)}</a></p>' if link else ""
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in (after, questions) if part)
    html = (
        f'<!doctype html><html lang="{language.spoken()}"><meta charset="utf-8">'
        f"<title>{escape(subject)}</title><body><p>{escape(said)}</p>{button}{paragraphs}</body></html>"
    )
    return OutgoingText(subject, text, html)


def day_of(clinic: Clinic, at: int) -> str:
    """Format a day in the clinic's time zone, e.g. “29 November”."""
    return written.day_and_month(clock.in_zone(clinic.options.time_zone, at))
