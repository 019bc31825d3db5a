"""Passkeys (W3C Web Authentication, level 2): in place of the password, or as a second factor.

In place of the password the device has to verify the person (fingerprint, face, PIN), which makes
two factors of one gesture. A challenge is random, lives five minutes and works once.
"""

import json
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.audit.actors import SYSTEM
from bedside.database.sealed import RecordSealBroken, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.bound import PASSKEYS, STAFF
from bedside.people.clinics import Clinics
from bedside.people.models import challenges, passkeys
from bedside.people.permissions import StaffAccess
from bedside.people.rows import PasskeyRow
from bedside.people.second_factors import Who, may_set_up, note_factor
from bedside.people.sessions import Pending
from bedside.people.sign_in import SignedIn, SignIn, SignInOptions

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication

_CHALLENGE_FOR = 5 * clock.MINUTE
_LABEL_MAX = 60
_NOT_ACCEPTED = N_(
    "This passkey was not accepted. Try again, or sign in with e-mail address and password."
)


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of somebody's own passkeys."""

    id: str
    label: str
    created_at: int
    used_at: int


_add_challenge = prepared(insert(challenges))
_take_challenge = prepared(
    delete(challenges)
    .where(challenges.c.challenge == bindparam("given"))
    .returning(challenges.c.staff_id, challenges.c.expires_at)
)
_forget_challenges = prepared(delete(challenges).where(challenges.c.expires_at < bindparam("now")))
_of_staff = prepared(
    select(passkeys)
    .where(passkeys.c.staff_id == bindparam("staff"))
    .order_by(passkeys.c.created_at),
    PasskeyRow,
)
_by_id = prepared(select(passkeys).where(passkeys.c.credential_id == bindparam("of")), PasskeyRow)
_add = prepared(insert(passkeys))
_used = prepared(
    update(passkeys)
    .where(
        passkeys.c.credential_id == bindparam("of"), passkeys.c.sign_count == bindparam("old_count")
    )
    .values(sign_count=bindparam("new_count"), used_at=bindparam("moment"))
)
_remove = prepared(
    delete(passkeys).where(
        passkeys.c.credential_id == bindparam("of"), passkeys.c.staff_id == bindparam("staff")
    )
)


class Passkeys:
    """Registers passkeys and signs people in with them. `base_url` is the address people reach."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        sign_in: SignIn,
        base_url: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._sign_in = sign_in
        self._origin = base_url
        self._host = urlsplit(base_url).hostname or ""

    @property
    def possible(self) -> bool:
        """Whether passkeys are possible: browsers have them for names only, not for addresses such
        as 192.168.0.7, and only over HTTPS or on the machine itself."""
        try:
            ip_address(self._host)
        except ValueError:
            return self._origin.startswith("https://") or self._host == "localhost"
        return False

    # --- registering -----------------------------------------------------------------------

    async def registration_options(self, who: Who, name: str, email: str) -> str:
        """Return the browser's options for creating a passkey, as JSON. It shows `name` and
        `email`."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            PublicKeyCredentialDescriptor,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        async with self._database.unit_of_work() as work:
            await may_set_up(work, self._vault, who)
        async with self._database.read() as db:
            there = await db.all(_of_staff, staff=who.staff_id)
        clinic = await self._clinics.get(who.clinic_id)
        options = generate_registration_options(
            rp_id=self._host,
            rp_name=f"Bedside {clinic.name}",
            user_id=who.staff_id.encode(),
            user_name=email,
            user_display_name=name,
            challenge=await self._new_challenge(who.staff_id),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.PREFERRED,
                user_verification=UserVerificationRequirement.PREFERRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))
                for row in there
            ],
        )
        return options_to_json(options)

    async def register(self, who: Who, credential: Any, label: str) -> None:
        """Store the passkey created by the browser. `credential` is its answer, parsed from JSON.

        Raises WrongInput, Conflict.
        """
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url
        from webauthn.helpers.exceptions import WebAuthnException

        async with self._database.unit_of_work() as work:
            await may_set_up(work, self._vault, who)
        given = _checked(credential)
        challenge = await self._taken_challenge(given, who.staff_id)
        try:
            made = verify_registration_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            raise WrongInput(
                N_("This passkey could not be added. Try again, or use another device.")
            ) from error
        credential_id = bytes_to_base64url(made.credential_id)
        async with self._database.unit_of_work() as work:
            if await work.one(_by_id, of=credential_id):
                raise Conflict(N_("This passkey is registered already. Nothing was changed."))
            person = await may_set_up(work, self._vault, who)
            row = {
                "credential_id": credential_id,
                "staff_id": who.staff_id,
                "clinic_id": who.clinic_id,
                "public_key": made.credential_public_key,
                "sign_count": made.sign_count,
                "label": " ".join(label.split())[:_LABEL_MAX],
                "created_at": clock.now(),
                "used_at": 0,
            }
            keys = await self._vault.clinic(who.clinic_id)
            await work.execute(_add, **PASSKEYS.bound(keys, row))
            await STAFF.change(work, self._vault, person, has_passkey=True)
            await note_factor(self._audit, work, who, Action.SECOND_FACTOR_ADDED, "passkey")

    async def listed(self, who: StaffAccess) -> list[Passkey]:
        """Return one's own passkeys, oldest first."""
        async with self._database.read() as db:
            rows = await db.all(_of_staff, staff=who.staff_id)
        return [Passkey(r.credential_id, r.label, r.created_at, r.used_at) for r in rows]

    async def remove(self, who: StaffAccess, credential_id: str) -> None:
        """Remove a passkey. Raises NotFound, or Conflict if the clinic requires a second factor
        and this is the last one."""
        options = await self._clinics.options(who.clinic_id, SignInOptions)
        factors = await self._sign_in.factors(who.staff_id)
        if options.second_factor_required and not factors.totp:
            others = [key for key in await self.listed(who) if key.id != credential_id]
            if not others:
                raise Conflict(
                    N_(
                        "Your clinic asks for a second factor, and this is your only one. Add "
                        "another one before you remove it. Nothing was changed."
                    )
                )
        async with self._database.unit_of_work() as work:
            person = await STAFF.locked(work, self._vault, id=who.staff_id)
            if person is None or not await work.execute(
                _remove, of=credential_id, staff=who.staff_id
            ):
                raise NotFound
            left = await work.one(_of_staff, staff=who.staff_id)
            await STAFF.change(work, self._vault, person, has_passkey=left is not None)
            await note_factor(self._audit, work, who, Action.SECOND_FACTOR_REMOVED, "passkey")

    # --- signing in ------------------------------------------------------------------------

    async def sign_in_options(self, pending: Pending | None) -> str:
        """Return the browser's options for using a passkey, as JSON: any of this site or, as a
        second factor, one of this person's."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.structs import (
            PublicKeyCredentialDescriptor,
            UserVerificationRequirement,
        )

        allowed: list[PublicKeyCredentialDescriptor] = []
        if pending is not None:
            async with self._database.read() as db:
                rows = await db.all(_of_staff, staff=pending.staff_id)
            allowed = [
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))
                for row in rows
            ]
        options = generate_authentication_options(
            rp_id=self._host,
            challenge=await self._new_challenge(pending.staff_id if pending else ""),
            allow_credentials=allowed,
            user_verification=UserVerificationRequirement.PREFERRED
            if pending
            else UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    async def sign_in(
        self, credential: Any, *, address: str, device: str, known: str = ""
    ) -> SignedIn:
        """Sign in with a passkey alone. `device` and `known` as in `SignIn.with_password`. Raises
        WrongInput, RecordSealBroken."""
        key, used = await self._verified(credential, "", must_verify_person=True)
        await self._sign_in.check_row(key.staff_id)
        async with self._database.unit_of_work() as work:
            await self._use(work, key, used)
            return await self._sign_in.admit(
                work, key.staff_id, "passkey", address=address, device=device, known=known
            )

    async def second_factor(self, pending: Pending, credential: Any) -> SignedIn:
        """Complete the second step with a passkey of the person. Raises WrongInput."""
        try:
            key, used = await self._verified(credential, pending.staff_id, must_verify_person=False)
        except WrongInput:
            async with self._database.unit_of_work() as work:
                await self._sign_in.record_failure(work, pending, "passkey")
            raise
        async with self._database.unit_of_work() as work:
            await self._use(work, key, used)
            return await self._sign_in.proven(work, pending, "passkey")

    async def _verified(
        self, credential: Any, staff_id: str, *, must_verify_person: bool
    ) -> "tuple[PasskeyRow, VerifiedAuthentication]":
        from webauthn import verify_authentication_response
        from webauthn.helpers import base64url_to_bytes
        from webauthn.helpers.exceptions import WebAuthnException

        given = _checked(credential)
        challenge = await self._taken_challenge(given, staff_id)
        async with self._database.read() as db:
            key = await db.one(_by_id, of=str(given.get("id", "")))
        if key is None or (staff_id and key.staff_id != staff_id):
            raise WrongInput(_NOT_ACCEPTED)
        await self._check(key)
        handle = given.get("response", {}).get("userHandle")
        try:
            if handle and base64url_to_bytes(str(handle)) != key.staff_id.encode():
                raise WrongInput(_NOT_ACCEPTED)
            used = verify_authentication_response(
                credential=given,
                expected_challenge=challenge,
                expected_rp_id=self._host,
                expected_origin=self._origin,
                credential_public_key=bytes(key.public_key),
                credential_current_sign_count=key.sign_count,
                require_user_verification=must_verify_person,
            )
        except (WebAuthnException, ValueError, KeyError) as error:
            raise WrongInput(_NOT_ACCEPTED) from error
        return key, used

    async def _check(self, key: PasskeyRow) -> None:
        """Refuse, and record, a passkey that was written without the clinic's keys. Raises
        RecordSealBroken."""
        try:
            await PASSKEYS.check(self._vault, key)
        except RecordSealBroken:
            await self._audit.note(
                key.clinic_id, SYSTEM, Action.ROW_REFUSED, subject_id=key.staff_id, table="passkeys"
            )
            raise

    async def _use(self, work: UnitOfWork, key: PasskeyRow, used: "VerifiedAuthentication") -> None:
        """Count the use; of copies of a key used at the same moment, all but one lose the race."""
        done = await work.execute(
            _used,
            of=key.credential_id,
            old_count=key.sign_count,
            new_count=used.new_sign_count,
            moment=clock.now(),
        )
        if not done:
            raise WrongInput(_NOT_ACCEPTED)

    # --- challenges ------------------------------------------------------------------------

    async def _new_challenge(self, staff_id: str) -> bytes:
        challenge = secrets.token_bytes(32)
        async with self._database.unit_of_work() as work:
            await work.execute(_forget_challenges, now=clock.now())
            await work.execute(
                _add_challenge,
                challenge=challenge,
                staff_id=staff_id,
                expires_at=clock.now() + _CHALLENGE_FOR,
            )
        return challenge

    async def _taken_challenge(self, given: dict[str, Any], staff_id: str) -> bytes:
        """Return the challenge that a credential answers, if it was ours, for this person, and
        unused."""
        from webauthn.helpers import base64url_to_bytes

        try:
            said = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
            challenge = base64url_to_bytes(said["challenge"])
        except (ValueError, KeyError, TypeError) as error:
            raise WrongInput(_NOT_ACCEPTED) from error
        async with self._database.unit_of_work() as work:
            row = await work.one(_take_challenge, given=challenge)
        if row is None or row.expires_at < clock.now() or row.staff_id != staff_id:
            raise WrongInput(_NOT_ACCEPTED)
        return challenge


def _checked(credential: Any) -> dict[str, Any]:
    """Validate a credential as far as this module reads it itself."""
    if not isinstance(credential, dict):
        raise WrongInput(_NOT_ACCEPTED)
    given = cast(dict[str, Any], credential)
    if not isinstance(given.get("response"), dict):
        raise WrongInput(_NOT_ACCEPTED)
    return given
