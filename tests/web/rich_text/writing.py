"""Somebody who writes a rich text in a browser."""

import json
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.peers.chromium import Chromium, Person

_PASTE = """(area, given) => {
  const data = new DataTransfer();
  for (const [type, words] of Object.entries(given)) data.setData(type, words);
  area.dispatchEvent(new ClipboardEvent("paste",
    { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@dataclass
class Writer:
    """A page with an editor."""

    person: Person
    page: Page

    @property
    def area(self) -> Locator:
        """Where one writes."""
        return self.page.get_by_role("textbox", name="Letter")

    def tool(self, name: str) -> Locator:
        """A button of the toolbar."""
        tools = self.page.get_by_role("toolbar", name="Tools for writing")
        return tools.get_by_role("button", name=name, exact=True)

    async def keys(self, *keys: str) -> None:
        """Press keys, one after the other; what is in quotes is typed."""
        for key in keys:
            if key.startswith('"'):
                await self.page.keyboard.type(key.strip('"'))
            else:
                await self.page.keyboard.press(key)

    async def from_menu(self, menu: str, item: str) -> None:
        """Choose from a menu of the toolbar."""
        await self.tool(menu).click()
        await self.page.get_by_role("menuitem", name=item).click()

    async def paste(self, **words: str) -> None:
        """Paste `plain` words and `html`."""
        await self.area.evaluate(_PASTE, {f"text/{kind}": said for kind, said in words.items()})

    async def written(self) -> dict[str, Any]:
        """Return what the field holds."""
        return dict(json.loads(await self.page.locator("textarea[name=body]").input_value()))

    async def outline(self) -> list[str]:
        """The blocks of the field in short."""
        return [_short(block) for block in (await self.written())["content"]]

    async def send(self) -> None:
        """Send the form; the server has to take it."""
        await self.page.locator("#send").click()
        await expect(self.page.locator("#sent")).to_be_attached()


async def writer(chromium: Chromium, desk: str, page: str = "blank", **options: Any) -> Writer:
    """Open a page of `documents.PAGES` at a desk (`width`: on a phone)."""
    kind = chromium.phone if "width" in options else chromium.desktop
    person = await kind(desk, **options)
    return Writer(person, await person.page(f"/?page={page}"))


def _short(node: dict[str, Any]) -> str:
    match node["type"]:
        case "text":
            names = {"strong": "*{}*", "link": "<{}>"}
            said = str(node["text"])
            for mark in node.get("marks", []):
                said = names[mark["type"]].format(said)
            return said
        case "hard_break":
            return "/"
        case "page_break":
            return "---"
        case kind:
            inner = [_short(part) for part in node.get("content", [])]
            words = "".join(inner) if kind in ("paragraph", "heading") else " ".join(inner)
            sign = {
                "paragraph": "{}",
                "heading": f"h{node.get('attrs', {}).get('level')} {{}}",
                "bullet_list": "ul({})",
                "ordered_list": "ol({})",
                "list_item": "[{}]",
                "table": "table({})",
                "table_row": "({})",
                "table_header": "#{}",
                "table_cell": "|{}",
            }
            return sign[kind].format(words)
