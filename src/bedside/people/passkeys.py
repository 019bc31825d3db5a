"""Passkeys (W3C Web Authentication, level 2): in place of the password, or as a second factor.

In place of the password the device has to verify the person (fingerprint, face, PIN), which makes
two factors of one gesture.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
from bedside.people.ceremonies import LABEL_MAX, NOT_ACCEPTED, Ceremonies
from bedside.people.clinics import Clinics
from bedside.people.models import passkeys
from bedside.people.permissions import StaffAccess
from bedside.people.rows import PasskeyRow
from bedside.people.second_factors import Who, may_set_up, note_factor
from bedside.people.sessions import Pending
from bedside.people.sign_in import SignedIn, SignIn, SignInOptions

if TYPE_CHECKING:
    from webauthn.authentication.verify_authentication_response import VerifiedAuthentication


@dataclass(frozen=True, slots=True)
class Passkey:
    """One of somebody's own passkeys."""

    id: str
    label: str
    created_at: int
    used_at: int


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
    """Registers passkeys of staff and signs them in."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        sign_in: SignIn,
        ceremonies: Ceremonies,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._sign_in = sign_in
        self._ceremonies = ceremonies

    @property
    def possible(self) -> bool:
        """Whether passkeys are possible at this address (see `Ceremonies`)."""
        return self._ceremonies.possible

    # --- registering -----------------------------------------------------------------------

    async def registration_options(self, who: Who, name: str, email: str) -> str:
        """Return the browser's options for creating a passkey, as JSON. It shows `name` and
        `email`."""
        async with self._database.unit_of_work() as work:
            await may_set_up(work, self._vault, who)
        async with self._database.read() as db:
            there = await db.all(_of_staff, staff=who.staff_id)
        clinic = await self._clinics.get(who.clinic_id)
        return await self._ceremonies.making(
            who.staff_id,
            clinic.name,
            user=email,
            display=name,
            there=[row.credential_id for row in there],
        )

    async def register(self, who: Who, credential: Any, label: str) -> None:
        """Store the passkey created by the browser. `credential` is its answer, parsed from JSON.

        Raises WrongInput, Conflict.
        """
        from webauthn.helpers import bytes_to_base64url

        async with self._database.unit_of_work() as work:
            await may_set_up(work, self._vault, who)
        made = await self._ceremonies.made(who.staff_id, credential)
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
                "label": " ".join(label.split())[:LABEL_MAX],
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
        if pending is None:
            return await self._ceremonies.using()
        async with self._database.read() as db:
            rows = await db.all(_of_staff, staff=pending.staff_id)
        return await self._ceremonies.using(pending.staff_id, [row.credential_id for row in rows])

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
        given = await self._ceremonies.given(credential, staff_id)
        async with self._database.read() as db:
            key = await db.one(_by_id, of=given.credential_id)
        if key is None or (staff_id and key.staff_id != staff_id):
            raise WrongInput(NOT_ACCEPTED)
        await self._check(key)
        used = self._ceremonies.used(
            given, key, key.staff_id, must_verify_person=must_verify_person
        )
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
            raise WrongInput(NOT_ACCEPTED)
