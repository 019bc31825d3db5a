"""Weight of a patient's first page, with everything that it loads."""

from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.servers import Product, install, product
from benchmarks.table import Row, Scale, at_most

_CHROMIUM = "/usr/bin/chromium"
_ROOM = "/r/reception"
"""The door of the first seeded room."""
_PHONE = {"width": 360, "height": 740}


def run(_scale: Scale, directory: Path, _body: Path) -> list[Row]:
    """Open a photo link, and the address of a room, in a real browser with an empty cache."""
    with product(install(directory / "ours")) as ours:
        return [
            _row("first page of a photo link, all included", _loaded(ours, ours.link)),
            _row("first page of a room, all included", _loaded(ours, _ROOM)),
        ]


def _row(what: str, answers: list[tuple[str, int]]) -> Row:
    total = sum(size for _, size in answers) / 1000
    parts = ", ".join(f"{kind.lower()} {size / 1000:.1f}" for kind, size in answers)
    return at_most(what, total, 60, "kB", parts)


def _loaded(ours: Product, address: str) -> list[tuple[str, int]]:
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
        session = page.context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", began)
        session.on("Network.loadingFinished", ended)
        session.send("Network.enable")
        answer = page.goto(f"http://localhost:{ours.port}{address}", wait_until="networkidle")
        assert answer is not None
        assert answer.status == 200, answer.status
        browser.close()
    return [(kinds[request], size) for request, size in sizes.items()]
