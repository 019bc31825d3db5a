"""The templates that come with Bedside, in every language: a visit summary, a referral, and a
letter that says nothing yet. A clinic copies one to change it."""

from collections.abc import Callable
from typing import Any

from bedside.charts.categories import Category
from bedside.kernel.language import LANGUAGES, N_, speaking
from bedside.kernel.language import gettext as _
from bedside.letters import filling
from bedside.letters.fields import LETTER
from bedside.letters.templates import Template, TemplateText
from bedside.printing.body import Body

BLANK = "blank"
VISIT_SUMMARY = "visit_summary"
REFERRAL = "referral"
NAMES = {
    VISIT_SUMMARY: N_("Visit summary"),
    REFERRAL: N_("Referral"),
    BLANK: N_("A letter without a template"),
}
_CATEGORIES = {VISIT_SUMMARY: Category.VISIT_SUMMARY, REFERRAL: Category.REFERRAL}


def shipped(key: str) -> Template:
    """Return one of them, named in the current language. Raises KeyError."""
    name, texts = NAMES[key], dict[str, TemplateText]()
    for language in LANGUAGES:
        with speaking(language):
            title, body = _WORDS[key]()
            texts[language] = TemplateText(
                title=LETTER.stored(title), body=filling.stored(body, LETTER)
            )
    return Template(name=_(name), category=_CATEGORIES.get(key, Category.OTHER), texts=texts)


def _blank() -> tuple[str, Body]:
    return _("Letter"), _body(_line(_("Dear [[full name]],")), _line(""), _regards())


def _summary() -> tuple[str, Body]:
    return _("Summary of your visit"), _body(
        _line(_("Dear [[full name]],")),
        _line(_("This letter sums up your visit on [[day of the visit]].")),
        _heading(_("What we found")),
        _line(_("[[what we found]]")),
        _heading(_("What to do next")),
        _steps(_("[[first step]]"), _("[[second step]]")),
        _line(_("[[next visit??Please book another visit.]]")),
        _regards(),
    )


def _referral() -> tuple[str, Body]:
    return _("Referral"), _body(
        _line(_("Dear colleague,")),
        _line(_("Please see [[full name]], born on [[date of birth]].")),
        _heading(_("Why we refer")),
        _line(_("[[reason of the referral]]")),
        _heading(_("What we found")),
        _line(_("[[what we found]]")),
        _heading(_("What we ask for")),
        _line(_("[[what we ask for]]")),
        _regards(),
    )


_WORDS: dict[str, Callable[[], tuple[str, Body]]] = {
    VISIT_SUMMARY: _summary,
    REFERRAL: _referral,
    BLANK: _blank,
}


def _regards() -> dict[str, Any]:
    words = (_("Kind regards"), "[[my_name]]", "[[clinic]]")
    content: list[dict[str, Any]] = []
    for number, one in enumerate(words):
        content += [{"type": "hard_break"}] * bool(number) + [{"type": "text", "text": one}]
    return {"type": "paragraph", "content": content}


def _body(*blocks: dict[str, Any]) -> Body:
    return Body.model_validate({"type": "doc", "content": blocks})


def _line(words: str) -> dict[str, Any]:
    return {"type": "paragraph", "content": [{"type": "text", "text": words}] if words else []}


def _heading(words: str) -> dict[str, Any]:
    content = [{"type": "text", "text": words}]
    return {"type": "heading", "attrs": {"level": 1}, "content": content}


def _steps(*steps: str) -> dict[str, Any]:
    items = [{"type": "list_item", "content": [_line(one)]} for one in steps]
    return {"type": "ordered_list", "content": items}
