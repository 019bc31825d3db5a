"""The language of a task, and the two that nobody speaks."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bedside.kernel import language, pseudo_languages
from bedside.kernel.pseudo_languages import LONG, MIRRORED

pytestmark = pytest.mark.feature("P4")


def test_a_language_without_a_catalogue_is_never_spoken() -> None:
    with language.speaking("xx"):
        assert language.spoken() == "en"
    with language.speaking("../../etc"):
        assert language.spoken() == "en"
    with language.speaking("tlh", "en"):
        assert language.gettext("Save") == "Save"


@pytest.mark.anyio
async def test_each_task_has_a_language_of_its_own() -> None:
    language.offer_pseudo_languages()

    async def heard(code: str) -> str:
        language.speak(code)
        await asyncio.sleep(0)
        return language.gettext("Save")

    one, other = await asyncio.gather(heard(LONG), heard("en"))
    assert (one != "Save", other) == (True, "Save")


def test_languages_for_testing_are_offered_only_where_they_are_allowed() -> None:
    language.offer_pseudo_languages(False)
    assert not {LONG, MIRRORED} & set(language.offered())
    with language.speaking(MIRRORED):
        assert (language.spoken(), language.direction()) == ("en", "ltr")
    language.offer_pseudo_languages()
    assert {LONG, MIRRORED} <= set(language.offered())
    with language.speaking(MIRRORED):
        assert (language.spoken(), language.direction(), language.locale()) == (
            MIRRORED,
            "rtl",
            "ar",
        )
    language.offer_pseudo_languages(False)


@pytest.mark.parametrize("code", ["he", "fa", "ur-PK", "ar-XB", "yi"])
def test_scripts_from_right_to_left_are_known(code: str) -> None:
    assert language.direction(code) == "rtl"


@pytest.mark.parametrize("code", ["en", "es", "fr", "de", "ru", "zh-Hant", "en-XA"])
def test_all_others_are_written_from_left_to_right(code: str) -> None:
    assert language.direction(code) == "ltr"


@pytest.mark.parametrize("change", [pseudo_languages.long, pseudo_languages.mirrored])
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("%(num)s of %(total)d files", ["%(num)s", "%(total)d"]),
        ("{clinic}: please open it by {day}:", ["{clinic}", "{day}"]),
        ("You join as <strong>%(name)s</strong>.", ["<strong>", "%(name)s", "</strong>"]),
        ("100 %% of it\nand &amp; more", ["%%", "\n", "&amp;"]),
    ],
)
def test_what_a_translation_keeps_is_kept(
    change: Callable[[str], str], text: str, kept: list[str]
) -> None:
    changed = change(text)
    assert [part for part in kept if part not in changed] == []
    assert changed.startswith("⟦")
    assert changed.endswith("⟧")


# Without what begins an entity or a field, which a translation keeps and which does not get longer.
_LETTERS = st.characters(categories=["Lu", "Ll", "Zs", "Po"], exclude_characters="&%")


@given(st.text(_LETTERS, min_size=13, max_size=200))
def test_a_long_sentence_is_longer_by_two_fifths(text: str) -> None:
    assert len(pseudo_languages.long(text)) >= 1.35 * len(text)


def test_nothing_is_left_of_the_english_letters() -> None:
    alphabet = "The quick brown fox jumps over the lazy dog"
    for change in (pseudo_languages.long, pseudo_languages.mirrored):
        assert not set(alphabet) & set(change(alphabet)) - {" "}
