"""Checks that every page of a journey must pass."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

ARTIFACTS = Path(__file__).parents[2] / "artifacts"

RULES = {
    "type": "tag",
    "values": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
        "best-practice",
    ],
}
"""WCAG 2.2 AA and axe-core's best practice."""
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that look at colours: the only ones whose findings depend on light or dark."""

# Style attributes are left to the content security policy: scripts may set them one by one, and
# those that came with the page cause an error on the console, which Person collects.
_COMPLAINTS = """() => {
  const said = [];
  const say = (what, element) => said.push(what + ": " + element.outerHTML.slice(0, 120));
  const words = (text) => (text || "").replace(/\\s+/g, " ").trim();

  const headings = [...document.querySelectorAll("h1")];
  if (headings.length !== 1) said.push(headings.length + " h1 instead of one");
  else if (!words(document.title).includes(words(headings[0].textContent)))
    said.push(`title “${words(document.title)}” without h1 “${words(headings[0].textContent)}”`);
  else if (!words(headings[0].textContent)) said.push("h1 is empty");
  if (!document.documentElement.lang) said.push("html has no lang");

  const seen = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (seen.has(element.id)) say("id twice", element);
    seen.add(element.id);
  }

  const unlabelled = ["hidden", "submit", "button", "reset", "image"];
  for (const field of document.querySelectorAll("input, select, textarea")) {
    if (unlabelled.includes(field.type)) continue;
    const by = (field.getAttribute("aria-labelledby") || "").split(/\\s+/).filter(Boolean)
      .map((id) => document.getElementById(id)?.textContent || "").join(" ");
    const labels = [...(field.labels || [])].map((label) => label.textContent).join(" ");
    if (!words(labels + by + (field.getAttribute("aria-label") || ""))) say("no label", field);
  }

  const data = ["application/json", "application/ld+json"];
  for (const script of document.querySelectorAll("script:not([src])"))
    if (!data.includes(script.type)) say("inline script", script);
  for (const style of document.querySelectorAll("style")) say("inline style", style);
  for (const element of document.querySelectorAll("*"))
    for (const attribute of element.attributes) {
      if (attribute.name.startsWith("on")) say("inline handler", element);
      if (/^\\s*javascript:/i.test(attribute.value)) say("script as address", element);
    }

  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth + 1) {
    said.push(`page is ${root.scrollWidth} px wide in a window of ${root.clientWidth}`);
    for (const element of document.body.querySelectorAll("*"))
      if (element.getBoundingClientRect().right > root.clientWidth + 1 && said.length < 12)
        say("too wide", element);
  }
  return said;
}"""


async def complaints(page: Page) -> list[str]:
    """Return what is wrong with the page now: heading, title, ids, labels, inline code, width."""
    return list(await page.evaluate(_COMPLAINTS))


async def checked(page: Page) -> Page:
    """Return the page if nothing is wrong with it; a busy browser gets a moment for layout."""
    said = await complaints(page)
    for _ in range(6):
        if not said:
            return page
        await page.wait_for_timeout(150)
        said = await complaints(page)
    assert said == []
    return page


async def _is_small(page: Page, node: dict[str, Any]) -> bool:
    """Whether a target is too small wherever the page is scrolled to: what a fixed bar covers at
    the foot of the window by chance is not."""
    selector = str(node["target"][0])
    if "obscured" not in node.get("failureSummary", ""):
        return True
    before = await page.evaluate("scrollY")
    await page.locator(selector).evaluate("field => field.scrollIntoView({ block: 'center' })")
    again = await _found(page, {"type": "rule", "values": ["target-size"]}, selector)
    await page.evaluate("top => scrollTo(0, top)", before)
    return bool(again)


async def _found(
    page: Page, rules: dict[str, Any], selector: str | None = None
) -> list[dict[str, Any]]:
    """Run these rules of axe-core on the page, or on an element; its script, half a megabyte, is
    sent to each document once."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    run = """([place, options]) =>
        axe.run(place ?? document, options).then((results) => results.violations)"""
    options = {"resultTypes": ["violations"], "runOnly": rules}
    return list(await page.evaluate(run, [selector, options]))


async def violations(page: Page, rules: dict[str, Any] = RULES) -> list[str]:
    """Return what axe-core finds on the page now: rule, where, and what to do."""
    found = await _found(page, rules)
    for rule in found:
        if rule["id"] == "target-size":
            rule["nodes"] = [node for node in rule["nodes"] if await _is_small(page, node)]
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: "
        + re.sub(r"\s+", " ", node.get("failureSummary", ""))
        for rule in found
        for node in rule["nodes"]
    ]


async def accessible(page: Page) -> Page:
    """Return the page if axe-core finds nothing, neither in light nor in dark."""
    dark = await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = {"light": [], "dark": []}
    for scheme, rules in (("light", RULES), ("dark", COLOURS)):
        await page.emulate_media(color_scheme=scheme)
        found[scheme] = await violations(page, rules)
    await page.emulate_media(color_scheme="dark" if dark else "light")
    assert found == {"light": [], "dark": []}
    return page


@dataclass
class Journey:
    """The steps of one journey, each checked, and kept as a picture.

    Pictures go to artifacts/<name>/<number>-<step>.png, in the order of the steps. Where pages run
    no script (`script` False) axe-core cannot run either, and is left out.
    """

    name: str
    script: bool = True
    steps: list[str] = field(default_factory=list[str])

    async def seen(self, page: Page, step: str, *, whole: bool = True) -> Page:
        """Check a page in its current state, and take its picture (`whole`: its full length).

        Raises AssertionError if `checked` or `accessible` finds something; the picture exists
        then.
        """
        self.steps.append(step)
        folder = ARTIFACTS / self.name
        folder.mkdir(parents=True, exist_ok=True)
        picture = folder / f"{len(self.steps):02}-{step}.png"
        await page.screenshot(path=picture, full_page=whole, animations="disabled")
        await checked(page)
        return await accessible(page) if self.script else page
