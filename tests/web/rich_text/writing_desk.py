"""A page with a rich text as clinics write it, and the page that shows what came of it: what was
sent goes through `printing.body.parsed`."""

import json
from html import escape
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bedside.edge.rendering import STATIC, environment
from bedside.errors import WrongInput
from bedside.printing.body import parsed
from tests.web.rich_text.documents import PAGES

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""As edge/protection.py says it of scripts, styles and pictures."""
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_WRITE = """{% extends "console/layout.html" %}
{% from "components/rich_text.html" import rich_text_field %}
{% from "components/button.html" import button %}
{% block title %}Write a letter{% endblock %}
{% block content %}
<div{% if drafts %} data-drafts-owner="sam" data-drafts-key="{{ "0f" * 32 }}"{% endif %}>
<form class="form" method="post" action="/read" data-draft-as="{{ "letter" if drafts else "no" }}">
<p><label for="before">Title</label> <input class="input" id="before"></p>
{{ rich_text_field("body", "Letter", **field) }}
{{ button("Send", "primary", type="submit", attrs={"id": "send"}) }}
</form></div>
{% endblock %}
{% block page_scripts %}
<script type="module" src="{{ asset("rich_text.js") }}"></script>
{% endblock %}"""
_READ = """{% extends layout %}
{% from "components/written.html" import written %}
{% block title %}Your letter{% endblock %}
{% block content %}{{ written(body) }}<pre id="sent" hidden>{{ sent }}</pre>{% endblock %}"""
_REFUSED = "<!doctype html><html lang=en><title>No</title><h1>No</h1><p id=refused>{}</p>"


class WritingDesk(BaseHTTPRequestHandler):
    """Serves `/?page=NAME` of PAGES, and what is posted to /read."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path.startswith("/static/"):
            file = STATIC / Path(address.path).name
            self._answer(file.read_bytes(), _TYPES.get(file.suffix, "application/octet-stream"))
            return
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.path == "/read":
            shown = json.dumps(PAGES[asked["page"]]["json"])
            self._read(shown, "patient/layout.html")
        elif address.path == "/":
            self._write(**asked)
        else:
            self._answer(b"", "text/plain")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._read(parse_qs(sent)["body"][0], "console/layout.html")

    def _write(self, page: str = "blank", drafts: str = "") -> None:
        field: dict[str, Any] = dict(PAGES[page])
        if not isinstance(field.get("json", ""), str):
            field["json"] = json.dumps(field["json"])
        made = environment().from_string(_WRITE)
        self._page(made.render(field=field, drafts=bool(drafts)))

    def _read(self, sent: str, layout: str) -> None:
        try:
            body = parsed(sent)
        except WrongInput as error:
            self._page(_REFUSED.format(escape(error.sentence)))
            return
        made = environment().from_string(_READ)
        self._page(made.render(layout=layout, body=body, sent=sent))

    def _page(self, text: str) -> None:
        self._answer(text.encode(), "text/html; charset=utf-8")

    def _answer(self, content: bytes, media_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", _POLICY)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing."""
