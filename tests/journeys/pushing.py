"""Web push in a real browser: a subscription at the tests' push service, and messages delivered to
the service worker by the DevTools protocol."""

import asyncio
from typing import Any

from playwright.async_api import CDPSession, Page

# The maker's push service cannot be reached from here; everything else is the browser's own.
SUBSCRIBE = """(given) => {
  const subscription = {
    get endpoint() { return given.endpoint + "-" + (sessionStorage.getItem("made") ?? 1); },
    toJSON: () => ({ ...given, endpoint: subscription.endpoint }),
    unsubscribe: async () => {
      sessionStorage.setItem("made", Number(sessionStorage.getItem("made") ?? 1) + 1);
      sessionStorage.removeItem("subscribed");
    },
  };
  window.asked = 0;
  const ask = Notification.requestPermission.bind(Notification);
  Notification.requestPermission = () => { window.asked += 1; return ask(); };
  PushManager.prototype.subscribe = async (options) => {
    window.key = [...new Uint8Array(options.applicationServerKey)];
    sessionStorage.setItem("subscribed", "yes");
    return subscription;
  };
  PushManager.prototype.getSubscription = async () =>
    sessionStorage.getItem("subscribed") ? subscription : null;
}"""

SHOWN = """async () => (await self.registration.getNotifications())
  .map(({ title, body, tag, data }) => ({ title, body, tag, data }))"""


class Pusher:
    """The browser's own end of its push service, by the DevTools protocol."""

    def __init__(self, devtools: CDPSession, origin: str, scope: str) -> None:
        self._devtools = devtools
        self._origin = origin
        self._scope = scope
        self._known: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        devtools.on("ServiceWorker.workerRegistrationUpdated", self._note)

    @classmethod
    async def of(cls, page: Page, origin: str, scope: str) -> "Pusher":
        """Connect to the service worker of a page's site that has this scope."""
        pusher = cls(await page.context.new_cdp_session(page), origin, scope)
        await pusher._devtools.send("ServiceWorker.enable")
        return pusher

    def _note(self, event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if one["scopeURL"].endswith(self._scope) and not self._known.done():
                self._known.set_result(one["registrationId"])

    async def deliver(self, text: str) -> None:
        """Deliver a message that the browser would have decrypted."""
        registration = await asyncio.wait_for(self._known, 20)
        await self._devtools.send(
            "ServiceWorker.deliverPushMessage",
            {"origin": self._origin, "registrationId": registration, "data": text},
        )
