"""Beginning a letter: templates of the clinic and of Bedside, filled from patient and visit."""

from typing import Any

import pytest

from bedside.errors import NotFound, WrongInput
from bedside.kernel.ids import new_id
from bedside.kernel.language import speaking
from bedside.letters import filling
from bedside.letters.drafts import SavedMeanwhile, Words
from bedside.letters.records import PREFIX, Letter
from bedside.letters.shipped import BLANK, NAMES, REFERRAL, VISIT_SUMMARY
from bedside.letters.templates import PREFIX as TEMPLATE
from bedside.letters.templates import Template, TemplateText
from bedside.printing.body import of_plain
from tests.house import House
from tests.letters.writing import TITLE, WORDS, drafted
from tests.requests.summaries import treated

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L1"), pytest.mark.feature("L2")]


async def begun(house: House, template: str, visit: str = "") -> Letter:
    """Begin a letter to the first patient."""
    chart, drafts = await house.chart(), house.services.letters.drafts
    return await drafts.get(chart, await drafts.begin(chart, new_id(PREFIX), template, visit))


def template(title: str = TITLE, text: str = WORDS, **other: Any) -> Template:
    """Return a template with these words in English."""
    texts = {"en": TemplateText(title=title, body=of_plain(text))}
    return Template(**{"name": "Result", "category": "other", "texts": texts, **other})


def words_of(letter: Letter) -> str:
    """Return the words of a letter as the PDF has them, without marks."""
    return letter.record.body.model_dump_json()


async def test_a_summary_is_filled_from_the_visit(house: House) -> None:
    letter = await begun(house, VISIT_SUMMARY, await treated(house))
    assert letter.record.category == "visit_summary"
    said = words_of(letter)
    assert "Dear Maya Lindqvist," in said
    assert "Rita Sandberg" in said
    assert "[[day of the visit]]" not in said
    assert filling.open_parts(letter.record.body) == [
        *("what we found", "first step", "second step", "next visit")
    ]
    without = await begun(house, VISIT_SUMMARY)
    assert filling.open_parts(without.record.body)[0] == "day of the visit"


@pytest.mark.parametrize("key", NAMES)
@pytest.mark.parametrize("language", ["en", "es", "fr", "de"])
async def test_what_comes_with_bedside_is_in_the_language_of_the_patient(
    quick_house: House, key: str, language: str
) -> None:
    chart = await quick_house.chart()
    patients = quick_house.services.people.patients
    before = await patients.get(chart)
    demographics = before.demographics.model_copy(update={"language": language})
    async with quick_house.services.database.unit_of_work() as work:
        await patients.change(work, chart, demographics)
    with speaking("de"):  # of the person who writes
        letter = await begun(quick_house, key)
    assert letter.record.language == language
    assert "first_name" not in words_of(letter)
    assert "my_name" not in words_of(letter)
    assert ("Dear" in words_of(letter)) == (language == "en")


async def test_a_template_of_the_clinic_in_one_of_its_languages(house: House) -> None:
    templates, admin = house.services.letters.templates, house.administer()
    template_id = new_id(TEMPLATE)
    first = template("For [[FIRST name]]", "Hello [[first name]]. [[Nachname]]")
    for _press in range(2):
        await templates.add(admin, template_id, first)
    assert len(await templates.in_use(house.clinic.id)) == 1
    letter = await begun(house, template_id)
    assert letter.record.title == "For Maya"
    assert letter.record.body == of_plain("Hello Maya. [[Nachname]]")
    await templates.change(admin, template_id, template("Changed", "Else."))
    assert (await begun(house, template_id)).record.title == "Changed"
    again = await house.services.letters.drafts.get(await house.chart(), letter.id)
    assert again.record == letter.record, "what was begun takes no change along"
    await templates.retire(admin, template_id)
    with pytest.raises(NotFound):
        await begun(house, template_id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (template(name=" "), "name"),
        (template(name="x" * 81), "name"),
        (template(""), "title"),
        (template("x" * 201), "title"),
        (template(text="\u200b"), "body"),
        (template(texts={}), "body"),
    ],
)
async def test_a_template_without_words_is_refused(
    quick_house: House, wrong: Template, field: str
) -> None:
    with pytest.raises(WrongInput) as refused:
        await quick_house.services.letters.templates.add(
            quick_house.administer(), new_id(TEMPLATE), wrong
        )
    assert refused.value.field == field


async def test_the_same_page_begins_one_letter(house: House) -> None:
    chart, drafts, letter_id = await house.chart(), house.services.letters.drafts, new_id(PREFIX)
    for key in (BLANK, BLANK, REFERRAL):
        await drafts.begin(chart, letter_id, key)
    [only] = await house.services.letters.archive.of(chart)
    assert only.letter.record.category == "other"
    with pytest.raises(NotFound):
        await drafts.begin(chart, new_id(PREFIX), BLANK, new_id("vis"))
    with pytest.raises(WrongInput):
        await drafts.begin(chart, "let_1", BLANK)


async def test_words_that_could_not_be_saved_become_another_letter(house: House) -> None:
    chart, drafts = await house.chart(), house.services.letters.drafts
    letter, other = await drafted(house, chart), new_id(PREFIX)
    for _press in range(2):
        await drafts.begin_with(chart, other, letter.id, Words("Mine", of_plain("Mine.")))
    assert (await drafts.get(chart, other)).record.body == of_plain("Mine.")
    assert (await drafts.get(chart, letter.id)).record.body == of_plain(WORDS)
    with pytest.raises(SavedMeanwhile):  # typed on, and pressed once more
        await drafts.begin_with(chart, other, letter.id, Words("Mine", of_plain("More.")))
    for wrong in ("", "let_1"):
        with pytest.raises(WrongInput):
            await drafts.begin_with(chart, wrong, letter.id, Words("Mine", of_plain("Mine.")))
    elsewhere = await drafted(house, await house.chart(1))
    with pytest.raises(NotFound):
        await drafts.begin_with(chart, elsewhere.id, letter.id, Words("Mine", of_plain("Mine.")))


async def test_a_draft_that_was_discarded_is_not_among_the_letters(house: House) -> None:
    chart, drafts = await house.chart(), house.services.letters.drafts
    letter = await drafted(house, chart)
    for _press in range(2):
        await drafts.discard(chart, letter.id)
    assert await house.services.letters.archive.of(chart) == []


async def test_the_preview_is_the_pdf_also_in_large_print(house: House) -> None:
    chart, drafts = await house.chart(), house.services.letters.drafts
    letter = await drafted(house, chart, "It is fine. " * 300)
    sheet, small = await drafts.pdf(chart, letter.id, large=False)
    _sheet, large = await drafts.pdf(chart, letter.id, large=True)
    assert sheet.title == TITLE
    assert small[:5] == large[:5] == b"%PDF-"
    assert large.count(b"/Type /Page\n") >= small.count(b"/Type /Page\n")
    strange = await drafted(house, chart, "Linear B: \U00010000")
    assert await drafts.not_drawn(chart, strange) == "\U00010000"
    assert await drafts.not_drawn(chart, letter) == ""
