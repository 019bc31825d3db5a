"""Ceremonies of passkeys (W3C Web Authentication, level 2): making one, and using one.

The same for staff and for people with an account in the patient's app, whose passkeys are kept
apart. A challenge is random, lives five minutes and works once.
"""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, insert

from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.models import challenges

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
    from webauthn.registration.verify_registration_response import VerifiedRegistration

_CHALLENGE_FOR = 5 * clock.MINUTE
LABEL_MAX = 60
NOT_ACCEPTED = N_(
    "This passkey was not accepted. Try again, or sign in with e-mail address and password."
)
_NOT_ADDED = N_("This passkey could not be added. Try again, or use another device.")

_add_challenge = prepared(insert(challenges))
_take_challenge = prepared(
    delete(challenges)
    .where(challenges.c.challenge == bindparam("given"))
    .returning(challenges.c.staff_id, challenges.c.expires_at)
)
_forget_challenges = prepared(delete(challenges).where(challenges.c.expires_at < bindparam("now")))


class StoredKey(Protocol):
    """A passkey as it is stored."""

    @property
    def public_key(self) -> bytes: ...
    @property
    def sign_count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Given:
    """A browser's answer whose challenge was ours and unused."""

    credential: dict[str, Any]
    challenge: bytes

    @property
    def credential_id(self) -> str:
        """The passkey it says it is."""
        return str(self.credential.get("id", ""))


class Ceremonies:
    """Makes the browser's options, and verifies its answers. `base_url` is the address people
    reach. `refusal` is the sentence for a passkey that is not accepted."""

    def __init__(self, database: Transactions, base_url: str, refusal: str = NOT_ACCEPTED) -> None:
        self._database = database
        self._origin = base_url
        self._host = urlsplit(base_url).hostname or ""
        self._refusal = refusal

    @property
    def possible(self) -> bool:
        """Whether passkeys are possible: browsers have them for names only, not for addresses such
        as 192.168.0.7, and only over HTTPS or on the machine itself."""
        try:
            ip_address(self._host)
        except ValueError:
            return self._origin.startswith("https://") or self._host == "localhost"
        return False

    # --- making one ------------------------------------------------------------------------

    async def making(
        self, owner_id: str, clinic_name: str, *, user: str, display: str, there: Sequence[str]
    ) -> str:
        """Return the browser's options for making a passkey, as JSON. It shows `user` and
        `display`; `there` are the ids of those that the owner has already."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=self._host,
            rp_name=f"Bedside {clinic_name}",
            user_id=owner_id.encode(),
            user_name=user,
            user_display_name=display,
            challenge=await self._new_challenge(owner_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=_descriptors(there),
        )
        return options_to_json(options)

    async def made(self, owner_id: str, credential: Any) -> "VerifiedRegistration":
        """Verify the passkey that the browser made. Raises WrongInput."""
        from webauthn import verify_registration_response
        from webauthn.helpers.exceptions import WebAuthnException

        given = await self.given(credential, owner_id)
        try:
            return verify_registration_response(
                credential=given.credential,
                expected_challenge=given.challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            raise WrongInput(_NOT_ADDED) from error

    # --- using one -------------------------------------------------------------------------

    async def using(self, owner_id: str = "", allowed: Sequence[str] = ()) -> str:
        """Return the browser's options for using a passkey, as JSON: any of this site or, as a
        second factor, one of `owner_id`."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self._host,
            challenge=await self._new_challenge(owner_id),
            allow_credentials=_descriptors(allowed),
            user_verification=UserVerificationRequirement.PREFERRED
            if owner_id
            else UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def used(
        self, given: Given, key: StoredKey, owner_id: str, *, must_verify_person: bool
    ) -> "VerifiedAuthentication":
        """Verify the use of a passkey of `owner_id`. Raises WrongInput."""
        from webauthn import verify_authentication_response
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.exceptions import WebAuthnException

        handle = given.credential.get("response", {}).get("userHandle")
        try:
            if handle and base64url_to_bytes(str(handle)) != owner_id.encode():
                raise WrongInput(self._refusal)
            return verify_authentication_response(
                credential=given.credential,
                expected_challenge=given.challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=must_verify_person,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            raise WrongInput(self._refusal) from error

    async def given(self, credential: Any, owner_id: str) -> Given:
        """Return a browser's answer if its challenge was ours, for this owner (“” for nobody known
        yet), and unused. Raises WrongInput."""
        from webauthn.helpers import base64url_to_bytes

        checked = self._checked(credential)
        try:
            client_data = json.loads(base64url_to_bytes(checked["response"]["clientDataJSON"]))
            challenge = base64url_to_bytes(client_data["challenge"])
        except (ValueError, KeyError, TypeError) as error:
            raise WrongInput(self._refusal) from error
        async with self._database.unit_of_work() as work:
            row = await work.one(_take_challenge, given=challenge)
        if row is None or row.expires_at < clock.now() or row.staff_id != owner_id:
            raise WrongInput(self._refusal)
        return Given(checked, challenge)

    def _checked(self, credential: Any) -> dict[str, Any]:
        """Validate a credential as far as this module reads it itself."""
        if not isinstance(credential, dict):
            raise WrongInput(self._refusal)
        given = cast(dict[str, Any], credential)
        if not isinstance(given.get("response"), dict):
            raise WrongInput(self._refusal)
        return given

    async def _new_challenge(self, owner_id: str) -> bytes:
        challenge = secrets.token_bytes(32)
        async with self._database.unit_of_work() as work:
            await work.execute(_forget_challenges, now=clock.now())
            await work.execute(
                _add_challenge,
                challenge=challenge,
                staff_id=owner_id,
                expires_at=clock.now() + _CHALLENGE_FOR,
            )
        return challenge


def _descriptors(credential_ids: Sequence[str]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in credential_ids]
