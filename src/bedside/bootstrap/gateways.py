"""Gateways for messages: chosen by the settings, else the local outbox. Push needs no setting."""

from email.utils import parseaddr

from bedside.adapters.local_outbox import LocalOutbox
from bedside.adapters.web_push import WebPush
from bedside.kernel.known_states import Check
from bedside.notifications import callbacks
from bedside.notifications.ports import Channel, Gateway, PushBook, PushSigner, SentBook
from bedside.settings import Settings


def gateways_of(
    settings: Settings, devices: PushBook, keys: PushSigner, book: SentBook
) -> tuple[dict[Channel, Gateway], frozenset[Channel], dict[Channel, Check]]:
    """Return the gateways, the channels that stay in the local outbox, and checks of those whose
    gateway can be asked.

    Clients for mail and HTTP take megabytes, so only those in use are loaded.
    """
    contact = f"mailto:{parseaddr(settings.mail_from)[1]}" if settings.mail_from else ""
    gateways: dict[Channel, Gateway] = {
        Channel.PUSH: WebPush(
            devices,
            keys,
            contact or settings.base_url,
            internal=settings.internal_push_services,
        )
    }
    checks: dict[Channel, Check] = {}
    if settings.smtp_url:
        from bedside.adapters.email import SmtpMail

        mail = gateways[Channel.EMAIL] = SmtpMail(
            settings.smtp_url, settings.mail_from, bounces=settings.mail_bounces
        )
        checks[Channel.EMAIL] = mail.state
    if settings.twilio_url:
        from bedside.adapters.sms import TwilioSms

        sms = gateways[Channel.SMS] = TwilioSms(
            settings.twilio_url,
            settings.twilio_account,
            settings.twilio_token,
            settings.sms_from,
            book,
            reports_to=_sms_reports_to(settings),
        )
        checks[Channel.SMS] = sms.state
    local = frozenset(channel for channel in Channel if channel not in gateways)
    for channel in local:
        gateways[channel] = LocalOutbox(channel)
    return gateways, local, checks


def _sms_reports_to(settings: Settings) -> str:
    """Return where the SMS gateway sends its reports; "" if it could not reach us."""
    public = settings.public_url.startswith("https://")
    return settings.base_url + callbacks.PATH if public else ""
