"""Templates of letters: those of the clinic, and those that come with Bedside (`shipped`).

A letter takes the words of its template when it is begun: what is changed in the template later
changes no letter.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, insert, select, update

from bedside.audit import Action, AuditLog
from bedside.charts.categories import Category
from bedside.database.sealed import ClinicKeys, Vault
from bedside.database.statements import prepared
from bedside.errors import NotFound, WrongInput
from bedside.kernel import clock
from bedside.kernel.ids import is_id
from bedside.kernel.language import N_
from bedside.kernel.typed import one_line, says_nothing
from bedside.kernel.unit_of_work import Transactions, UnitOfWork
from bedside.letters import filling
from bedside.letters.fields import LETTER
from bedside.letters.models import letter_templates
from bedside.people.permissions import ClinicAccess
from bedside.printing.body import Body

PREFIX = "ltt"
MOST = 100
"""Templates of one clinic in use."""
LONGEST_NAME = 80
LONGEST_TITLE = 200
_COLUMN = "letter_templates.record"


class TemplateText(BaseModel):
    """A template in one language, with the keys of fields in its brackets."""

    model_config = ConfigDict(frozen=True)

    title: str
    body: Body


class Template(BaseModel):
    """A template: what staff call it, the category of its letters in the chart, and its texts by
    language. Its repr omits them."""

    model_config = ConfigDict(frozen=True)

    name: str
    category: Category
    texts: dict[str, TemplateText]

    def __repr__(self) -> str:
        return "Template()"

    def text_for(self, *languages: str) -> tuple[str, TemplateText]:
        """Return the text in the first of these languages that there is, else any, with its
        language."""
        wanted = next((one for one in languages if one in self.texts), next(iter(self.texts)))
        return wanted, self.texts[wanted]


@dataclass(frozen=True, slots=True)
class KeptTemplate:
    """A template of the clinic that is in use."""

    id: str
    template: Template
    changed_at: int


class _Row(NamedTuple):
    id: str
    clinic_id: str
    record: bytes
    changed_at: int
    changed_by: str
    retired_at: int


_t = letter_templates.c
_add = prepared(insert(letter_templates))
_change = prepared(
    update(letter_templates).where(_t.id == bindparam("of"), _t.clinic_id == bindparam("clinic"))
)
_one = prepared(
    select(letter_templates).where(
        _t.id == bindparam("of"), _t.clinic_id == bindparam("clinic"), _t.retired_at == 0
    ),
    _Row,
)
_in_use = prepared(
    select(letter_templates)
    .where(_t.clinic_id == bindparam("clinic"), _t.retired_at == 0)
    .order_by(_t.id),
    _Row,
)


class LetterTemplates:
    """Keeps the templates of clinics."""

    def __init__(self, database: Transactions, vault: Vault, audit: AuditLog) -> None:
        self._database = database
        self._vault = vault
        self._audit = audit

    async def in_use(self, clinic_id: str) -> list[KeptTemplate]:
        """Return the templates of a clinic by name."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            found = [_opened(keys, row) for row in await db.all(_in_use, clinic=clinic_id)]
        return sorted(found, key=lambda one: (one.template.name.casefold(), one.id))

    async def get(self, clinic_id: str, template_id: str) -> KeptTemplate:
        """Return one that is in use. Raises NotFound."""
        keys = await self._vault.clinic(clinic_id)
        async with self._database.read() as db:
            row = await db.one(_one, of=template_id, clinic=clinic_id)
        if row is None:
            raise NotFound
        return _opened(keys, row)

    async def add(self, clinic: ClinicAccess, template_id: str, template: Template) -> None:
        """Add a template. Its id is made with the form, so that sending it twice adds one. Raises
        WrongInput."""
        template = _checked(template)
        if not is_id(template_id, PREFIX):
            raise WrongInput(field="id")
        keys = await self._vault.clinic(clinic.clinic_id)
        record = _sealed(keys, template_id, template)
        async with self._database.unit_of_work() as work:
            await work.lock(f"letter templates of:{clinic.clinic_id}")
            known = await work.all(_in_use, clinic=clinic.clinic_id)
            if any(row.id == template_id for row in known):
                return
            if len(known) >= MOST:
                raise WrongInput(
                    N_("There are 100 templates already. Remove one first."), field="name"
                )
            await work.execute(
                _add,
                id=template_id,
                clinic_id=clinic.clinic_id,
                record=record,
                changed_at=clock.now(),
                changed_by=clinic.staff.staff_id,
                retired_at=0,
            )
            await self._line(work, clinic, template_id)

    async def change(self, clinic: ClinicAccess, template_id: str, template: Template) -> None:
        """Change a template, for letters that are begun from now on. Raises NotFound,
        WrongInput."""
        keys = await self._vault.clinic(clinic.clinic_id)
        record = _sealed(keys, template_id, _checked(template))
        await self._set(clinic, template_id, record=record)

    async def retire(self, clinic: ClinicAccess, template_id: str) -> None:
        """Offer a template no longer. Raises NotFound."""
        await self._set(clinic, template_id, retired_at=clock.now())

    async def _set(self, clinic: ClinicAccess, template_id: str, **values: object) -> None:
        values |= {"changed_at": clock.now(), "changed_by": clinic.staff.staff_id}
        async with self._database.unit_of_work() as work:
            if await work.one(_one, of=template_id, clinic=clinic.clinic_id) is None:
                raise NotFound
            await work.execute(_change, of=template_id, clinic=clinic.clinic_id, **values)
            await self._line(work, clinic, template_id)

    async def _line(self, work: UnitOfWork, clinic: ClinicAccess, template_id: str) -> None:
        await self._audit.record(
            work,
            clinic.clinic_id,
            clinic.actor,
            Action.LETTER_TEMPLATE_CHANGED,
            subject_id=template_id,
        )


def _checked(template: Template) -> Template:
    """Return a template as it is stored. Raises WrongInput."""
    name = one_line(template.name)
    if says_nothing(name) or len(name) > LONGEST_NAME:
        raise WrongInput(N_("Please give it a name of at most 80 characters."), field="name")
    texts = {language: _checked_text(text) for language, text in template.texts.items()}
    if not texts:
        raise WrongInput(N_("Please write something first."), field="body")
    return Template(name=name, category=template.category, texts=texts)


def _checked_text(text: TemplateText) -> TemplateText:
    title = one_line(text.title)
    if says_nothing(title) or len(title) > LONGEST_TITLE:
        raise WrongInput(N_("Please give it a title of at most 200 characters."), field="title")
    if filling.is_empty(text.body):
        raise WrongInput(N_("Please write something first."), field="body")
    return TemplateText(
        title=LETTER.stored(title), body=filling.stored(filling.cleaned(text.body), LETTER)
    )


def _opened(keys: ClinicKeys, row: _Row) -> KeptTemplate:
    template = Template.model_validate(keys.unseal(_COLUMN, row.id, row.record))
    return KeptTemplate(row.id, template, row.changed_at)


def _sealed(keys: ClinicKeys, template_id: str, template: Template) -> bytes:
    return keys.seal(_COLUMN, template_id, template.model_dump(mode="json"))
