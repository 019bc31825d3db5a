"""Second factors other than passkeys: codes of an authenticator app, and codes on paper.

TOTP as in RFC 6238 (SHA-1, 30 seconds, six digits: what every app supports), with one step of
tolerance to either side; a code works once.
"""

import hashlib
import secrets
from dataclasses import dataclass
from hmac import compare_digest

from pyotp import random_base32
from pyotp.totp import TOTP
from sqlalchemy import bindparam, delete, func, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.people.bound import RECOVERY_CODES, STAFF
from bedside.people.clinics import Clinics
from bedside.people.models import passkeys, recovery_codes, staff
from bedside.people.permissions import ClinicAccess, StaffAccess
from bedside.people.rows import StaffRow
from bedside.people.sessions import Pending, Sessions
from bedside.people.sign_in import SignedIn, SignIn, SignInOptions

_COLUMN = "staff.totp"
_STEP = 30 * clock.SECOND
_TOLERANCE = 1
_CODES = 10
_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_ISSUER = "Bedside"
_NOT_THE_FIRST = N_(
    "This code does not fit. Type the six digits that the app shows now, and check that the clock "
    "of your phone is right."
)
_TOO_LATE = N_(
    "The code that you scanned was shown for a quarter of an hour, and is not taken any more. "
    "Remove it from the app, and scan the one that is shown now."
)

Who = StaffAccess | Pending
"""Somebody setting up a second factor: signed in, or about to be for the first time."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret awaiting its first code. `address` is the content of the QR code."""

    secret: str
    address: str


_of = prepared(select(staff).where(staff.c.id == bindparam("of")), StaffRow)
_use_step = prepared(
    update(staff)
    .where(staff.c.id == bindparam("of"), staff.c.totp_last_step < bindparam("new_step"))
    .values(totp_last_step=bindparam("new_step"))
)
_add_code = prepared(insert(recovery_codes))
_use_code = prepared(
    delete(recovery_codes).where(
        recovery_codes.c.staff_id == bindparam("of"),
        recovery_codes.c.code_hash == bindparam("code"),
    )
)
_drop_codes = prepared(delete(recovery_codes).where(recovery_codes.c.staff_id == bindparam("of")))
_count_codes = prepared(
    select(func.count().label("codes"))
    .select_from(recovery_codes)
    .where(recovery_codes.c.staff_id == bindparam("of"))
)
_drop_passkeys = prepared(delete(passkeys).where(passkeys.c.staff_id == bindparam("of")))


class SecondFactors:
    """Sets up, checks and removes them."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        sessions: Sessions,
        sign_in: SignIn,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._sessions = sessions
        self._sign_in = sign_in

    # --- an authenticator app --------------------------------------------------------------

    async def offered(self, who: Who, account: str) -> Offer:
        """Return the secret to scan, of this session only: the same one for a quarter of an hour,
        until it is confirmed or the session ends. `account` is its name in the app.

        Somebody half signed in who already has a second factor has to use that one: NotFound.
        """
        async with self._database.unit_of_work() as work:
            await may_set_up(work, self._vault, who)
            secret = await self._sessions.offer(work, who, random_base32())
        clinic = await self._clinics.get(who.clinic_id)
        address = TOTP(secret).provisioning_uri(
            name=account, issuer_name=f"{_ISSUER} {clinic.name}"
        )
        return Offer(secret, address)

    async def confirm(self, who: Who, code: str) -> list[str]:
        """Activate the offered secret if its first code is right. Returns new recovery codes.

        Raises WrongInput (field `code`).
        """
        codes = [_new_code() for _ in range(_CODES)]
        keys = await self._vault.clinic(who.clinic_id)
        async with self._database.unit_of_work() as work:
            person = await may_set_up(work, self._vault, who)
            secret = await self._sessions.offered(work, who)
            step = _step_of(secret, code, 0) if secret else None
            if step is None:
                raise WrongInput(_NOT_THE_FIRST if secret else _TOO_LATE, field="code")
            sealed = keys.seal(_COLUMN, who.staff_id, secret)
            await STAFF.change(work, self._vault, person, totp=sealed, totp_last_step=step)
            await self._sessions.withdraw_offer(work, who.session_id)
            await self._keep_codes(work, keys, who.staff_id, codes)
            await note_factor(self._audit, work, who, Action.SECOND_FACTOR_ADDED, "totp")
        return codes

    async def finish(self, pending: Pending, method: str) -> SignedIn:
        """Sign in somebody who has just set up their first second factor."""
        async with self._database.unit_of_work() as work:
            return await self._sign_in.proven(work, pending, method)

    async def check(self, pending: Pending, code: str) -> SignedIn:
        """Sign in with a code of the app, or with one of the codes on paper.

        Raises WrongInput (field `code`), or TooMany.
        """
        await self._sign_in.check_tries(pending)
        plain = "".join(code.split()).replace("-", "").casefold()
        if len(plain) == 16:
            done = await self._by_recovery_code(pending, plain)
        else:
            done = await self._by_totp(pending, plain)
        if done is not None:
            return done
        await self._sign_in.code_failed(pending)
        raise WrongInput(
            N_(
                "This code does not fit, or it was used already. Wait for the next one in the app "
                "and type that."
            ),
            field="code",
        )

    async def _by_totp(self, pending: Pending, code: str) -> SignedIn | None:
        keys = await self._vault.clinic(pending.clinic_id)
        async with self._database.read() as db:
            row = await db.one(_of, of=pending.staff_id)
        if row is None or row.totp is None:
            return None
        secret: str = keys.unseal(_COLUMN, pending.staff_id, row.totp)
        step = _step_of(secret, code, row.totp_last_step)
        if step is None:
            return None
        async with self._database.unit_of_work() as work:
            if not await work.execute(_use_step, of=pending.staff_id, new_step=step):
                return None  # the same code, a moment earlier
            return await self._sign_in.proven(work, pending, "totp")

    async def _by_recovery_code(self, pending: Pending, code: str) -> SignedIn | None:
        hashed = _code_hash(pending.staff_id, code)
        async with self._database.unit_of_work() as work:
            row = await RECOVERY_CODES.locked(
                work, self._vault, staff_id=pending.staff_id, code_hash=hashed
            )
            if row is None:
                return None
            await work.execute(_use_code, of=pending.staff_id, code=hashed)
            return await self._sign_in.proven(work, pending, "recovery code")

    # --- codes on paper --------------------------------------------------------------------

    async def codes_left(self, who: StaffAccess) -> int:
        """Count the unused recovery codes."""
        async with self._database.read() as db:
            row = await db.one(_count_codes, of=who.staff_id)
        return row.codes if row else 0

    async def new_codes(self, who: StaffAccess) -> list[str]:
        """Return new recovery codes; the old ones become void."""
        codes = [_new_code() for _ in range(_CODES)]
        keys = await self._vault.clinic(who.clinic_id)
        async with self._database.unit_of_work() as work:
            await self._keep_codes(work, keys, who.staff_id, codes)
            await note_factor(self._audit, work, who, Action.SECOND_FACTOR_ADDED, "recovery codes")
        return codes

    async def _keep_codes(
        self, work: UnitOfWork, keys: ClinicKeys, staff_id: str, codes: list[str]
    ) -> None:
        await work.execute(_drop_codes, of=staff_id)
        for code in codes:
            row = {
                "staff_id": staff_id,
                "code_hash": _code_hash(staff_id, code.replace("-", "")),
                "clinic_id": keys.clinic_id,
            }
            await work.execute(_add_code, **RECOVERY_CODES.bound(keys, row))

    # --- removing --------------------------------------------------------------------------

    async def remove(self, who: StaffAccess) -> None:
        """Stop using the app. Raises Conflict if the clinic requires a second factor and there is
        no passkey."""
        factors = await self._sign_in.factors(who.staff_id)
        options = await self._clinics.options(who.clinic_id, SignInOptions)
        if options.second_factor_required and not factors.passkey:
            raise Conflict(
                N_(
                    "Your clinic asks for a second factor. Add a passkey before you remove the "
                    "app. Nothing was changed."
                )
            )
        async with self._database.unit_of_work() as work:
            person = await STAFF.locked(work, self._vault, id=who.staff_id)
            if person is None:
                raise NotFound
            await STAFF.change(work, self._vault, person, totp=None)
            await self._sessions.withdraw_offer(work, who.session_id)
            await work.execute(_drop_codes, of=who.staff_id)
            await note_factor(self._audit, work, who, Action.SECOND_FACTOR_REMOVED, "totp")

    async def reset(self, clinic: ClinicAccess, staff_id: str) -> None:
        """Help somebody who lost everything, as an administrator: all second factors are removed
        and all sessions end. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            person = await STAFF.locked(work, self._vault, id=staff_id)
            if person is None or person.clinic_id != clinic.clinic_id:
                raise NotFound
            await STAFF.change(work, self._vault, person, totp=None, has_passkey=False)
            await work.execute(_drop_codes, of=staff_id)
            await work.execute(_drop_passkeys, of=staff_id)
            await self._sessions.end_all(work, staff_id)
            await self._audit.record(
                work,
                clinic.clinic_id,
                clinic.actor,
                Action.SECOND_FACTOR_REMOVED,
                subject_id=staff_id,
                method="all",
            )


def _step_of(secret: str, code: str, last_step: int) -> int | None:
    """Return the time step of a code, if it is near and later than the last one used."""
    now = clock.now() // _STEP
    code = "".join(code.split())
    totp = TOTP(secret)
    for step in range(now - _TOLERANCE, now + _TOLERANCE + 1):
        if step > last_step and compare_digest(totp.generate_otp(step).encode(), code.encode()):
            return step
    return None


def _new_code() -> str:
    """Return sixteen characters (78 bits) in groups of four, without lookalikes."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def _code_hash(staff_id: str, code: str) -> bytes:
    """Hash a code. A fast hash is enough, because the codes are random and long."""
    return hashlib.sha256(f"{staff_id}/{code}".encode()).digest()


async def may_set_up(work: UnitOfWork, vault: Vault, who: Who) -> StaffRow:
    """Lock and return the person's row. With the password alone, the first second factor may be
    set up, but none replaced or added: NotFound."""
    person = await STAFF.locked(work, vault, id=who.staff_id)
    if person is None:
        raise NotFound
    if isinstance(who, Pending) and (person.totp is not None or person.has_passkey):
        raise NotFound
    return person


async def note_factor(
    audit: AuditLog, work: UnitOfWork, who: Who, action: Action, method: str
) -> None:
    """Write to the audit log what somebody did to their own second factors."""
    await audit.record(
        work, who.clinic_id, who.actor, action, subject_id=who.staff_id, method=method
    )
