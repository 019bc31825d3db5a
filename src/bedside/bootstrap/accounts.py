"""Wires accounts of the patient's app."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from bedside.accounts.access import PatientSides
from bedside.accounts.changes import LOOK, ProxyChanges
from bedside.accounts.opening import Accounts
from bedside.accounts.passkeys import REFUSED, AccountPasskeys
from bedside.accounts.proxies import Proxies
from bedside.accounts.reached import Reached
from bedside.accounts.sessions import AccountSessions
from bedside.accounts.sign_in import SEND_CODE, AccountSignIn
from bedside.bootstrap.base import Base
from bedside.bootstrap.notifications import NotificationParts
from bedside.bootstrap.people import PeopleParts
from bedside.links.service import Links
from bedside.notifications.text_limits import TextLimits
from bedside.people.by_address import PatientsByAddress
from bedside.people.ceremonies import Ceremonies
from bedside.services.accounts import AccountServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class AccountParts(AccountServices):
    """The account services, with what they register."""

    reached: Reached

    def registered(self) -> Registered:
        """Return the jobs and sweeps of accounts."""
        return Registered(
            handlers={SEND_CODE: self.sign_in.send_code, LOOK: self.changes.look},
            sweeps={
                "accounts.end_sessions": (300.0, self.sessions.end_expired),
                "accounts.forget_codes": (3600.0, self.sign_in.forget_codes),
                "accounts.look_ahead": (3600.0, self.changes.sweep),
            },
        )


def accounts_of(
    base: Base, people: PeopleParts, links: Links, notifications: NotificationParts
) -> AccountParts:
    """Make the accounts of patients and proxies, and how they sign in."""
    database, vault, audit = base.database, base.vault, base.audit.log
    clinics, patients = people.clinics, people.patients
    sessions = AccountSessions(database, vault, audit, clinics)
    by_address = PatientsByAddress(database, vault)
    accounts = Accounts(database, vault, audit, patients, by_address, sessions)
    sign_in = AccountSignIn(
        database,
        vault,
        audit,
        clinics,
        accounts,
        sessions,
        people.throttle,
        TextLimits(people.throttle),
        notifications.dispatcher,
        urlsplit(base.settings.base_url).hostname or "",
    )
    ceremonies = Ceremonies(database, base.settings.base_url, REFUSED)
    return AccountParts(
        all=accounts,
        sessions=sessions,
        sign_in=sign_in,
        passkeys=AccountPasskeys(database, vault, audit, clinics, accounts, sign_in, ceremonies),
        sides=PatientSides(database, vault, audit, clinics, patients, people.hidden),
        reached=Reached(vault, clinics, patients, notifications.app_devices, people.hidden),
        changes=ProxyChanges(
            database,
            vault,
            audit,
            clinics,
            patients,
            accounts,
            notifications.plans,
            notifications.dispatcher,
            base.settings.base_url,
        ),
        proxies=Proxies(database, vault, audit, clinics, patients, links, accounts, sign_in),
    )
