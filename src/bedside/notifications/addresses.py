"""Addresses of messages: those of a patient, and numbers that somebody types for an SMS."""

from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock, phones
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.unit_of_work import UnitOfWork
from bedside.notifications.dressing import dressed_notice
from bedside.notifications.messenger import CHANNELS, ChannelName, Notice
from bedside.notifications.ports import Channel
from bedside.people.clinics import Clinics
from bedside.people.patients import Demographics, Patients

NO_EXTENSION = N_("An SMS cannot reach an extension. Enter a mobile number without one.")

_OTHER = N_(
    "It was not sent: the card has another number or address by now. Send a new link, and it goes "
    "there."
)
_NEUTRAL = N_(
    "It was not sent: by now messages to this patient name nobody, and what is attached would. "
    "Send a new link, and it goes without."
)
_DOUBTED = N_(
    "It was not sent: messages there reached somebody else. Correct the number or the address on "
    "the card or confirm it there, then send a new link."
)


class CardAddresses:
    """Compares a message with the patient's card: with the addresses there, and the rules."""

    def __init__(self, patients: Patients, clinics: Clinics, base_url: str) -> None:
        self._patients = patients
        self._clinics = clinics
        self._base_url = base_url

    async def refusal(
        self,
        clinic_id: str,
        patient_id: str,
        channel: Channel,
        to: str,
        *,
        on_card: bool = True,
        attached: bool = False,
    ) -> str:
        """See `Recipients.refusal`."""
        try:
            patient = await self._patients.addressed(clinic_id, patient_id)
        except NotFound:
            return _OTHER
        refusal = patient.contact.refusal(channel)
        if attached and patient.contact.neutral:
            refusal = refusal or _NEUTRAL
        if refusal or channel is Channel.PUSH or not on_card:
            return refusal
        stored = patient.phone if channel is Channel.SMS else patient.email
        if _sent_to(channel, stored) != _sent_to(channel, to):
            return _OTHER
        return _DOUBTED if stored in patient.doubted else ""

    async def opens_at(self, clinic_id: str, patient_id: str, *, urgent: bool) -> int:
        """See `Recipients.opens_at`."""
        try:
            patient = await self._patients.addressed(clinic_id, patient_id)
        except NotFound:
            return clock.now()
        zone = (await self._clinics.get(clinic_id)).options.time_zone
        return patient.contact.opens_at(clock.now(), zone, urgent=urgent)

    async def dressed(self, work: UnitOfWork, notice: Notice) -> Notice:
        """See `Recipients.dressed`."""
        patient = await self._patients.addressed_in(
            work, notice.clinic_id, notice.contact_of or notice.patient_id
        )
        if patient is None:
            return notice
        return dressed_notice(patient.contact, patient.language, self._base_url, notice)


def _sent_to(channel: Channel, address: str) -> str:
    """Return the address in one form: a number without its extension, mail in small letters."""
    if channel is not Channel.SMS:
        return address.casefold()
    phone = phones.known(phones.kept(address))
    return phone.number if phone else address


class RuledOut(WrongInput):
    """The rules on the patient's card allow no message this way."""

    code = "ruled_out"
    sentence = N_(
        "Not sent: the rules on the patient’s card allow no message this way. Call, or ask the "
        "patient and change the card."
    )


def addresses_of(patient: Demographics, channels: tuple[str, ...]) -> dict[ChannelName, str]:
    """Return where the messages go. Raises RuledOut for a channel that the patient's card does not
    allow, WrongInput if there is no channel, or for one of them no address, one that cannot be
    understood, or one that reached somebody else."""
    to: dict[ChannelName, str] = {}
    for channel in CHANNELS:
        if channel not in channels:
            continue
        stored = patient.phone if channel == "sms" else patient.email
        refusal = _refusal(channel, stored, patient)
        if patient.contact.refusal(channel):
            raise RuledOut(refusal, field="channels")
        if refusal:
            raise WrongInput(refusal, field="channels")
        phone = phones.known(stored)
        to[channel] = phone.number if channel == "sms" and phone else stored
    if not to:
        raise WrongInput(_("Choose SMS, e-mail or both."), field="channels")
    return to


def _refusal(channel: ChannelName, stored: str, patient: Demographics) -> str:
    """Return why no message can go there, "" if it can."""
    ruled_out = patient.contact.refusal(channel)
    if ruled_out:
        return _(ruled_out)
    if not stored:
        if channel == "sms":
            return _("The patient has no mobile number yet. Add it, or choose the other way.")
        return _("The patient has no e-mail address yet. Add it, or choose the other way.")
    if stored in patient.doubted:
        return _(
            "Messages to {address} reached somebody else. Correct it on the card or confirm it "
            "there, or choose the other way."
        ).format(address=phones.shown(stored))
    if channel == "sms" and phones.known(stored) is None:
        return _(
            "The phone number “{number}” cannot be understood. Correct it on the card, or choose "
            "the other way."
        ).format(number=stored)
    return ""


def usable(patient: Demographics, channel: ChannelName) -> bool:
    """Whether messages can go to the patient this way."""
    stored = patient.phone if channel == "sms" else patient.email
    return not _refusal(channel, stored, patient)


def ways_to(patient: Demographics) -> tuple[ChannelName, ...]:
    """Return the channels by which messages can go to the patient, the usual one first."""
    return tuple(way for way in CHANNELS if usable(patient, way))


def read_for_sms(typed: str, country: str) -> str:
    """Return the number that somebody typed for text messages, in E.164. Raises WrongInput (field
    `phone`)."""
    try:
        phone = phones.read(typed, country)
    except phones.Unreadable as error:
        raise WrongInput(phones.hint(_(error.sentence), country), field="phone") from None
    if phone.extension:
        raise WrongInput(NO_EXTENSION, field="phone")
    return phone.number
