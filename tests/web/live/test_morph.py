"""State that an update preserves: focus, typed text, open details, and the identity of elements."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.async_api import Page, Route

from tests.house import Served
from tests.peers.chromium import Chromium
from tests.web.scripts import bundled

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F7")]


@pytest.fixture
async def page(served: Served, chromium: Chromium) -> Page:
    """A page of ours, with a place to update."""
    page = await (await chromium.desktop()).page(f"{served.url}/sign-in")
    await page.evaluate(bundled(live="live/morph"))
    await page.evaluate(
        """() => {
          document.body.innerHTML = '<main id="place"></main>';
          globalThis.place = document.getElementById("place");
          globalThis.put = (html) => {
            const template = document.createElement("template");
            template.innerHTML = html;
            live.morph(place, template.content);
          };
          globalThis.one = (selector) => place.querySelector(selector);
        }"""
    )
    return page


async def after(page: Page, before: str, doing: str, wanted: str, found: str) -> Any:
    """Return `found`, once the page showed `before`, a person did something, and an update came."""
    await page.evaluate("(html) => { place.innerHTML = html; }", before)
    await page.evaluate(f"() => {{ {doing} }}")
    await page.evaluate("(html) => put(html)", wanted)
    return await page.evaluate(f"() => ({found})")


ROWS = "".join(f'<li id="row-{n}"><a href="#{n}">{n}</a></li>' for n in range(4))
NEW = '<li id="row-9"><a href="#9">9</a></li>'


@pytest.mark.parametrize(
    "wanted",
    [ROWS, NEW + ROWS, ROWS + NEW, ROWS[: len(ROWS) // 2] + NEW + ROWS[len(ROWS) // 2 :]],
    ids=["unchanged", "before", "behind", "between"],
)
async def test_rows_that_stay_are_the_same_elements(page: Page, wanted: str) -> None:
    kept = await after(
        page,
        f"<ul>{ROWS}</ul>",
        'globalThis.rows = [...place.querySelectorAll("li")]; one("#row-2 a").focus();',
        f"<ul>{wanted}</ul>",
        "rows.every((row) => row === document.getElementById(row.id) && row.isConnected)"
        ' && document.activeElement === one("#row-2 a")',
    )
    assert kept
    assert await page.inner_html("#place") == f"<ul>{wanted}</ul>"


async def test_rows_in_another_order_keep_identity_and_focus(page: Page) -> None:
    rows = [f'<li id="row-{n}"><button>{n}</button></li>' for n in range(4)]
    for order in ([3, 1, 0, 2], [2, 3], [1, 0, 3, 2]):
        kept = await after(
            page,
            f"<ul>{''.join(rows)}</ul>",
            'globalThis.rows = [...place.querySelectorAll("li")]; one("#row-3 button").focus();',
            f"<ul>{''.join(rows[n] for n in order)}</ul>",
            "rows.filter((row) => row.isConnected)"
            ".every((row) => row === document.getElementById(row.id))"
            ' && document.activeElement === one("#row-3 button")',
        )
        assert kept, order


async def test_what_is_typed_stays_and_what_nobody_touched_follows_the_server(page: Page) -> None:
    def form(n: int) -> str:
        return (
            f'<form><input name="a" value="a{n}"><input name="b" value="b{n}"><input name="c">'
            f'<textarea name="d">d{n}</textarea><textarea name="e">e{n}</textarea>'
            f'<input type="hidden" name="f" value="f{n}"><input type="checkbox" name="g">'
            f'<input type="checkbox" name="h" {"checked" if n == 2 else ""}></form>'
        )

    values = await after(
        page,
        form(1),
        'one("[name=b]").value = "typed"; one("[name=c]").value = "here"; one("[name=c]").focus();'
        'one("[name=d]").value = "words"; one("[name=g]").checked = true;',
        form(2),
        '[..."abcdef"].map((name) => one(`[name=${name}]`).value)'
        '.concat([..."gh"].map((name) => one(`[name=${name}]`).checked))'
        ".concat(document.activeElement.name)",
    )
    assert values == ["a2", "typed", "here", "words", "e2", "f2", True, True, "c"]


async def test_the_place_in_a_text_and_a_choice_that_somebody_makes_stay(page: Page) -> None:
    def form(n: int) -> str:
        options = "".join(f'<option value="{o}">{o}{n}</option>' for o in "xyz")
        return (
            f'<p>{n}</p><textarea id="t">server {n}</textarea><select name="s">{options}</select>'
        )

    found = await after(
        page,
        form(1),
        'one("select").value = "z"; one("#t").value = "half a sentence"; one("#t").focus();'
        'one("#t").setSelectionRange(4, 6);',
        form(2),
        '[one("select").value, one("#t").value, one("#t").selectionStart, one("#t").selectionEnd,'
        ' document.activeElement.id, one("p").textContent]',
    )
    assert found == ["z", "half a sentence", 4, 6, "t", "2"]


async def test_what_somebody_has_opened_stays_open_and_closed(page: Page) -> None:
    def part(n: int) -> str:
        return (
            f'<details id="a"><summary>{n}</summary>x</details><details id="b" open>y{n}</details>'
            f'<dialog id="c"><p>{n}</p></dialog><button aria-expanded="false">{n}</button>'
        )

    found = await after(
        page,
        part(1),
        'one("#a").open = true; one("#b").open = false; one("#c").showModal();'
        'one("button").setAttribute("aria-expanded", "true");',
        part(2),
        '[one("#a").open, one("#b").open, one("#c").open && one("#c").matches(":modal"),'
        ' one("button").getAttribute("aria-expanded"), one("#c p").textContent,'
        ' one("summary").textContent]',
    )
    assert found == [True, False, True, "true", "2", "2"]


async def test_a_button_with_the_focus_says_what_is_new(page: Page) -> None:
    found = await after(
        page,
        '<button id="a">Mark reviewed</button>',
        'one("#a").focus(); one("#a").setAttribute("aria-busy", "true");',
        '<button id="a" class="done">Reviewed</button>',
        '[document.activeElement.textContent, one("#a").className, one("#a").ariaBusy]',
    )
    assert found == ["Reviewed", "done", "true"]


async def test_what_a_script_has_filled_stays_while_the_server_says_the_same(page: Page) -> None:
    def part(kept: str, moment: str) -> str:
        return (
            f'<div data-kept="{kept}"></div>'
            f'<time datetime="{moment}">exact</time><ul><li class="row">row</li></ul>'
        )

    doing = (
        'one("div").innerHTML = "<canvas></canvas>"; one("time").textContent = "a minute ago";'
        'one("li").classList.add("row-selected");'
    )
    found = "[one('div').innerHTML, one('time').textContent, one('li').className]"
    same = await after(page, part("1", "2026-01-01"), doing, part("1", "2026-01-01"), found)
    assert same == ["<canvas></canvas>", "a minute ago", "row row-selected"]
    other = await after(page, part("1", "2026-01-01"), doing, part("2", "2026-01-02"), found)
    assert other == ["", "exact", "row row-selected"]


async def test_a_picture_that_plays_and_a_scrolled_list_stay(page: Page) -> None:
    lines = "".join(f'<li id="l{n}">line {n}</li>' for n in range(80))
    found = await after(
        page,
        f'<video id="v"></video><ul id="list">{lines}</ul>',
        'one("#list").style.cssText = "height: 100px; overflow: auto";'
        'globalThis.video = one("#v"); video.srcObject = new MediaStream();'
        'one("#list").scrollTop = 300;',
        f'<p id="first">new</p><video id="v"></video>'
        f'<ul id="list" style="height: 100px; overflow: auto">{lines}<li id="l99">last</li></ul>',
        '[one("#v") === video, video.srcObject !== null, one("#list").scrollTop]',
    )
    assert found == [True, True, 300]


async def test_pictures_that_stay_are_not_fetched_again(page: Page) -> None:
    asked: list[str] = []

    async def picture(route: Route) -> None:
        asked.append(route.request.url.rpartition("/")[2])
        await route.fulfill(
            body='<svg xmlns="http://www.w3.org/2000/svg"/>',
            content_type="image/svg+xml",
            headers={"cache-control": "no-store"},
        )

    await page.route("**/picture-*", picture)
    await page.evaluate("() => put('<p><img id=a src=/picture-1 alt=a></p>')")
    await page.wait_for_function("() => one('img').complete")
    await page.evaluate(
        "() => put('<p>new</p><p><img id=a src=/picture-1 alt=a><img src=/picture-2 alt=b></p>')"
    )
    await page.wait_for_function("() => one('img + img').complete")
    assert asked == ["picture-1", "picture-2"]


# --- whatever comes, the page shows it ---------------------------------------------------------

_leaf = st.sampled_from(["one", "two", "three"])
_named = st.tuples(st.sampled_from(["article", "div", "section"]), st.booleans())


def _html(tree: Any, ids: list[int]) -> str:
    """Return a tree as HTML; of `ids` each is used at most once."""
    if isinstance(tree, str):
        return f"<i>{tree}</i>"
    (name, has_id), children = tree
    own = f' id="n{ids.pop()}"' if has_id and ids else ""
    return f"<{name}{own}>{''.join(_html(child, ids) for child in children)}</{name}>"


_trees = st.recursive(
    _leaf, lambda inner: st.tuples(_named, st.lists(inner, max_size=4)), max_leaves=12
)


async def test_after_an_update_the_page_is_what_the_server_sent(page: Page) -> None:
    pairs: list[list[str]] = []

    @settings(max_examples=150, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(_trees, max_size=5),
        st.lists(_trees, max_size=5),
        st.permutations(range(8)),
        st.permutations(range(8)),
    )
    def collect(before: list[Any], wanted: list[Any], ids: list[int], others: list[int]) -> None:
        left, right = list(ids), list(others)
        pairs.append(
            [
                "".join(_html(tree, left) for tree in before),
                "".join(_html(tree, right) for tree in wanted),
            ]
        )

    collect()
    differing = await page.evaluate(
        """(pairs) => pairs.filter(([before, wanted]) => {
          place.innerHTML = before;
          put(wanted);
          return place.innerHTML !== wanted;
        })""",
        pairs,
    )
    assert differing == []
    assert len(pairs) >= 100
