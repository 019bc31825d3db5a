"""Messages of the patient's app: nothing about health."""

from bedside.accounts.rows import GrantRow
from bedside.kernel.language import gettext as _
from bedside.notifications.plans.subject import PlanSubject
from bedside.notifications.plans.table import PlanKind
from bedside.notifications.texts import OutgoingText, in_language, outgoing_text
from bedside.people.clinics import Clinic


def code(clinic: Clinic, language: str, digits: str, host: str) -> OutgoingText:
    """Compose the message with a one-time code. Its last line lets a phone fill it in on this site
    only (origin-bound one-time codes, W3C)."""
    with in_language(language):
        made = outgoing_text(
            clinic,
            subject=_("Your code for {clinic}").format(clinic=clinic.name),
            said=_(
                "{clinic}: your code is {code}. It is valid for 10 minutes. Nobody from the clinic "
                "asks you for it."
            ).format(clinic=clinic.name, code=digits),
            after=_("If you did not ask for it, you need not do anything."),
        )
    return OutgoingText(made.subject, f"{made.text}\n\n@{host} #{digits}", made.html)


def news(clinic: Clinic, language: str, link: str) -> OutgoingText:
    """Compose the message that there is news for a proxy."""
    with in_language(language):
        return outgoing_text(clinic, subject=_title(clinic), said=_said(clinic), link=link)


def news_subject(clinic: Clinic, row: GrantRow, notice_id: str, path: str) -> PlanSubject:
    """Compose the same for a patient, in the language that is spoken."""
    return PlanSubject(
        PlanKind.NORMAL,
        row.clinic_id,
        row.patient_id,
        notice_id,
        title=_title(clinic),
        said=_said(clinic),
        path=path,
        after=_("If you do not use the app, ask the clinic."),
    )


def _title(clinic: Clinic) -> str:
    return _("News from {clinic} about your app").format(clinic=clinic.name)


def _said(clinic: Clinic) -> str:
    return _("{clinic}: there is news about your app. Read it there:").format(clinic=clinic.name)
