"""Weight of a patient's first pages, with everything that they load, and what Lighthouse says of
the app on a phone of the middle class with a slow network."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import ViewportSize, sync_playwright

from benchmarks.servers import LIGHTHOUSE, NotHere, Product, install, node_packages, product
from benchmarks.table import Row, Scale, at_most, not_measured, points

_CHROMIUM = "/usr/bin/chromium"
_ROOM = "/r/reception"
"""The door of the first seeded room."""
_PHONE: ViewportSize = {"width": 360, "height": 740}
_JUDGED = ("performance", "accessibility", "best-practices")
"""Not “SEO”, which wants pages to be found: nobody's record is to be."""


def run(_scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Open a photo link, the address of a room, and the app in a real browser with an empty
    cache."""
    with product(install(directory / "ours")) as ours:
        app = f"/app/{ours.patient}"
        return [
            _row("first page of a photo link, all included", 60, _loaded(ours, ours.link)),
            _row("first page of a room, all included", 60, _loaded(ours, _ROOM)),
            _row("first page of the app, all included", 100, _loaded(ours, app, ours.phone)),
            *_judged(ours, app, directory / "lighthouse.json"),
        ]


def _row(what: str, most: int, answers: list[tuple[str, int]]) -> Row:
    total = sum(size for _, size in answers) / 1000
    parts = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in answers)
    return at_most(what, total, most, "kB", parts)


def _judged(ours: Product, address: str, report: Path) -> list[Row]:
    """Return the worst of what Lighthouse gives the page."""
    what = "first page of the app, Lighthouse"
    try:
        node = node_packages(LIGHTHOUSE, "lighthouse")
    except NotHere as why:
        return [not_measured(what, str(why))]
    headers = report.with_suffix(".headers")
    headers.write_text(json.dumps({"Cookie": ours.phone}))
    command = [node, str(LIGHTHOUSE / "node_modules/lighthouse/cli/index.js")]
    command += [f"http://localhost:{ours.port}{address}", "--quiet", "--output=json"]
    command += [f"--output-path={report}", f"--extra-headers={headers}"]
    command += ["--chrome-flags=--headless --no-sandbox", f"--only-categories={','.join(_JUDGED)}"]
    subprocess.run(command, env=os.environ | {"CHROME_PATH": _CHROMIUM}, check=True)
    found = json.loads(report.read_text())
    given = {name: found["categories"][name]["score"] * 100 for name in _JUDGED}
    beside = ", ".join(f"{name} {score:.0f}" for name, score in given.items())
    return [points(what, min(given.values()), 95, beside)]


def _loaded(ours: Product, address: str, cookie: str = "") -> list[tuple[str, int]]:
    """Return the kind and bytes over the wire, headers included, of each answer."""
    kinds: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def began(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def ended(event: dict[str, Any]) -> None:
        sizes[event["requestId"]] = int(event["encodedDataLength"])

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport=_PHONE)
        if cookie:
            page.set_extra_http_headers({"Cookie": cookie})
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", began)
        session.on("Network.loadingFinished", ended)
        session.send("Network.enable")
        answer = page.goto(f"http://localhost:{ours.port}{address}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, answer.status
        browser.close()
    return [(kinds[request], size) for request, size in sizes.items()]
