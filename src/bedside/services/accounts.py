"""Accounts of the patient's app."""

from dataclasses import dataclass

from bedside.accounts.access import PatientSides
from bedside.accounts.changes import ProxyChanges
from bedside.accounts.opening import Accounts
from bedside.accounts.passkeys import AccountPasskeys
from bedside.accounts.proxies import Proxies
from bedside.accounts.sessions import AccountSessions
from bedside.accounts.sign_in import AccountSignIn


@dataclass(frozen=True, slots=True)
class AccountServices:
    """`services.accounts`."""

    all: Accounts
    sessions: AccountSessions
    sign_in: AccountSignIn
    passkeys: AccountPasskeys
    sides: PatientSides
    proxies: Proxies
    changes: ProxyChanges
