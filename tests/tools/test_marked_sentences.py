"""Every sentence for people is marked, so that it reaches the translators. tests/matrix/
test_languages.py looks at pages; this looks at sources, for what no test of a page happens to show.
"""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bedside
from bedside.errors import BedsideError
from scripts import catalogues

pytestmark = pytest.mark.feature("P4")

SOURCES = Path(bedside.__file__).parent
_MARKS = frozenset({"_", "N_", "gettext", "ngettext", "counted"})
_SENTENCE = re.compile(r"^[“‘A-Z][\w’'-]*(?: [^\n]+)[.!?…:]$")
_NOT_FOR_PEOPLE = (
    "api/",  # programs
    "bootstrap/base.py",  # metrics
    "bootstrap/notifications.py",
    "bootstrap/visits.py",
    "cli.py",  # the operator's commands
    "database/failures.py",
    "database/migrations/",
    "database/postgresql.py",
    "database/schema.py",
    "demo/",
    "edge/protection.py",  # a request that no browser makes
    "edge/watching.py",
    "serving.py",
    "settings.py",
    "upkeep/",
)
_OPERATORS = ("ClamAV does not say when", "ClamAV does not find the EICAR")
"""Beginnings of sentences for the log."""
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_KEPT_AS_IT_IS = frozenset({"Bedside", "nbsp", "hellip"})


def known() -> set[str]:
    """Return the sentences of the catalogue, singular and plural."""
    template = catalogues.read(catalogues.TEMPLATE)
    ids = (message.id for message in template if message.id)
    return {text for one in ids for text in ([one] if isinstance(one, str) else one)}


def errors_of(kind: type[BedsideError]) -> Iterator[type[BedsideError]]:
    """Yield a kind of error and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from errors_of(below)


def test_the_sentence_of_every_error_is_marked() -> None:
    for module in pkgutil.walk_packages(bedside.__path__, "bedside."):
        if not module.name.startswith(("bedside.database.migrations", "bedside.__main__")):
            importlib.import_module(module.name)
    sentences = known()
    for kind in errors_of(BedsideError):
        if not kind.__module__.startswith(("bedside.upkeep", "bedside.database.schema", "tests")):
            assert kind.sentence in sentences, f"{kind}: {kind.sentence!r}"
            assert not kind.title or kind.title in sentences, f"{kind}: {kind.title!r}"


def unmarked(source: str) -> list[str]:
    """Return the texts of a module that look like sentences, and are neither marked nor
    docstrings."""
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _MARKS:
                left_out |= {id(inner) for inner in ast.walk(node)}
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            left_out.add(id(node.value))
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in left_out
        and _SENTENCE.match(node.value)
        and not node.value.startswith(_OPERATORS)
    ]


def test_sentences_in_python_are_marked() -> None:
    sentences = known()
    found = [
        f"{path.relative_to(SOURCES)}: {text!r}"
        for path in sorted(SOURCES.rglob("*.py"))
        if not str(path.relative_to(SOURCES)).startswith(_NOT_FOR_PEOPLE)
        for text in unmarked(path.read_text("utf-8"))
        if text not in sentences
    ]
    assert not found, "\n".join(found)


def test_a_sentence_that_is_not_marked_is_found() -> None:
    source = '"""It is here."""\nA = "It is saved."\nB = N_("It is gone.")\nC = "SELECT 1"\n'
    assert unmarked(source) == ["It is saved."]


# --- templates ------------------------------------------------------------------------------------


def texts_of(template: str) -> list[str]:
    """Return the words of a template that stand there as they are, beside elements and in their
    attributes."""
    plain = re.sub(r"\{% block \w+_class %\}.*?\{% endblock %\}", "", template)
    plain = re.sub(r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", plain, flags=re.DOTALL)
    plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "\x00", plain, flags=re.DOTALL)
    plain = re.sub(r"<(script|style|code)\b.*?</\1>", "", plain, flags=re.DOTALL)
    spoken = r'\s(?:alt|aria-label|label|placeholder|title)="([^"]*)"'
    return [
        word
        for text in [*re.findall(spoken, plain), *re.findall(r">([^<>]*)(?=<)", plain)]
        for word in _LETTERS.findall(text)
        if word not in _KEPT_AS_IT_IS
    ]


@pytest.mark.parametrize(
    "path",
    [
        path
        for path in sorted((SOURCES / "web").rglob("*.html"))
        if "static" not in path.parts and path.name not in {"styleguide.html", "icon_shapes.html"}
    ],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_texts_of_templates_are_marked(path: Path) -> None:
    assert texts_of(path.read_text("utf-8")) == []


def test_a_text_of_a_template_that_is_not_marked_is_found() -> None:
    page = '<p title="Close it">{{ _("Good") }} Bad<b>{% trans %}Good{% endtrans %}</b></p>'
    assert texts_of(page) == ["Close", "it", "Bad"]
