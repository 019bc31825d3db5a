"""The views of the page of a visit, and their sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bedside.calls.absence import IN_ORDER, WhyBack
from bedside.calls.newcomers import Asked
from bedside.kernel.language import N_, ngettext
from bedside.kernel.language import gettext as _
from bedside.visits.own_visit import OwnVisit
from bedside.visits.room_messages import RoomMessage
from bedside.visits.rows import How
from bedside.visits.states import Step
from bedside.visits.texts import usual_wait
from bedside.web.visits.ended_files import EndedFile


class View(StrEnum):
    """The views of the page."""

    TEST = "test"
    WAITING = "waiting"
    CALL = "call"
    LEAVE = "leave"
    ENDED = "ended"


ASKED_FOR = frozenset({View.TEST, View.WAITING, View.LEAVE})
"""Views that a waiting patient can request; the others come by themselves."""


@dataclass(frozen=True, slots=True)
class VisitPage:
    """A visit as its patient sees it now."""

    visit: OwnVisit
    view: View
    clinic: str
    minutes: int | None = None
    """The estimated wait, if the room shows it and it is known."""
    position: int | None = None
    """The place in the line, from 1, if the room shows it."""
    grace_minutes: int = 3
    """For how long the place is kept; of a visit that has expired, for how long it was."""
    texts_near: bool = False
    """Whether an SMS says that the turn comes near."""
    messages: Sequence[RoomMessage] = ()
    unread: int = 0
    """The clinic's messages in the chat that the patient has not read."""
    files: int = 0
    """The number of this visit's files that the clinic has."""
    sent: Sequence[EndedFile] = ()
    """The files of an ended visit."""
    identified: bool = True
    """Whether the patient is identified; until then there is no record to speak of."""
    emergency_text: str = ""
    mode: str = ""
    """Of the call: “video” or “voice”."""
    call_started_at: int = 0
    newcomer: Asked | None = None
    """A call with other patients into which this one is asked."""
    back: WhyBack = IN_ORDER
    """Why the patient is waiting again after a call."""

    @property
    def call_id(self) -> str:
        """The call that the patient is in; "" for none."""
        return self.visit.call_id

    @property
    def host(self) -> str:
        """Whom the patient is waiting for: the owner of a personal room, else the room."""
        return self.visit.place.name

    @property
    def caller(self) -> str:
        """The caller, at the beginning of a sentence: a room calls nobody."""
        return self.host if self.visit.place.personal else _("The clinic")

    @property
    def heading(self) -> str:
        """The h1 of the view."""
        if self.view is View.ENDED:
            return _ended(self)[0]
        sentence = {
            View.TEST: _("Check your camera and sound"),
            View.LEAVE: _("Leave the waiting room?"),
            View.CALL: _("Your call with %(host)s"),
        }.get(self.view, self._soon)
        return sentence % {"host": self.host} if "%(" in sentence else sentence

    @property
    def _soon(self) -> str:
        if self.visit.on_telephone:
            return _("Your visit goes on by telephone")
        if self.visit.place.personal:
            return _("%(host)s will see you soon")
        return _("The team of %(host)s will see you soon")

    @property
    def said(self) -> str:
        """The announcement for screen readers when the page reaches this view."""
        if self.view is View.CALL:
            return _("%(caller)s is ready. Your call begins.") % {"caller": self.caller}
        if self.view is View.ENDED:
            heading, text = _ended(self)
            return f"{heading}. {text}"
        if self.view is not View.WAITING:
            return self.heading
        asked = self.group_question
        told = (
            asked,
            self.by_telephone,
            self.transferred,
            self.interrupted,
            self.heading + ".",
            self.estimate,
        )
        return " ".join(filter(None, told))

    @property
    def taking(self) -> str:
        """Text while the patient is being transferred to this room."""
        return self.visit.place.taking_you

    @property
    def transferred(self) -> str:
        """Text after the patient has come here from another room; "" if they checked in here."""
        return self.visit.place.transferred if self.visit.how == How.TRANSFERRED else ""

    @property
    def interrupted(self) -> str:
        """Why a patient is in the waiting room again; "" if there is nothing to say."""
        if self.back.sent_by:
            said = _("%(name)s has sent you back to the waiting room. You are called again.")
            return said % {"name": self.back.sent_by}
        if not self.back.cut_off:
            return ""
        return _(
            "The clinic lost its connection, so your call has ended. You have kept your place, and "
            "will be called again. You need not do anything."
        )

    @property
    def group_question(self) -> str:
        """The question about a call with others; "" for none."""
        if self.newcomer is None:
            return ""
        if self.newcomer.has_agreed:
            return _("You have agreed. You come into the call as soon as the others have, too.")
        return ngettext(
            "The clinic asks you into a call with another patient. You would see and hear each "
            "other. Do you agree?",
            "The clinic asks you into a call with %(num)s other patients. You would see and hear "
            "each other. Do you agree?",
            self.newcomer.patients,
        ) % {"num": self.newcomer.patients}

    @property
    def estimate(self) -> str:
        """How long it may take, in words; "" if unknown."""
        return "" if self.minutes is None else usual_wait(self.minutes)

    @property
    def before_you(self) -> str:
        """The place in the line, if the room shows it."""
        if self.position is None:
            return ""
        before = self.position - 1
        if before <= 0:
            return _("You are next.")
        return ngettext(
            "%(num)s person is before you.", "%(num)s people are before you.", before
        ) % {"num": before}

    @property
    def place_kept(self) -> str:
        """Text beside the device test: the place is kept."""
        return _(
            "You are checked in, and your place is kept. %(caller)s can call you any time."
        ) % {"caller": self.caller}

    @property
    def by_telephone(self) -> str:
        """Text while the conversation goes on by telephone; "" otherwise."""
        if not self.visit.on_telephone:
            return ""
        return _("%(caller)s goes on with you by telephone.") % {"caller": self.caller}

    @property
    def kept(self) -> str:
        """For how long the place is kept, truthfully."""
        return ngettext(
            "You can lock your phone: we keep your place for %(num)s minute.",
            "You can lock your phone: we keep your place for %(num)s minutes.",
            self.grace_minutes,
        ) % {"num": self.grace_minutes}

    @property
    def ended_text(self) -> str:
        """Why it ended."""
        return _ended(self)[1]

    @property
    def next_steps(self) -> list[tuple[str, str]]:
        """The next steps: icons and sentences."""
        steps = [("file-text", _clinic_got(self))]
        if self.visit.ended_reason == Step.COMPLETED:
            steps.append(
                (
                    "mail",
                    _("If anything else is needed, %(clinic)s will contact you.")
                    % {"clinic": self.clinic},
                )
            )
            steps.append(("check", _("You can close this page.")))
        elif self.visit.ended_reason == Step.MERGED:
            steps.append(("armchair", _("Wait on the page that you opened last. Close this one.")))
            steps.append(
                (
                    "rotate-cw",
                    _("Is that page closed? On its device, “Go to my place” leads back to it."),
                )
            )
        elif self.visit.room.open and self.visit.discarded:
            steps.append(("rotate-cw", _("To come back, check in again.")))
        elif self.visit.room.open:
            steps.append(
                ("rotate-cw", _("To come back, check in again. You need not type anything."))
            )
        else:
            steps.append(("lock", _("The waiting room is closed now. Please call the clinic.")))
        return steps


_THANKS = N_("Thank you for your visit.")
_YOU_ENDED = N_("You have ended your visit.")
"""“With” a person, not a shared room."""


def _ended(shown: VisitPage) -> tuple[str, str]:
    """Return heading and sentence of an ended visit."""
    host, personal = {"host": shown.host, "clinic": shown.clinic}, shown.visit.place.personal
    if shown.visit.ended_reason == Step.COMPLETED:
        thanks = _("Thank you for your visit with %(host)s.") if personal else _(_THANKS)
        return _("Your visit is over"), thanks % host
    if shown.visit.ended_reason == Step.LEFT and shown.visit.seen:
        ended = _("You have ended your visit with %(host)s.") if personal else _(_YOU_ENDED)
        return _("Your visit is over"), ended % host
    if shown.visit.ended_reason == Step.LEFT:
        return (
            _("You have left the waiting room"),
            _("Your place was given up, and %(clinic)s knows that you have left.") % host,
        )
    if shown.visit.ended_reason == Step.EXPIRED:
        return (
            _("Your place is no longer kept"),
            ngettext(
                "This page was closed or without a connection for more than %(num)s minute, so "
                "your visit has ended.",
                "This page was closed or without a connection for more than %(num)s minutes, so "
                "your visit has ended.",
                shown.grace_minutes,
            )
            % {"num": shown.grace_minutes},
        )
    if shown.visit.ended_reason == Step.MERGED:
        return (
            _("You are waiting on your other page"),
            _(
                "You had checked in twice. %(clinic)s has given you one place: it is on the page "
                "or the device where you checked in last."
            )
            % host,
        )
    return (
        _("%(clinic)s has ended your wait") % host,
        _("You are no longer in the waiting room. If you do not know why, call the clinic."),
    )


def _clinic_got(shown: VisitPage) -> str:
    if shown.visit.discarded:
        return _("The clinic has kept nothing of this visit.")
    if not shown.identified:
        if not shown.files:
            return _("The clinic has a note of this visit. No files were sent.")
        return ngettext(
            "The clinic has a note of this visit and %(num)s file.",
            "The clinic has a note of this visit and %(num)s files.",
            shown.files,
        ) % {"num": shown.files}
    if not shown.files:
        return _("Your record at the clinic has a note of this visit. No files were sent.")
    return ngettext(
        "Your record at the clinic has a note of this visit, and %(num)s file.",
        "Your record at the clinic has a note of this visit, and %(num)s files.",
        shown.files,
    ) % {"num": shown.files}
