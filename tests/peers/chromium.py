"""A real Chromium with a camera, and the people in front of it: a phone, a desk."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    async_playwright,
    expect,
)

FLAGS = [
    # A camera that shows a clock, and a microphone that beeps. At half of its usual frames, because
    # encoding them is most of what a call costs.
    "--use-fake-device-for-media-stream=fps=10",
    "--use-fake-ui-for-media-stream",  # nobody is there to press “Allow”
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
QUICK = ("chromium-headless-shell", "chromium", "chromium-browser")
WHOLE = ("chromium", "chromium-browser")
"""Programs, the first that is installed. The first of all has the same engine and no windows of its
own, which takes a third less of the processor; it shows no notifications."""
PATIENCE = 20_000
"""Milliseconds that something may take to appear, on a busy machine."""

expect.set_options(timeout=PATIENCE)  # Playwright's own are 5 s, whatever a context says

OURS = ("localhost", "127.0.0.1", "::1")

Scheme = Literal["light", "dark"]

_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
    "user_agent": (
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/120.0.0.0 Mobile Safari/537.36"
    ),
}
_DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 900}}


@dataclass
class Person:
    """One browser profile: own cookies, own storage.

    `complaints` collects what no page may cause: errors on the console (refusals by the content
    security policy are among them), uncaught exceptions, answers with 5xx, and requests that leave
    this machine.
    """

    context: BrowserContext
    complaints: list[str] = field(default_factory=list[str])

    async def page(self, address: str = "") -> Page:
        """Open a new tab, at `address` if given."""
        page = await self.context.new_page()
        if address:
            await page.goto(address)
        return page

    async def leave(self) -> None:
        """Close the browser window, and fail on complaints."""
        await self.context.close()
        assert self.complaints == []

    def _listen(self) -> None:
        self.context.on("console", lambda said: self._console(said.type, said.text))
        self.context.on("weberror", lambda error: self._complain(f"exception: {error.error}"))
        self.context.on("request", lambda request: self._asked(request.url))
        self.context.on("response", lambda answer: self._answered(answer.status, answer.url))

    def _complain(self, what: str) -> None:
        self.complaints.append(what)

    def _console(self, kind: str, text: str) -> None:
        # Chromium logs an error for each refused request; whether one is right, tests decide.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self._complain(f"console: {text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in OURS:
            self._complain(f"leaves the machine: {parts.hostname}")

    def _answered(self, status: int, url: str) -> None:
        if status >= 500:
            self._complain(f"{status} from {urlsplit(url).path}")


class Chromium:
    """One browser process for many people. A whole one shows notifications, too."""

    def __init__(self, *flags: str, whole: bool = False) -> None:
        self._flags = flags
        self._programs = WHOLE if whole else QUICK
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    async def start(self) -> None:
        """Launch Debian's Chromium, or another that is installed."""
        program = next(filter(None, map(shutil.which, self._programs)), None)
        assert program, "Chromium is missing: make debian"
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(
            executable_path=program,
            args=[*FLAGS, *self._flags, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
        )

    async def stop(self) -> None:
        """Close it with all its windows. One that does not answer ends with its driver."""
        if self._browser is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE / 1000):
                    await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["Chromium"]:
        """Run it for the length of a block."""
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    @classmethod
    @asynccontextmanager
    async def filming(cls, film: Path) -> AsyncIterator["Chromium"]:
        """Run another browser whose camera shows this film (see tests.peers.camera_films)."""
        async with cls(f"--use-file-for-fake-video-capture={film}").running() as browser:
            yield browser

    async def everybody_leaves(self) -> None:
        """Close the windows that are still open: those of a failed test would continue their
        calls, and slow down all tests after it. A browser that does not answer is replaced."""
        try:
            async with asyncio.timeout(PATIENCE / 1000):
                for context in self._browser.contexts if self._browser is not None else []:
                    await context.close()
        except TimeoutError:
            await self.stop()
            await self.start()

    async def phone(self, base_url: str = "", **options: Any) -> Person:
        """Open a window of somebody with a phone. `width` makes it narrower; the rest as
        `desktop`."""
        width = options.pop("width", _PHONE["viewport"]["width"])
        viewport = {**_PHONE["viewport"], "width": width}
        return await self._person({**_PHONE, "viewport": viewport}, base_url, **options)

    async def desktop(self, base_url: str = "", **options: Any) -> Person:
        """Open a window of somebody at a desk.

        `scheme` is light or dark, `script` False switches JavaScript off, `language` is what the
        browser asks for (e.g. "de"); `allow` grants permissions beyond camera and microphone.
        """
        return await self._person(_DESKTOP, base_url, **options)

    async def _person(
        self,
        device: dict[str, Any],
        base_url: str,
        *,
        scheme: Scheme = "light",
        script: bool = True,
        language: str = "en-GB",
        allow: tuple[str, ...] = (),
    ) -> Person:
        assert self._browser is not None
        context = await self._browser.new_context(
            **device,
            base_url=base_url or None,
            color_scheme=scheme,
            java_script_enabled=script,
            locale=language,
            timezone_id="Europe/Stockholm",
            permissions=list(allow),
            ignore_https_errors=True,
            reduced_motion="reduce",  # screenshots do not catch things halfway
        )
        context.set_default_timeout(PATIENCE)
        person = Person(context)
        person._listen()
        return person


T = TypeVar("T")


async def reached(
    page: Page, look: Callable[[], Awaitable[T]], true: Callable[[T], bool], what: str
) -> T:
    """Wait until a look inside the server satisfies `true`, and return it."""
    for _ in range(PATIENCE // 50):
        if true(found := await look()):
            return found
        await page.wait_for_timeout(50)
    raise AssertionError(f"{what}: not within {PATIENCE // 1000} s")


async def settled(page: Page, true: Callable[[], bool], what: str) -> None:
    """Wait until something outside the browser is true (a mail arrived, a file exists)."""
    for _ in range(PATIENCE // 50):
        if true():
            return
        await page.wait_for_timeout(50)
    raise AssertionError(f"{what}: not within {PATIENCE // 1000} s")
