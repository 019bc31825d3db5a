"""A real Firefox with a fake camera and microphone, and the people in front of it."""

import shutil
from typing import Any

from playwright.async_api import async_playwright

from tests.peers.chromium import Chromium, Person

PREFERENCES: dict[str, str | float | bool] = {
    "media.navigator.streams.fake": True,  # a camera with changing colours, a microphone that hums
    "media.navigator.permission.disabled": True,  # nobody is there to press “Allow”
    "media.peerconnection.ice.loopback": True,
    "app.update.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}


_PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 780},
    "device_scale_factor": 2,
    "user_agent": "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0",
}


class Firefox(Chromium):
    """One browser process for many people, who are the same as in front of Chromium, except that
    `scheme` has no effect here."""

    async def start(self) -> None:
        """Launch Debian's Firefox, or another that is installed."""
        program = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
        assert program, "Firefox is missing: make debian"
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.firefox.launch(
            channel="moz-firefox", executable_path=program, firefox_user_prefs=PREFERENCES
        )

    async def phone(self, base_url: str = "", **options: Any) -> Person:
        """Open a window of somebody with a phone. `width` makes it narrower."""
        width = options.pop("width", _PHONE["viewport"]["width"])
        viewport = {**_PHONE["viewport"], "width": width}
        return await self._person({**_PHONE, "viewport": viewport}, base_url, **options)
