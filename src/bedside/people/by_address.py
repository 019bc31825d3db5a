"""Patients by an address of theirs: the number or the e-mail address at which messages reach them.

For messages that go to that very address. Whoever typed it learns nothing from what is found.
"""

import re
from dataclasses import dataclass
from typing import Literal
from unicodedata import normalize

from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import WrongInput
from bedside.kernel import phones
from bedside.kernel.language import N_
from bedside.kernel.language import gettext as _
from bedside.kernel.typed import one_line
from bedside.kernel.unit_of_work import Transactions
from bedside.people import patient_index
from bedside.people.patients import Demographics, Patient, PatientRow, opened, with_tokens

MOST = 50
"""Patients with one number: a family, or a home in which many live."""
_MAIL = re.compile(r"[^@\s<>,;]{1,100}@[^@\s<>,;]{1,100}")
_MAIL_LABEL = re.compile(r"(?:mailto|e-?mail)\s*:\s*", re.IGNORECASE)
NO_ADDRESS = N_("Enter a phone number or an e-mail address.")
NO_MAIL = N_("Enter an e-mail address like name@example.org.")


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message goes: a number in E.164 without an extension, or an e-mail address in small
    letters. Its repr omits it."""

    channel: Literal["sms", "email"]
    to: str

    @classmethod
    def read(cls, typed: str, country: str) -> "Address":
        """Return what somebody typed, in one field for both. Raises WrongInput (field `address`)
        with a translated sentence."""
        text = one_line(typed)
        if not text:
            raise WrongInput(_(NO_ADDRESS), field="address")
        if "@" in _one_form(text):
            mail = _bare(_one_form(text))
            if not _MAIL.fullmatch(mail):
                raise WrongInput(_(NO_MAIL), field="address")
            return cls("email", mail)
        try:
            return cls("sms", phones.read(text, country).number)
        except phones.Unreadable as error:
            sentence = phones.hint(_(error.sentence), country)
            raise WrongInput(sentence, field="address") from None

    def __repr__(self) -> str:
        return f"Address({self.channel})"

    def is_of(self, who: Demographics) -> bool:
        """Whether messages reach this patient there; not at an address that reached somebody
        else."""
        if self.channel == "email":
            return _one_form(who.email) == self.to and who.email not in who.doubted
        return self.is_number(who.phone) and who.phone not in who.doubted

    def as_stored(self, who: Demographics) -> str:
        """Return how the card of a patient, whose address it is, writes it: an e-mail address with
        its capitals, by which it is known again when it has reached somebody else."""
        return who.email if self.channel == "email" else self.to

    def is_number(self, stored: str) -> bool:
        """Whether it is this number, given in its stored form."""
        phone = phones.known(stored)
        return self.channel == "sms" and phone is not None and phone.number == self.to


def _one_form(mail: str) -> str:
    """Return an e-mail address as it is compared: keyboards write wide signs, and accents apart."""
    return normalize("NFKC", mail).casefold()


def _bare(text: str) -> str:
    """Return the address in what was copied from a message (“Maya <maya@…>”) or a link, without
    the spaces that phones put beside the sign."""
    if "<" in text:
        text = text.rpartition("<")[2].partition(">")[0]
    mail = _MAIL_LABEL.sub("", text, count=1).partition("?")[0].strip(" <>.,;")
    return "@".join(part.strip() for part in mail.split("@"))


class PatientsByAddress:
    """Finds patients by an address of theirs."""

    def __init__(self, database: Transactions, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def of(self, clinic_id: str, address: Address) -> list[Patient]:
        """Return the patients of a clinic whom messages reach there."""
        keys = await self._vault.clinic(clinic_id)
        statement = prepared(with_tokens([_group(keys, address)], MOST), PatientRow)
        async with self._database.aside() as db:
            found = await db.all(statement, clinic=clinic_id)
        patients = [opened(keys, row) for row in found]
        return [one for one in patients if address.is_of(one.demographics)]


def _group(keys: ClinicKeys, address: Address) -> patient_index.Group:
    if address.channel == "sms":
        return patient_index.with_phone(keys, address.to)
    return patient_index.with_email(keys, address.to)
