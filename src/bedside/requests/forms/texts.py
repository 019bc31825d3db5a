"""The messages about a form, and the words beside its copy in the chart."""

from collections import Counter
from collections.abc import Mapping

from bedside.files.pdf_forms import FieldKind, PdfForm
from bedside.kernel.language import gettext as _
from bedside.notifications.texts import OutgoingText, day_of, outgoing_text
from bedside.people.clinics import Clinic
from bedside.requests.forms.details import FormDetails
from bedside.requests.records import Content


def invitation(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the message with the link: who asks, by which day, and nothing about health."""
    if FormDetails.of(content).sent_back_at:
        said = _("{clinic}: {who} asks you to look at your form again. Please send it by {day}:")
        return _wording(clinic, content, link, said, _("{who} at {clinic} has sent your form back"))
    said = _("{clinic}: {who} has sent you a form. Please send it back by {day}:")
    return _wording(clinic, content, link, said, _("{who} at {clinic} has sent you a form"))


def reminder(clinic: Clinic, content: Content, link: str, until: int) -> OutgoingText:
    """Compose the reminder to somebody who has not sent it back."""
    said = _("{clinic}: the form of {who} is not back yet. Please send it by {day}:")
    return _wording(clinic, content, link, said, _("Reminder: a form of {who} at {clinic}"))


def _wording(clinic: Clinic, content: Content, link: str, said: str, subject: str) -> OutgoingText:
    due = FormDetails.of(content).due_at
    words = {"clinic": clinic.name, "who": content.asked_by, "day": day_of(clinic, due)}
    return outgoing_text(
        clinic,
        subject=subject.format(**words),
        said=said.format(**words),
        link=link,
        after=_(
            "You will be asked for the date of birth. No app or account is needed. What you have "
            "filled in before is kept."
        ),
    )


def names_of(form: PdfForm) -> dict[str, str]:
    """Return what fields are called, by their keys: also those for which the PDF has no words, and
    apart from others with the same words."""
    names: dict[str, str] = {}
    counts = Counter(one.label for one in form.fields)
    seen = Counter[str]()
    for one in form.fields:
        seen[one.label] += 1
        name = one.label or _("Field {number}").format(number=one.number)
        if one.label and counts[one.label] > 1:
            name = _("{label} ({number} of {count})").format(
                label=one.label, number=seen[one.label], count=counts[one.label]
            )
        names[one.key] = name
    return names


def as_words(form: PdfForm, answers: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """Return every answer in words, below the name of its field."""
    listed: list[tuple[str, str]] = []
    names = names_of(form)
    for one in form.fields:
        values = answers.get(one.key, ())
        shown = dict(one.options) if one.kind is not FieldKind.TEXT else {}
        if one.kind is FieldKind.TICK:
            said = _("Yes") if values else _("No")
        else:
            said = ", ".join(shown.get(value, value) for value in values)
        listed.append((names[one.key], said))
    return listed
