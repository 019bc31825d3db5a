"""Templates: each that is named exists, and features keep to their own."""

import re
from pathlib import Path

from jinja2 import nodes

from bedside.edge.rendering import environment

WEB = Path(__file__).parents[2] / "src" / "bedside" / "web"
SHARED = {"components", "console", "patient"}
"""Macros, and the shells of staff and of patients."""
_NAMED = re.compile(r"\"([a-z_]+/[a-z_]+\.html)\"")


def named_in(pattern: str) -> list[tuple[Path, str]]:
    """(file, template) wherever a template is named in full."""
    found = [path for path in sorted(WEB.rglob(pattern)) if "static" not in path.parts]
    return [(path, name) for path in found for name in _NAMED.findall(path.read_text())]


def test_each_template_that_is_named_exists() -> None:
    named = [*named_in("*.html"), *named_in("*.py")]
    assert len(named) > 200
    assert [(str(path), name) for path, name in named if not (WEB / name).is_file()] == []


def test_features_do_not_use_the_templates_of_another() -> None:
    for path, name in [*named_in("*.html"), *named_in("*.py")]:
        own, other = path.relative_to(WEB).parts[0], name.partition("/")[0]
        assert other in {own, *SHARED}, f"{path} uses {name}"


_FORM = re.compile(r"<form\b((?:\{\{.*?\}\}|[^>])*)>(.*?)</form>", re.DOTALL)
_HAS_REQUIRED = re.compile(r"required=true|date_of_birth_field\(")


def test_what_is_missing_is_said_by_the_page_and_not_by_a_bubble_of_the_browser() -> None:
    """Bubbles vanish, are not enlarged and not translated. A form with files alone keeps its own:
    there is nothing else to say, and the files would be sent in vain."""
    bubbling = [
        f"{template.name}: {attributes.strip()}"
        for template in sorted(WEB.rglob("*.html"))
        for attributes, body in _FORM.findall(template.read_text())
        if _HAS_REQUIRED.search(body) and "multipart/form-data" not in attributes
        if "novalidate" not in attributes and "styleguide" not in template.name
    ]
    assert bubbling == []


def _is_translated(part: nodes.Node) -> bool:
    names = [
        call.node.name for call in part.find_all(nodes.Call) if isinstance(call.node, nodes.Name)
    ]
    return bool({"_", "gettext", "ngettext", "counted"} & set(names))


def test_what_is_imported_translates_in_its_macros_only() -> None:
    """Jinja runs an imported template once for the whole process: what it translates outside of
    its macros stays in the language of whoever asked first."""
    trees = {path: environment().parse(path.read_text()) for path in sorted(WEB.rglob("*.html"))}
    imported = {
        one.template.value
        for tree in trees.values()
        for one in tree.find_all((nodes.FromImport, nodes.Import))
        if not one.with_context and isinstance(one.template, nodes.Const)
    }
    assert len(imported) > 30
    set_once = [
        f"{name}:{part.lineno}"
        for name in sorted(imported)
        for part in trees[WEB / name].body
        if isinstance(part, nodes.Assign | nodes.AssignBlock) and _is_translated(part)
    ]
    assert set_once == []
