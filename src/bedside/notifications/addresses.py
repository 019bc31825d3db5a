"""Addresses of messages: phone numbers in the gateways' form, and the addresses of a patient."""

from bedside.errors import WrongInput
from bedside.kernel.language import gettext as _
from bedside.notifications.messenger import CHANNELS, ChannelName
from bedside.people.patient_index import digits_of
from bedside.people.patients import Demographics


def addresses_of(patient: Demographics, channels: tuple[str, ...]) -> dict[ChannelName, str]:
    """Return where the messages go. Raises WrongInput if there is no channel, or no address for
    one."""
    to: dict[ChannelName, str] = {}
    for channel in CHANNELS:
        if channel not in channels:
            continue
        address = international(patient.phone) if channel == "sms" else patient.email
        if not address:
            missing = _("a mobile number") if channel == "sms" else _("an e-mail address")
            raise WrongInput(
                _("The patient has no {what} yet. Add it, or choose the other way.").format(
                    what=missing
                ),
                field="channels",
            )
        to[channel] = address
    if not to:
        raise WrongInput(_("Choose SMS, e-mail or both."), field="channels")
    return to


def is_phone_number(phone: str) -> bool:
    """Whether this can be a phone number at all, as somebody types it."""
    return len(digits_of(phone)) >= 5 and len(phone) <= 40


def international(phone: str) -> str:
    """Return a phone number in the gateways' form (E.164): + and digits. A number entered without
    a country code stays without one."""
    digits = "".join(c for c in phone if c.isdigit())
    if phone.strip().startswith("+"):
        return "+" + digits
    return "+" + digits[2:] if digits.startswith("00") else digits
