"""ICE servers: addresses of STUN servers and relays, with credentials that a relay accepts for
some minutes.

The credentials follow draft-uberti-behave-turn-rest: the name is the time of expiry and an id, the
password its HMAC under the secret that the product shares with the relays. The secret itself never
leaves the server. A relay checks the time when a path through it begins: an existing one goes on
(RFC 8656, 3.3 leaves it open, and coturn does so), and a page asks again before it makes another
one.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from bedside.kernel import clock

VALID = 10 * clock.MINUTE
VALID_FOR_A_TEST = 5 * clock.MINUTE
"""After a call or a device test nobody can use a relay for longer than this."""


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

    @property
    def relays(self) -> list[str]:
        """The addresses of the relays."""
        return _listed(self.turn_urls)

    @property
    def stun(self) -> list[str]:
        """The addresses of the STUN servers."""
        return _listed(self.stun_urls)

    def credentials(self, who: str, valid: int) -> tuple[str, str]:
        """Return name and password for the relays, valid for so many milliseconds."""
        name = f"{(clock.now() + valid) // clock.SECOND}:{who}"
        return name, self._password(name)

    def for_(self, who: str, *, for_a_test: bool = False) -> dict[str, Any]:
        """Return {iceServers, lasts, expires}: the configuration for RTCPeerConnection, and how
        long it is valid: `lasts` in milliseconds from now, because a device's clock may be wrong,
        and `expires` by this server's clock.

        `who` is the id of a visit, a guest or a member of staff. Without settings the list is
        empty: on one network browsers find each other without.
        """
        valid = VALID_FOR_A_TEST if for_a_test else VALID
        expires = clock.now() + valid
        servers: list[dict[str, Any]] = []
        if stun := self.stun:
            servers.append({"urls": stun})
        if relays := self.relays:
            name, password = self.credentials(who, valid)
            servers.append({"urls": relays, "username": name, "credential": password})
        return {"iceServers": servers, "lasts": valid, "expires": expires}

    def _password(self, name: str) -> str:
        # SHA-1 is what relays compute; HMAC-SHA1 is not affected by collisions of SHA-1
        mark = hmac.new(self.turn_secret.encode(), name.encode(), hashlib.sha1)
        return base64.b64encode(mark.digest()).decode()


def _listed(urls: str) -> list[str]:
    return [url.strip() for url in urls.split(",") if url.strip()]
