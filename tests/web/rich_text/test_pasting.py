"""Words that are pasted from elsewhere keep what a letter has, and nothing else."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.peers.chromium import Chromium
from tests.web.rich_text.writing import writer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.xdist_group("chromium"),
    pytest.mark.feature("L1"),
]

PASTED = Path(__file__).parent / "pasted"
EXPECTED = {
    "word": [
        "h1 After your visit",
        "You came because of *a rash* on the left arm.",
        "h2 What to do",
        "ol([Use the cream ul([mornings] [evenings])] [Read <our page>])",
        "table((#*Medicine* # #*When*) (|Hydrocortisone |1 % |twice a day) (| |2 % |at night))",
        "---",
        "See you soon.",
    ],
    "google_docs": [
        "h1 Your appointment",
        "Please come on *Monday*,/at nine.",
        "ul([Bring your card ul([and your list])])",
        "<Write to us>",
    ],
    "web_page": [
        "h1 Eczema",
        "First words.",
        "Second words with colour and a trap.",
        "Quoted.",
        "one/two",
        "A picture gone",
        "table((#inner one inner two #Head ul([item])) (|only |))",
        "A layout",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
async def test_the_form_that_letters_have_is_kept(chromium: Chromium, desk: str, name: str) -> None:
    one = await writer(chromium, desk)
    await one.paste(html=(PASTED / f"{name}.html").read_text(), plain="not this")
    assert await one.outline() == EXPECTED[name]
    assert await one.page.evaluate("window.stolen") is None
    await one.send()
    await one.person.leave()


async def test_plain_words_keep_their_lines(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.paste(plain="Dear Maya,\r\n\r\nMonday\r\nat nine")
    assert await one.outline() == ["Dear Maya,", "Monday/at nine"]
    await one.person.leave()


async def test_a_table_in_a_table_becomes_its_words(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.from_menu("Table", "Insert a table")
    await one.paste(html="<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>")
    words = await one.area.inner_text()
    assert [letter for letter in words if letter in "abc"] == ["a", "b", "c"]
    await one.send()
    await one.person.leave()


async def test_a_long_text_of_word_is_there_at_once(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    html = (PASTED / "word.html").read_text()
    begin, end = html.index("<p class=MsoNormal>"), html.index("<!--EndFragment-->")
    long = html[:begin] + html[begin:end] * 45 + html[end:]
    assert len(long) > 100_000
    before = await one.page.evaluate("performance.now()")
    await one.paste(html=long)
    assert await one.page.evaluate("performance.now()") - before < 5_000
    assert len(await one.outline()) > 200
    await one.person.leave()


async def test_words_that_were_copied_here_come_back_as_they_were(
    chromium: Chromium, desk: str
) -> None:
    one = await writer(chromium, desk, "everything")
    await one.area.focus()
    await one.keys("Control+a")
    copied = await one.area.evaluate(
        """(area) => {
          const data = new DataTransfer();
          area.dispatchEvent(new ClipboardEvent("copy",
            { clipboardData: data, bubbles: true, cancelable: true }));
          return data.getData("text/html");
        }"""
    )
    await one.keys("Delete")
    assert await one.outline() == [""]
    await one.paste(html=copied)
    assert (await one.outline())[1:3] == [
        "h1 Next steps",
        "ol([Use the cream ul([mornings] [evenings])] [<Call us> if it gets larger.])",
    ]
    await one.person.leave()


async def test_a_file_is_left_to_the_page(chromium: Chromium, desk: str) -> None:
    one = await writer(chromium, desk)
    await one.area.evaluate(
        """(area) => {
          const data = new DataTransfer();
          data.items.add(new File(["x"], "scan.png", { type: "image/png" }));
          window.heard = [];
          for (const name of ["drop", "paste"])
            document.addEventListener(name, () => window.heard.push(name));
          area.dispatchEvent(new DragEvent("drop",
            { dataTransfer: data, bubbles: true, cancelable: true }));
          area.dispatchEvent(new ClipboardEvent("paste",
            { clipboardData: data, bubbles: true, cancelable: true }));
          data.setData("text/plain", "words");
          area.dispatchEvent(new ClipboardEvent("paste",
            { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    # With words the picture of them is no file that somebody wants to send.
    assert await one.page.evaluate("window.heard") == ["drop", "paste"]
    await expect(one.area).to_have_text("words")
    await one.person.leave()
