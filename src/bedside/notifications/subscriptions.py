"""Subscriptions of browsers to web push (RFC 8030), as they are given and as they are sealed."""

import base64
import binascii
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

from bedside.errors import WrongInput
from bedside.kernel.language import N_
from bedside.kernel.network import is_public
from bedside.notifications.ports import PushSubscription

_LONGEST = 1_000
_KEY, _SECRET = 65, 16


def record_of(subscription: PushSubscription, label: str) -> dict[str, str]:
    """Return what is sealed of a device; `label` is its browser's name."""
    return {
        "endpoint": subscription.endpoint,
        "key": _text(subscription.key),
        "secret": _text(subscription.secret),
        "label": label,
    }


def subscription_in(record: dict[str, str]) -> PushSubscription:
    """Return the subscription in a record."""
    return PushSubscription(record["endpoint"], _bytes(record["key"]), _bytes(record["secret"]))


def checked(given: Any, *, internal: bool) -> PushSubscription:
    """Validate a browser's subscription, to which messages must be deliverable. Raises
    WrongInput."""
    fields = cast(dict[str, Any], given if isinstance(given, dict) else {})
    found = fields.get("keys")
    keys = cast(dict[str, Any], found if isinstance(found, dict) else {})
    endpoint = fields.get("endpoint")
    try:
        key, secret = _bytes(str(keys.get("p256dh"))), _bytes(str(keys.get("auth")))
    except (ValueError, binascii.Error):
        key, secret = b"", b""
    right = len(key) == _KEY and key[0] == 4 and len(secret) == _SECRET
    if not right or not isinstance(endpoint, str) or not _may_be_asked(endpoint, internal=internal):
        raise WrongInput(
            N_("This browser gave an address that cannot be used. It gets no notifications.")
        )
    return PushSubscription(endpoint, key, secret)


def _may_be_asked(endpoint: str, *, internal: bool) -> bool:
    """Whether an address can be that of a push service, as far as its text shows."""
    try:
        parts = urlsplit(endpoint)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        return False
    plain = endpoint.isascii() and endpoint.isprintable() and " " not in endpoint
    if not plain or len(endpoint) > _LONGEST or parts.scheme != "https" or not host:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if internal:
        return True
    try:
        return port in (None, 443) and is_public(ip_address(host))
    except ValueError:  # a name
        return port in (None, 443) and "." in host


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Decode, the inverse of `_text`, as browsers write it. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
