"""Passkeys of people with an account: in place of a code, and the quickest way in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.accounts.bound import PASSKEYS
from bedside.accounts.models import account_passkeys
from bedside.accounts.opening import Accounts
from bedside.accounts.rows import PasskeyRow
from bedside.accounts.sign_in import AccountSignIn, SignedIn
from bedside.audit import Action, AuditLog
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import Conflict, NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.ceremonies import LABEL_MAX, Ceremonies
from bedside.people.clinics import Clinics
from bedside.people.permissions import AccountAccess

REFUSED = N_("This passkey was not accepted. Try again, or have a code sent to you.")

_of_account = prepared(
    select(account_passkeys)
    .where(account_passkeys.c.account_id == bindparam("account"))
    .order_by(account_passkeys.c.created_at),
    PasskeyRow,
)
_by_id = prepared(
    select(account_passkeys).where(account_passkeys.c.credential_id == bindparam("of")), PasskeyRow
)
_add = prepared(insert(account_passkeys))
_used = prepared(
    update(account_passkeys)
    .where(
        account_passkeys.c.credential_id == bindparam("of"),
        account_passkeys.c.sign_count == bindparam("old_count"),
    )
    .values(sign_count=bindparam("new_count"), used_at=bindparam("moment"))
)
_remove = prepared(
    delete(account_passkeys).where(
        account_passkeys.c.credential_id == bindparam("of"),
        account_passkeys.c.account_id == bindparam("account"),
    )
)


@dataclass(frozen=True, slots=True)
class AccountPasskey:
    """One of somebody's own passkeys. `label` names the browser that made it."""

    id: str
    label: str
    created_at: int
    used_at: int


class AccountPasskeys:
    """Adds, uses and removes passkeys of the app."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        accounts: Accounts,
        sign_in: AccountSignIn,
        ceremonies: Ceremonies,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._accounts = accounts
        self._sign_in = sign_in
        self._ceremonies = ceremonies

    @property
    def possible(self) -> bool:
        """Whether passkeys are possible at this address (see `Ceremonies`)."""
        return self._ceremonies.possible

    async def making(self, account: AccountAccess) -> str:
        """Return the browser's options for making a passkey, as JSON. It shows the person's name;
        whoever shares the phone sees whose passkey it is."""
        person = await self._accounts.person(account)
        clinic = await self._clinics.get(account.clinic_id)
        there = [key.id for key in await self.listed(account)]
        return await self._ceremonies.making(
            account.account_id, clinic.name, user=person.name, display=person.name, there=there
        )

    async def add(self, account: AccountAccess, credential: Any, label: str) -> None:
        """Store the passkey that the browser made. Raises WrongInput, Conflict."""
        from webauthn.helpers import bytes_to_base64url

        made = await self._ceremonies.made(account.account_id, credential)
        credential_id = bytes_to_base64url(made.credential_id)
        keys = await self._vault.clinic(account.clinic_id)
        row = {
            "credential_id": credential_id,
            "account_id": account.account_id,
            "clinic_id": account.clinic_id,
            "public_key": made.credential_public_key,
            "sign_count": made.sign_count,
            "label": " ".join(label.split())[:LABEL_MAX],
            "created_at": clock.now(),
            "used_at": 0,
        }
        async with self._database.unit_of_work() as work:
            if await work.one(_by_id, of=credential_id):
                raise Conflict(N_("This passkey is registered already. Nothing was changed."))
            await work.execute(_add, **PASSKEYS.bound(keys, row))
            await self._audit.record(
                work,
                account.clinic_id,
                account.actor,
                Action.ACCOUNT_PASSKEY_ADDED,
                patient_id=account.own_patient_id,
                subject_id=account.account_id,
            )

    async def listed(self, account: AccountAccess) -> list[AccountPasskey]:
        """Return one's own passkeys, oldest first."""
        async with self._database.read() as db:
            rows = await db.all(_of_account, account=account.account_id)
        return [AccountPasskey(r.credential_id, r.label, r.created_at, r.used_at) for r in rows]

    async def remove(self, account: AccountAccess, credential_id: str) -> None:
        """Remove one of one's own passkeys; a code still lets the person in. Raises NotFound."""
        async with self._database.unit_of_work() as work:
            if not await work.execute(_remove, of=credential_id, account=account.account_id):
                raise NotFound
            await self._audit.record(
                work,
                account.clinic_id,
                account.actor,
                Action.ACCOUNT_PASSKEY_REMOVED,
                patient_id=account.own_patient_id,
                subject_id=account.account_id,
            )

    async def using(self) -> str:
        """Return the browser's options for using any passkey of this site, as JSON."""
        return await self._ceremonies.using()

    async def sign_in(self, credential: Any, address: str, *, device: str) -> SignedIn:
        """Sign in with a passkey alone: the device has verified the person. Raises WrongInput, and
        RecordSealBroken for a passkey that was written without the clinic's keys."""
        given = await self._ceremonies.given(credential, "")
        async with self._database.read() as db:
            key = await db.one(_by_id, of=given.credential_id)
            account = await self._accounts.row(db, key.account_id) if key else None
        if key is None or account is None:
            raise WrongInput(REFUSED)
        await PASSKEYS.check(self._vault, key)
        used = self._ceremonies.used(given, key, key.account_id, must_verify_person=True)
        async with self._database.unit_of_work() as work:
            counted = await work.execute(
                _used,
                of=key.credential_id,
                old_count=key.sign_count,
                new_count=used.new_sign_count,
                moment=clock.now(),
            )
            if not counted:  # a copy of the key was used at the same moment
                raise WrongInput(REFUSED)
            return await self._sign_in.admit(
                work, account, "passkey", address, device=device, own=True
            )
