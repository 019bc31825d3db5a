"""How a page holds up in other windows, for fingers, and in forced colours."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from tests.peers.page_checks import checked

WINDOWS = {
    "desk": (1366, 768),
    "tablet": (768, 1024),
    "phone": (390, 844),
    "small phone": (320, 640),
    "desk at 200 %": (683, 384),
    "desk at 400 %": (341, 192),
}

_SHOWN = """
  const isShown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 &&
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  };
  const named = (element) => (element.getAttribute("aria-label") || element.textContent)
    .trim().replace(/\\s+/g, " ").slice(0, 40) + " ." + element.className;
"""

_WITHOUT_EDGE = (
    "() => {"
    + _SHOWN
    + """
  const framed = ".button:not(.button-icon), .control, .filter, .call-app, .call-head-button," +
    ".dock-tab, .board-ink > span, .call-tile-tool, .chip, .call-notice, .banner, .chat-message," +
    ".call-switch > button, .call-panel, .dialog[open], .input, .menu-list:popover-open";
  const hasEdge = (element) => {
    const style = getComputedStyle(element);
    return ["Top", "Left", "Bottom", "Right"].some((side) =>
      parseFloat(style[`border${side}Width`]) > 0 && style[`border${side}Style`] !== "none");
  };
  return [...document.querySelectorAll(framed)].filter(isShown)
    .filter((one) => !hasEdge(one)).map(named);
}"""
)

_NOT_TOLD_APART = (
    "() => {"
    + _SHOWN
    + """
  const chosen = { "[aria-pressed=true]": "[aria-pressed=false]",
    "[role=tab][aria-selected=true]": "[role=tab][aria-selected=false]",
    ".call-app[aria-expanded=true]": ".call-app[aria-expanded=false]",
    ".board-ink > :checked + span": ".board-ink > :not(:checked) + span" };
  const look = (element) => {
    const style = getComputedStyle(element);
    return [style.borderTopWidth, style.borderTopColor, style.backgroundColor, style.outlineStyle,
      style.textDecorationLine].join();
  };
  return Object.entries(chosen).flatMap(([on, off]) => {
    const others = [...document.querySelectorAll(off)].filter(isShown);
    return [...document.querySelectorAll(on)].filter(isShown).filter((one) => others.some(
      (other) => other.className === one.className && look(other) === look(one))).map(named);
  });
}"""
)

_SMALL = (
    "(least) => {"
    + _SHOWN
    + """
  const pressed = "button, .button, .control, input, select, textarea, [role=tab], summary";
  const isIn = (element) => !element.closest("[inert], .visually-hidden, .row-title");
  const whole = (element) => element.matches("input[type=radio], input[type=checkbox]")
    ? element.closest("label") ?? element : element;
  const box = (element) => element.getBoundingClientRect();
  return [...document.querySelectorAll(pressed)].map(whole).filter(isShown).filter(isIn)
    .filter((one) => Math.min(box(one).height, box(one).width) < least - 0.5)
    .map((one) => `${named(one)}: ${box(one).width} × ${box(one).height}`);
}"""
)


async def fits(page: Page, *windows: str) -> None:
    """Check the page in these windows (by default all): nothing is wider than its window."""
    before = page.viewport_size
    for name in windows or WINDOWS:
        width, height = WINDOWS[name]
        await page.set_viewport_size({"width": width, "height": height})
        await checked(page)
    if before:
        await page.set_viewport_size(before)


@asynccontextmanager
async def forced_colours(page: Page) -> AsyncIterator[None]:
    """Let the device choose all colours, for the length of a block."""
    await page.emulate_media(forced_colors="active")
    yield
    await page.emulate_media(forced_colors="none")


async def seen_without_colours(page: Page) -> None:
    """Check that in forced colours everything that can be pressed has an edge, and what is chosen
    looks different from what is not."""
    async with forced_colours(page):
        assert await page.evaluate(_WITHOUT_EDGE) == []
        assert await page.evaluate(_NOT_TOLD_APART) == []


async def for_fingers(page: Page, least: int = 44) -> None:
    """Check that whatever is pressed is large enough, in CSS pixels."""
    assert await page.evaluate(_SMALL, least) == []
