"""How browsers find a way to each other: addresses of STUN servers and relays, with credentials
that a relay takes for an hour.

The credentials follow draft-uberti-behave-turn-rest: the name is the time of expiry and an id, the
password its HMAC under the secret that the product shares with the relays. The secret itself never
leaves the server.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from bedside.kernel import clock

VALID = clock.HOUR


@dataclass(frozen=True, slots=True)
class IceServers:
    """`stun_urls` and `turn_urls` as in the settings, separated by commas."""

    stun_urls: str
    turn_urls: str
    turn_secret: str

    @property
    def has_relay(self) -> bool:
        """Whether there is a relay for networks that let nothing else through."""
        return bool(self.turn_urls)

    def for_(self, who: str) -> dict[str, Any]:
        """{iceServers, expires}: what RTCPeerConnection takes, and when it has to be asked anew.

        `who` is the id of a visit, a guest or a member of staff. Without settings the list is
        empty: on one network browsers find each other without.
        """
        expires = clock.now() + VALID
        servers: list[dict[str, Any]] = []
        if stun := _listed(self.stun_urls):
            servers.append({"urls": stun})
        if relays := _listed(self.turn_urls):
            name = f"{expires // clock.SECOND}:{who}"
            servers.append({"urls": relays, "username": name, "credential": self._password(name)})
        return {"iceServers": servers, "expires": expires}

    def _password(self, name: str) -> str:
        # SHA-1 is what relays compute; HMAC-SHA1 is not touched by collisions of SHA-1
        mark = hmac.new(self.turn_secret.encode(), name.encode(), hashlib.sha1)
        return base64.b64encode(mark.digest()).decode()


def _listed(urls: str) -> list[str]:
    return [url.strip() for url in urls.split(",") if url.strip()]
