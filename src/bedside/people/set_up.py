"""The very first start: a clinic and its first administrator.

The first visitor could claim the installation, so somebody on another machine needs a code that
only the operator sees: it is in the data directory and printed when the server starts.
"""

import os
import secrets
from hmac import compare_digest
from pathlib import Path

from bedside.audit import Actor
from bedside.audit.actors import ActorKind
from bedside.errors import Gone, WrongInput
from bedside.kernel.language import N_
from bedside.kernel.unit_of_work import Transactions
from bedside.people.clinics import ClinicOptions, Clinics
from bedside.people.passwords import Passwords
from bedside.people.roles import Role
from bedside.people.staff import Person, Staff
from bedside.people.teams import TeamKind, Teams

_ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 10


class SetUp:
    """Sets up the first clinic, once. `code_file` is where the code is until then."""

    def __init__(
        self,
        database: Transactions,
        clinics: Clinics,
        staff: Staff,
        teams: Teams,
        passwords: Passwords,
        code_file: Path,
        key_file: Path,
    ) -> None:
        self._database = database
        self._clinics = clinics
        self._staff = staff
        self._teams = teams
        self._passwords = passwords
        self._code_file = code_file
        self.key_file = key_file
        """The master key, which the operator has to back up."""

    async def is_open(self) -> bool:
        """Whether there is no clinic yet."""
        return not await self._clinics.any_exist()

    def code(self) -> str:
        """Return the set-up code, for the operator only; created on the first call, kept over
        restarts.

        Several processes on one data directory share it.
        """
        if not self._code_file.exists():
            made = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
            part = self._code_file.with_name(f"{self._code_file.name}.{secrets.token_hex(4)}")
            part.touch(mode=0o600)
            part.write_text(made + "\n")
            try:
                os.link(part, self._code_file)  # fails if another process was first
            except FileExistsError:
                pass
            finally:
                part.unlink()
        return self._code_file.read_text().strip()

    async def run(
        self,
        clinic_name: str,
        options: ClinicOptions,
        person: Person,
        password: str,
        *,
        code: str | None,
        address: str,
    ) -> str:
        """Create the clinic, a first room, and its administrator, and return the clinic's id.

        `code` is None for somebody on this very machine. Raises Gone if there is a clinic,
        WrongInput (with its field) for anything that has to be corrected.
        """
        if not await self.is_open():
            raise Gone
        if code is not None and not compare_digest(_plain(code), self.code().encode()):
            raise WrongInput(
                N_("This is not the set-up code. The server shows it when it starts."), field="code"
            )
        clinic_name = " ".join(clinic_name.split())
        if not clinic_name:
            raise WrongInput(N_("Please enter the clinic's name."), field="clinic")
        self._passwords.check(password, person.name, person.email, clinic_name)
        password_hash = await self._passwords.hashed(password)
        actor = Actor(ActorKind.SYSTEM, "set-up", address)
        async with self._database.unit_of_work() as work:
            clinic = await self._clinics.create(work, actor, clinic_name, options)
            member = await self._staff.install(work, actor, clinic.id, person, password_hash)
            room = await self._teams.install(
                work, actor, clinic.id, TeamKind.ROOM, _first_room(options.language)
            )
            await self._staff.install_assignment(work, actor, clinic.id, member.id, room.id)
        self._code_file.unlink(missing_ok=True)
        return clinic.id


def first_administrator(name: str, email: str) -> Person:
    """Return the person that the set-up page asks for. Raises pydantic's ValidationError."""
    return Person(name=name, email=email, role=Role.ADMINISTRATOR)


def _plain(code: str) -> bytes:
    return "".join(code.split()).replace("-", "").casefold().encode()


def _first_room(language: str) -> str:
    """Name the room that every clinic has, in the clinic's language: it is a name and not a
    label."""
    names = {"en": "Reception", "es": "Recepción", "fr": "Accueil", "de": "Empfang"}
    return names.get(language, names["en"])
