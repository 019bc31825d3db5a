"""Templates: Jinja2 with the catalogue of texts, hashed assets and icons."""

import json
import time
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bedside.edge import colleague_words, formats, labels, linked
from bedside.edge.accounts import opened_in_app
from bedside.edge.bidi import isolating
from bedside.edge.counted import counted
from bedside.kernel import language

WEB = Path(__file__).parents[1] / "web"
"""Where the templates are, each beside the handlers of its feature."""
STATIC = WEB / "static"
_COMPILED = WEB / "__pycache__"
_MANIFEST = STATIC / "manifest.json"
_TO_CORRECT = (409, 422)
"""Statuses of pages that show a form again."""
_LOOK_AT_ASSETS_EVERY = 0.5
"""Seconds. A page has some hundred icons, each with the address of an asset."""


class _Assets:
    """The names of the built assets, read again after a build, so that an update of the assets
    does not break open servers."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._next_look = 0.0
        self.build = 0

    def names(self) -> dict[str, str]:
        """Return the names of the files by what they are called in templates."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_AT_ASSETS_EVERY
            changed_at = _MANIFEST.stat().st_mtime_ns
            if changed_at != self.build:
                self._names, self.build = json.loads(_MANIFEST.read_text()), changed_at
        return self._names


_assets = _Assets()


def build() -> int:
    """Return what changes whenever the assets are built: for what keeps their addresses."""
    _assets.names()
    return _assets.build


def asset(name: str) -> str:
    """Return the address of a built asset, with the hash of its content in the name."""
    return f"/static/{_assets.names()[name]}"


class _Compiled(FileSystemBytecodeCache):
    """The compiled templates, kept like Python's own bytecode: where nothing can be written, each
    process compiles for itself."""

    def __init__(self) -> None:
        with suppress(OSError):
            _COMPILED.mkdir(exist_ok=True)
        super().__init__(str(_COMPILED), f"jinja-{version('jinja2')}-%s.cache")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to, if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compile_all() -> None:
    """Compile every template. Compiling those of one page takes up to 0.2 s, in which the process
    does nothing else, so that it is done when an installation is prepared. Nothing is taken from
    before: a template compiled with other options would look the same."""
    _Compiled().clear()
    made = environment()
    for name in made.list_templates(extensions=["html"]):
        made.get_template(name)


@cache
def environment() -> Environment:
    """Return the template environment; undefined names are errors."""
    # Typed as Any: Jinja's types for its registries and extensions are useless.
    made: Any = Environment(
        loader=FileSystemLoader(WEB),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=_Compiled(),
        cache_size=-1,  # all of them: each is compiled once
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    for name in ("gettext", "ngettext"):
        made.globals[name] = isolating(made.globals[name])
    made.globals.update(
        asset=asset,
        counted=counted,
        language=language.spoken,
        direction=language.direction,
        offered_languages=language.offered,
        opened_in_app=opened_in_app,
    )
    made.filters.update({**formats.FILTERS, **labels.FILTERS})
    made.filters["who_is_here"] = colleague_words.who_is_here
    made.filters["colleague"] = colleague_words.named
    made.filters["linked"] = linked.parts_of
    # every component draws icons, so the macro is available without an import
    made.globals["icon"] = made.get_template("components/icon.html").module.icon
    return made


def render(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """Render a page from a template. `request.state.page` adds what its layout needs (rail,
    person). The title of a page on which something has to be corrected begins with “Error:”."""
    shared: dict[str, Any] = getattr(request.state, "page", {})
    values = {**shared, **context, "to_correct": _is_to_correct(status, context)}
    text = environment().get_template(template).render(request=request, **values)
    return HTMLResponse(text, status_code=status)


def _is_to_correct(status: int, context: dict[str, Any]) -> bool:
    if context.get("to_correct"):  # a form that is shown again after a redirect
        return True
    return status in _TO_CORRECT or (status >= 400 and bool(context.get("error")))
