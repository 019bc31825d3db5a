"""Signing in to the patient's app: by the link of an invitation, by a passkey, or by a one-time
code sent to a number or e-mail address.

Asking for a code looks nothing up. A job does, later, so neither the answer nor the time it takes
says whether the clinic knows the address. The code alone lets nobody in: several people share a
phone, so the date of birth says whose app it is, and a wrong one counts like a wrong code.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from bedside.accounts import texts
from bedside.accounts.models import account_codes
from bedside.accounts.opening import Accounts, Person
from bedside.accounts.rows import AccountRow, CodeRow
from bedside.accounts.sessions import AccountSessions, hash_of
from bedside.audit import Action, Actor, AuditLog
from bedside.audit.actors import ActorKind
from bedside.database.sealed import Vault
from bedside.database.statements import prepared
from bedside.errors import NotSignedIn, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import new_id, new_secret
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.notifications.messenger import Messenger, Notice
from bedside.notifications.text_limits import ManyTexts, TextLimits
from bedside.people.by_address import Address
from bedside.people.clinics import Clinics
from bedside.people.permissions import LinkAccess
from bedside.people.throttling import Bucket, Throttle

SEND_CODE = "account.send_code"
CODE_FOR = 10 * clock.MINUTE
TRIES = 5
CODES = Bucket("throttle.account_codes", holds=3, every=5 * clock.MINUTE)
"""Codes to one address: three in a row, then one every five minutes."""
CODES_FROM = Bucket("throttle.account_codes.network", holds=30, every=clock.MINUTE)
"""Codes that one network asks for; a home or a clinic shares one."""
WRONG_FROM = Bucket("throttle.account_wrong.network", holds=40, every=2 * clock.MINUTE)
"""Wrong answers from one network."""
_COLUMN = "account_codes.content"

NOT_MATCHED = N_(
    "The code and the date of birth do not match. Check both. Only the newest code works, for ten "
    "minutes."
)


class CodeOver(WrongInput):
    """The code has expired, was used, or was guessed at too often."""

    code = "code_over"
    sentence = N_("This code does not work any more. Ask for a new one.")


class SeveralPeople(WrongInput):
    """Code and date of birth fit several people with this address, such as twins: whoever signs in
    says who it is. `choices` has names by account."""

    code = "several_people"
    sentence = N_("For whom are you here?")

    def __init__(self, choices: dict[str, str]) -> None:
        super().__init__(field="account")
        self.choices = choices


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who is signed in now, and the token for the cookie of the device."""

    account_id: str
    clinic_id: str
    token: str


_add = prepared(insert(account_codes))
_by_id = prepared(select(account_codes).where(account_codes.c.id == bindparam("of")), CodeRow)
_for_change = prepared(
    select(account_codes).where(account_codes.c.token_hash == bindparam("hash")).with_for_update(),
    CodeRow,
)
_count = prepared(
    update(account_codes)
    .where(account_codes.c.id == bindparam("of"))
    .values(tries=account_codes.c.tries + 1)
)
_drop = prepared(delete(account_codes).where(account_codes.c.id == bindparam("of")))
_forget = prepared(delete(account_codes).where(account_codes.c.expires_at < bindparam("moment")))


class AccountSignIn:
    """Signs people in to the app."""

    def __init__(
        self,
        database: Transactions,
        vault: Vault,
        audit: AuditLog,
        clinics: Clinics,
        accounts: Accounts,
        sessions: AccountSessions,
        throttle: Throttle,
        limits: TextLimits,
        messenger: Messenger,
        host: str,
    ) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit
        self._clinics = clinics
        self._accounts = accounts
        self._sessions = sessions
        self._throttle = throttle
        self._limits = limits
        self._messenger = messenger
        self._host = host

    # --- by a link -----------------------------------------------------------------------------

    async def by_link(self, link: LinkAccess, *, device: str, own: bool) -> SignedIn:
        """Sign in the patient whose date of birth was given at a link, and open the account if
        there is none yet. `device` is what the browser calls itself; `own` whether it is theirs."""
        async with self._database.unit_of_work() as work:
            row = await self._accounts.of_patient(work, link.clinic_id, link.patient_id, link.actor)
            return await self.admit(work, row, "link", link.address, device=device, own=own)

    async def admit(
        self, work: UnitOfWork, row: AccountRow, how: str, address: str, *, device: str, own: bool
    ) -> SignedIn:
        """Begin a session for somebody who has proved to be the person of an account."""
        token = await self._sessions.begin(work, row, device, own=own)
        await self._audit.record(
            work,
            row.clinic_id,
            actor_of(row, address),
            Action.ACCOUNT_SIGNED_IN,
            patient_id=row.patient_id,
            subject_id=row.id,
            how=how,
        )
        return SignedIn(row.id, row.clinic_id, token)

    # --- by a code -----------------------------------------------------------------------------

    async def ask_code(self, clinic_id: str, address: Address, network: str) -> str:
        """Have a code sent, if somebody with an account has this address. Returns the token of the
        browser that asked, in any case. Raises TooMany, for known and unknown addresses alike."""
        keys, code_id, token = await self._vault.clinic(clinic_id), new_id("cod"), new_secret()
        content = {
            "code": f"{secrets.randbelow(1_000_000):06}",
            "channel": address.channel,
            "to": address.to,
        }
        asked = ((CODES, f"{clinic_id}\0{address.to}"), (CODES_FROM, network))
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, *asked)
            await self._throttle.failed(work, *asked)
            await work.execute(
                _add,
                id=code_id,
                token_hash=hash_of(token),
                clinic_id=clinic_id,
                content=keys.seal(_COLUMN, code_id, content),
                tries=0,
                expires_at=clock.now() + CODE_FOR,
            )
            work.enqueue(SEND_CODE, {"code_id": code_id}, unique=f"{SEND_CODE}:{code_id}")
        return token

    async def send_code(self, payload: dict[str, Any]) -> None:
        """Job: send a code to its address, if it is that of somebody with an account."""
        async with self._database.read() as db:
            row = await db.one(_by_id, of=payload["code_id"])
        if row is None or row.expires_at <= clock.now():
            return
        content = await self._content(row)
        address = Address(content["channel"], content["to"])
        found = await self._accounts.at(row.clinic_id, address)
        if not found:
            return
        person = await self._accounts.behind(found[0])
        clinic = await self._clinics.get(row.clinic_id)
        text = texts.code(clinic, person.language, content["code"], self._host)
        async with self._database.unit_of_work() as work:
            if address.channel == "sms":
                try:
                    await self._limits.take(work, row.clinic_id, address.to)
                except ManyTexts:
                    return
            await self._messenger.send(
                work,
                Notice(
                    row.clinic_id,
                    found[0].patient_id,
                    f"{row.id}/code",
                    address.channel,
                    address.to,
                    text.text,
                    text.subject,
                    text.html,
                    useful_for=max(1, row.expires_at - clock.now()),
                    essential=content["code"],
                ),
            )
            await self._audit.record(
                work,
                row.clinic_id,
                actor_of(found[0], ""),
                Action.ACCOUNT_CODE_SENT,
                patient_id=found[0].patient_id,
                subject_id=found[0].id,
            )

    async def with_code(
        self,
        token: str,
        code: str,
        born: date,
        network: str,
        *,
        device: str,
        own: bool,
        account_id: str = "",
    ) -> SignedIn:
        """Sign in with a code and the date of birth of whose app it is. `account_id` is the answer
        to SeveralPeople.

        Raises WrongInput (field `code`) if they do not match, SeveralPeople, CodeOver, NotSignedIn
        for a browser that asked for no code, TooMany after many wrong answers from one network.
        """
        async with self._database.read() as db:
            row = await db.one(_for_reading, hash=hash_of(token)) if token else None
        if row is None:
            raise NotSignedIn
        content = await self._content(row)
        found = await self._accounts.at(row.clinic_id, Address(content["channel"], content["to"]))
        people = [(one, await self._accounts.behind(one)) for one in found]
        right = hmac.compare_digest(code.encode(), content["code"].encode())
        whose = {one.id: (one, person) for one, person in people if _is(person, born)}
        if account_id in whose:
            whose = {account_id: whose[account_id]}
        async with self._database.unit_of_work() as work:
            await self._throttle.check_in(work, (WRONG_FROM, network))
            await self._take(work, token)
            if right and len(whose) == 1:
                await work.execute(_drop, of=row.id)
                [(account, _person)] = whose.values()
                return await self.admit(work, account, "code", network, device=device, own=own)
            if right and whose:
                raise SeveralPeople({one: person.name for one, (_, person) in whose.items()})
            await self._throttle.failed(work, (WRONG_FROM, network))
            await self._audit.record(
                work,
                row.clinic_id,
                Actor(ActorKind.UNKNOWN, "", network),
                Action.ACCOUNT_SIGN_IN_FAILED,
                how="code",
            )
        raise WrongInput(NOT_MATCHED, field="code")

    async def _take(self, work: UnitOfWork, token: str) -> None:
        """Use up one try of a code. Raises CodeOver."""
        row = await work.one(_for_change, hash=hash_of(token))
        if row is None or row.expires_at <= clock.now() or row.tries >= TRIES:
            raise CodeOver(field="code")
        await work.execute(_count, of=row.id)

    async def _content(self, row: CodeRow) -> dict[str, Any]:
        keys = await self._vault.clinic(row.clinic_id)
        content: dict[str, Any] = keys.unseal(_COLUMN, row.id, row.content)
        return content

    async def forget_codes(self) -> int:
        """Forget codes that are over, for the worker's sweep. Returns how many."""
        async with self._database.unit_of_work() as work:
            return await work.execute(_forget, moment=clock.now() - clock.HOUR)


_for_reading = prepared(
    select(account_codes).where(account_codes.c.token_hash == bindparam("hash")), CodeRow
)


def actor_of(row: AccountRow, address: str) -> Actor:
    """Return the person of an account for the audit log."""
    if row.patient_id:
        return Actor(ActorKind.PATIENT, row.patient_id, address)
    return Actor(ActorKind.PROXY, row.id, address)


def _is(person: Person, born: date) -> bool:
    known = person.born.isoformat() if person.born else "not known"
    return hmac.compare_digest(known, born.isoformat())
