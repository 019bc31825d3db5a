"""Settings → Letters: the templates of letters, and whether letters go along with e-mails."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.charts.categories import LABELS, Category
from bedside.edge.context import services_of
from bedside.edge.flash import redirect
from bedside.edge.forms import Form, form_of
from bedside.edge.long_forms import long_form_of
from bedside.edge.rendering import render
from bedside.edge.routes import staff_route
from bedside.errors import WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import LANGUAGES
from bedside.kernel.language import gettext as _
from bedside.letters import filling, shipped
from bedside.letters.fields import LETTER
from bedside.letters.options import LetterOptions
from bedside.letters.templates import LONGEST_NAME, LONGEST_TITLE, PREFIX, Template, TemplateText
from bedside.people.permissions import ClinicAccess
from bedside.printing.body import LONGEST, Body, parsed
from bedside.web.settings.staff import SAVED, administrator, save_options

_HERE = "/settings/letters"


async def page(request: Request) -> Response:
    """GET /settings/letters: the templates, and the options."""
    access = await administrator(request)
    services = services_of(request)
    clinic = await services.people.clinics.get(access.clinic_id)
    return render(
        request,
        "settings/letters.html",
        templates=await services.letters.templates.in_use(access.clinic_id),
        shipped=[(key, _(name)) for key, name in shipped.NAMES.items()],
        by_email=clinic.of(LetterOptions).letters_by_email,
        tab="letters",
    )


async def options(request: Request) -> Response:
    """POST /settings/letters: whether letters go along with e-mails. Field:
    letters_by_email."""
    access = await administrator(request)
    wanted = (await form_of(request)).line("letters_by_email") == "yes"
    await save_options(request, access, (LetterOptions,), {"letters_by_email": wanted})
    return redirect(_HERE, SAVED)


async def new(request: Request) -> Response:
    """GET /settings/letters/new?from=: a template of one's own, with the words of another one."""
    access = await administrator(request)
    source = request.query_params.get("from", shipped.BLANK)
    template = await _source(request, access, source)
    return await _form(request, access, new_id(PREFIX), template, source=source)


async def one(request: Request) -> Response:
    """GET /settings/letters/{template_id}?language=: change a template in one language."""
    access = await administrator(request)
    templates = services_of(request).letters.templates
    kept = await templates.get(access.clinic_id, request.path_params["template_id"])
    return await _form(request, access, kept.id, kept.template)


async def save(request: Request) -> Response:
    """POST /settings/letters/{template_id}/{language}: save a template, new or not, in one
    language; or `do` removes it, or its words in this language. Fields: name, category, title,
    body, source (of which a new one is a copy), do."""
    access = await administrator(request)
    form = await long_form_of(request, LONGEST)
    template_id = request.path_params["template_id"]
    templates, do = services_of(request).letters.templates, form.line("do")
    if do == "retire":
        await templates.retire(access, template_id)
        return redirect(_HERE, SAVED)
    known = {one.id: one.template for one in await templates.in_use(access.clinic_id)}
    before, source = known.get(template_id), form.line("source")
    language = _language(request.path_params["language"])
    try:
        words_of = before or await _source(request, access, source)
        template = _template(form, language, words_of)
        if before is None:
            await templates.add(access, template_id, template)
        else:
            await templates.change(access, template_id, template)
    except WrongInput as error:
        return await _form(request, access, template_id, before, form, error, source=source)
    return redirect(f"{_HERE}/{template_id}?language={language}", SAVED)


async def _source(request: Request, access: ClinicAccess, source: str) -> Template:
    """Return the template that one is copied from. Raises NotFound."""
    if source in shipped.NAMES or not source:
        return shipped.shipped(source or shipped.BLANK)
    templates = services_of(request).letters.templates
    return (await templates.get(access.clinic_id, source)).template


def _template(form: Form, language: str, before: Template) -> Template:
    """Return a template as it was typed, with its words in other languages as they were. Raises
    WrongInput."""
    texts = dict(before.texts)
    if form.line("do") == "drop" and len(texts) > 1:
        texts.pop(language, None)
    else:
        texts[language] = TemplateText(title=form["title"], body=parsed(form["body"]))
    category = form.line("category")
    return Template(
        name=form["name"],
        category=Category(category) if category in set(Category) else Category.OTHER,
        texts=texts,
    )


def _language(given: str) -> str:
    return given if given in LANGUAGES else next(iter(LANGUAGES))


async def _form(
    request: Request,
    access: ClinicAccess,
    template_id: str,
    template: Template | None,
    form: Form | None = None,
    error: WrongInput | None = None,
    *,
    source: str = "",
) -> Response:
    """Show a template in one language; what was refused stays typed."""
    clinic = await services_of(request).people.clinics.get(access.clinic_id)
    wanted = request.path_params.get("language") or request.query_params.get("language", "")
    language = _language(wanted or clinic.options.language)
    text = template.texts.get(language) if template else None
    shown: dict[str, Any] = {
        "name": template.name if template else "",
        "category": template.category if template else Category.OTHER,
        "title": LETTER.readable(text.title) if text else "",
        "body": (filling.readable(text.body, LETTER) if text else Body()).model_dump_json(),
    }
    written = template.texts if template else {}
    if form is not None:
        shown = {name: form[name] for name in shown}
    return render(
        request,
        "settings/letter.html",
        status=error.status if error else 200,
        template_id=template_id,
        source=source,
        shown=shown,
        written_in=language,
        languages=[(code, name, code in written) for code, name in LANGUAGES.items()],
        categories=[(key, _(label)) for key, label in LABELS.items()],
        fields={LETTER.name(key): "" for key in LETTER.names},
        longest_name=LONGEST_NAME,
        longest_title=LONGEST_TITLE,
        errors={error.field or "body": _(error.sentence)} if error else {},
        tab="letters",
    )


routes = [
    staff_route(_HERE, page, methods=["GET"]),
    staff_route(_HERE, options, methods=["POST"]),
    staff_route(_HERE + "/new", new, methods=["GET"]),
    staff_route(_HERE + "/{template_id}", one, methods=["GET"]),
    staff_route(_HERE + "/{template_id}/{language}", save, methods=["POST"]),
]
