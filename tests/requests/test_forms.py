"""A PDF is sent to be filled in, and comes back as the same PDF, filled in, to the same chart."""

import asyncio
import unicodedata
from datetime import timedelta
from typing import Any

import pypdfium2
import pytest

from bedside.audit import Action
from bedside.audit.recorder import Filter
from bedside.charts.records import Entry
from bedside.errors import Conflict, NotFound, TooLarge, WrongInput
from bedside.files.announcing import Allowance
from bedside.files.fillable import NotAPdf, NotScanned
from bedside.files.pdf_forms import FormState
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.links.records import LinkClosed
from bedside.people.permissions import ChartAccess, LinkAccess
from bedside.requests.forms.answers import AnotherVersion
from bedside.requests.forms.kind import FORMS
from bedside.requests.forms.rows import Way
from bedside.requests.states import State
from tests.adapters.rendering import form_files
from tests.adapters.rendering.form_viewers import widgets_of
from tests.house import House
from tests.printing.reading import as_drawn
from tests.requests.forms import (
    draft,
    empty_form,
    pieces,
    returned,
    send_back,
    sent_form,
    typed,
)
from tests.requests.sending import Sent, do_jobs, jpeg

pytestmark = [pytest.mark.anyio, pytest.mark.feature("F11"), pytest.mark.feature("F15")]


async def content_of(house: House, chart: ChartAccess, entry: Entry) -> bytes:
    """Return a file of the chart."""
    opened = await house.files.retrieval.open(chart, entry.id, "original")
    return b"".join([piece async for piece in opened.chunks(0, opened.size)])


def words(data: bytes) -> str:
    """Return what stands on the pages of a PDF."""
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))


async def lines(house: House, action: Action, patient_id: str) -> list[Any]:
    """Return audit lines of a kind about a patient."""
    wanted = Filter(patient_id=patient_id, action=action)
    return await house.audit.log.lines(house.clinic.id, wanted)


async def test_it_comes_back_filled_in(house: House) -> None:
    sent = await sent_form(house)
    messages = await house.notifications.messages.outbox(house.here.receptionist)
    [message] = [one for one in messages if one.cause_id.startswith(sent.id)]
    assert "Rita Sandberg has sent you a form" in message.text
    assert "Intake" not in message.text + message.subject
    link = await sent.enter()
    page = await house.requests.filling.page(link)
    assert page.details.title == "Intake form"
    assert page.details.note == "Please bring your list of medicines, too."
    assert (await sent.now()).state is State.OPENED
    await send_back(house, link)
    assert (await sent.now()).sending
    await do_jobs(house)

    assert (await sent.now()).state is State.DONE
    [answer] = await returned(house, sent.chart)
    assert (answer.title, answer.category) == ("Intake form, filled in", "form")
    assert (answer.sender_kind, answer.waits_for_review) == ("patient", True)
    said = words(await content_of(house, sent.chart, answer))
    assert "Lindqvist" in said
    assert "More in the evening." in said
    form = await house.requests.forms.get(sent.chart, sent.id)
    assert form.entry is not None
    assert form.answers == (answer,)
    opened = await house.files.retrieval.open(sent.chart, answer.id, "fields")
    filled = b"".join([piece async for piece in opened.chunks(0, opened.size)])
    assert (
        widgets_of(filled)["complaint"][0].value == "It hurts since Monday.\nMore in the evening."
    )
    assert not widgets_of(await content_of(house, sent.chart, answer))
    assert ("What brings you to us?", "It hurts since Monday.\nMore in the evening.") in form.words
    assert "Lindqvist" not in words(await content_of(house, sent.chart, form.entry))  # kept empty
    for file_id in (form.entry.file_id, answer.file_id):
        [one] = await house.requests.forms.of_entry(sent.chart, file_id)
        assert one.id == sent.id
    for action in (Action.FORM_SENT, Action.FORM_BEGUN, Action.FORM_ANSWERED, Action.FORM_RETURNED):
        assert len(await lines(house, action, sent.chart.patient_id)) == 1, action


async def test_two_presses_send_one_form_and_one_answer(house: House) -> None:
    chart = await house.chart()
    wanted = draft(house, await empty_form(house, chart))
    forms, filling = house.requests.forms, house.requests.filling
    assert {*await asyncio.gather(*(forms.send(chart, wanted) for _ in range(3)))} == {wanted.id}
    await do_jobs(house)
    sent = Sent(house, chart, wanted.id)
    assert len(await sent.secrets()) == 1
    link = await sent.enter()
    page = await filling.page(link)
    await filling.keep(link, typed(page), page.version)
    await asyncio.gather(*(filling.send(link, 1) for _ in range(3)))
    await do_jobs(house)
    await filling.send(link, 1)
    await do_jobs(house)
    assert len(await returned(house, chart)) == 1
    with pytest.raises(Conflict):
        await filling.keep(link, typed(page, born="1.1.2000"), 1)


async def test_a_draft_is_kept_and_nothing_of_another_window_is_lost(house: House) -> None:
    link = await (await sent_form(house)).enter()
    filling = house.requests.filling
    page = await filling.page(link)
    empty: dict[str, tuple[str, ...]] = {one.key: () for one in page.form.fields}
    name, complaint = page.form.fields[0].key, page.form.fields[3].key
    await filling.keep(link, {**empty, name: ("Lindqvist",)}, 0)
    assert (await filling.page(link)).values[name] == ("Lindqvist",)
    with pytest.raises(AnotherVersion):  # a second window, opened before
        await filling.keep(link, {**empty, complaint: ("A cough",)}, 0)
    now = await filling.page(link)
    assert (now.values[name], now.values[complaint]) == (("Lindqvist",), ("A cough",))
    with pytest.raises(AnotherVersion):
        await filling.send(link, 1)
    assert not (await filling.page(link)).is_sent
    await filling.keep(link, {**empty, name: ("Lindqvist",)}, now.version)  # taken back here
    assert (await filling.page(link)).values[complaint] == ()


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("patient__last_name", "", "Please fill this in."),
        ("patient__last_name", " \u200b ", "Please fill this in."),
        ("zip", "123456", "has room for 5 characters"),
        ("zip", "ᏣᎳᎩ", "can only show this in Latin letters"),
        ("born", "1991-03-14", "a date like DD.MM.YYYY"),
        ("born", "31.02.1991", "a date like"),
        ("born", "yesterday", "a date like"),
    ],
)
async def test_problems_are_said_at_the_field_and_the_rest_is_kept(
    quick_house: House, field: str, value: str, problem: str
) -> None:
    link = await (await sent_form(quick_house)).enter()
    filling = quick_house.requests.filling
    page = await filling.page(link)
    result = await filling.keep(link, typed(page, **{field: value}), 0)
    [(key, sentence)] = result.problems.items()
    assert problem in sentence
    by_key = {one.key: one.name for one in page.form.fields}
    assert by_key[key] == field.replace("__", ".")
    with pytest.raises(WrongInput):
        await filling.send(link, 1)
    assert (await filling.page(link)).answers[page.form.fields[3].key]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王芳", "王芳"),
        ("محمد", "محمد"),
        ("Đỗ Thị Nguyễn", "Đỗ Thị Nguyễn"),
        ("Łukasz Žižek", "Łukasz Žižek"),
        ("Ольга", "Ольга"),
        ("Zoe\u0308 N\u0303un\u0303ez", "Zoë Ñuñez"),
        ("Ann 🩹", "Ann"),
        ("สมชาย", as_drawn("สมชาย", "Noto Sans Thai", "smchay")),
        ("ᏣᎳᎩ", "TsaLaGi"),
    ],
)
async def test_letters_of_any_script_and_never_boxes(
    quick_house: House, name: str, shown: str
) -> None:
    sent = await sent_form(quick_house)
    link = await sent.enter()
    filling = quick_house.requests.filling
    page = await filling.page(link)
    result = await filling.keep(link, typed(page, patient__last_name=name), 0)
    assert not result.problems
    is_rewritten = not shown.startswith(unicodedata.normalize("NFC", name))
    assert [one.shown.strip()[: len(shown)] for one in result.rewritten] == (
        [shown] if is_rewritten else []
    )
    await filling.send(link, 1)
    await do_jobs(quick_house)
    [answer] = await returned(quick_house, sent.chart)
    assert shown in words(await content_of(quick_house, sent.chart, answer))
    form = await quick_house.requests.forms.get(sent.chart, sent.id)
    assert dict(form.words)["Last name"].startswith(name[:2])  # staff read what was typed


async def take(house: House, link: LinkAccess, name: str, data: bytes) -> None:
    """Add a file to a form."""
    await house.requests.filling.take(link, name, pieces(data))


async def test_the_second_way_files_and_photos(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    filling = house.requests.filling
    await take(house, link, "page1.jpg", jpeg())
    await take(house, link, "page2.jpg", jpeg(colour=(90, 90, 90)))
    page = await filling.page(link)
    assert len(page.files) == 2
    await filling.discard(link, page.files[0].id)
    await take(house, link, "form.pdf", form_files.form())
    await do_jobs(house)
    assert not await returned(house, sent.chart)  # nobody has sent it yet
    await filling.send_files(link)
    await filling.send_files(link)
    await do_jobs(house)
    assert (await sent.now()).state is State.DONE
    titles = [entry.title for entry in await returned(house, sent.chart)]
    assert sorted(titles) == ["Intake form, filled in, 1", "Intake form, filled in, 2"]
    form = await house.requests.forms.get(sent.chart, sent.id)
    assert (form.way, form.words, len(form.answers)) == (Way.FILES, (), 2)
    with pytest.raises(Conflict):
        await filling.discard(link, form.answers[0].file_id)
    with pytest.raises(Conflict):
        await take(house, link, "late.pdf", form_files.form())


async def test_files_of_the_second_way_do_not_go_along_with_the_first(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    await take(house, link, "page1.jpg", jpeg())
    await do_jobs(house)
    await send_back(house, link)
    await do_jobs(house)
    [answer] = await returned(house, sent.chart)
    assert answer.media_type == "application/pdf"


async def test_a_refused_file_goes_back_to_choosing(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    filling = house.requests.filling
    with pytest.raises(WrongInput):
        await filling.send_files(link)
    await take(house, link, "form.pdf", b"%PDF-1.7\nbroken")
    await filling.send_files(link)
    await do_jobs(house)
    page = await filling.page(link)
    assert (page.is_sent, page.way) == (False, Way.NOT_YET)
    [(name, why)] = page.turned_away
    assert name == "form.pdf"
    assert why
    await send_back(house, link)
    await do_jobs(house)
    assert (await sent.now()).state is State.DONE


async def test_only_so_many_files(quick_house: House) -> None:
    sent = await sent_form(quick_house)
    link = await sent.enter()
    for number in range(20):
        await take(quick_house, link, f"{number}.jpg", jpeg())
    with pytest.raises(TooLarge):
        await take(quick_house, link, "one more.jpg", jpeg())


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (form_files.form(form_files.text("x", flags=form_files.READ_ONLY)), FormState.NONE),
        (form_files.form(*(form_files.text(f"n{n}") for n in range(500)), pages=9), "too_many"),
    ],
)
async def test_without_fields_only_the_second_way(
    quick_house: House, data: bytes, state: str
) -> None:
    sent = await sent_form(quick_house, data)
    link = await sent.enter()
    page = await quick_house.requests.filling.page(link)
    assert page.details.state == state
    with pytest.raises(WrongInput):
        await quick_house.requests.filling.keep(link, {}, 0)
    opened = await quick_house.requests.filling.opened(link)
    assert opened.media_type == "application/pdf"
    assert len(await lines(quick_house, Action.FILE_DOWNLOADED, sent.chart.patient_id)) == 1


async def test_what_cannot_be_sent(quick_house: House) -> None:
    house, forms = quick_house, quick_house.requests.forms
    chart = await house.chart()
    photo = await empty_form(house, chart, jpeg(), "photo.jpg")
    with pytest.raises(NotAPdf):
        await forms.send(chart, draft(house, photo))
    taken = await house.files.uploads.take_for_chart(
        chart, "new.pdf", pieces(form_files.form()), Allowance(largest=1_000_000), "form"
    )
    fresh = await house.charts.contents.entry_of_file(chart, taken.file_id)
    with pytest.raises(NotScanned):
        await forms.send(chart, draft(house, fresh))
    await do_jobs(house)
    today = house.clinic.options.today()
    for wrong in (
        {"due": None},
        {"due": today - timedelta(days=1)},
        {"due": today + timedelta(days=400)},
        {"note": "x" * 1_001},
        {"channels": ()},
        {"id": new_id("req")},
    ):
        with pytest.raises(WrongInput):
            await forms.send(chart, draft(house, fresh, **wrong))
    other = await house.chart(1)
    with pytest.raises(NotFound):
        await forms.send(other, draft(house, fresh))
    with pytest.raises(NotFound):
        await forms.get(other, (await sent_form(house)).id)


async def test_a_form_in_another_chart_is_not_shown(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    form = await house.requests.forms.get(sent.chart, sent.id)
    assert form.entry is not None
    other = await house.chart(1)
    await house.charts.contents.move(sent.chart, form.entry.id, other, "Sent to the wrong person")
    for act in (
        house.requests.filling.page(link),
        house.requests.filling.keep(link, {}, 0),
    ):
        with pytest.raises(LinkClosed):
            await act
    with pytest.raises(NotFound):
        await house.requests.filling.opened(link)
    assert (await house.requests.forms.get(sent.chart, sent.id)).entry is None


async def test_sent_back_it_opens_again_with_what_was_filled_in(house: House) -> None:
    sent = await sent_form(house)
    forms, filling = house.requests.forms, house.requests.filling
    day = house.clinic.options.today() + timedelta(days=3)
    with pytest.raises(Conflict):  # it is not back yet
        await forms.send_back(sent.chart, sent.id, "Page 2 is missing.", day)
    await send_back(house, await sent.enter())
    await do_jobs(house)
    await forms.send_back(sent.chart, sent.id, "Page 2 is missing.", day)
    await forms.send_back(sent.chart, sent.id, "Page 2 is missing.", day)  # pressed twice
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    request = await sent.now()
    assert (request.round, request.filed, request.expected, request.done_at) == (2, 0, 0, 0)
    link = await sent.enter()
    page = await filling.page(link)
    assert page.details.reason == "Page 2 is missing."
    assert page.values[page.form.fields[0].key] == ("Lindqvist",)
    await filling.keep(link, typed(page, patient__last_name="Lindqvist-Berg"), page.version)
    await filling.send(link, page.version + 1)
    await do_jobs(house)
    assert [one.title for one in await returned(house, sent.chart)] == [
        "Intake form, filled in",
        "Intake form, filled in, 2",
    ]
    assert len(await lines(house, Action.REQUEST_SENT_BACK, sent.chart.patient_id)) == 1


async def test_a_form_that_was_sent_back_and_forgotten_is_not_done(quick_house: House) -> None:
    house = quick_house
    sent = await sent_form(house)
    await send_back(house, await sent.enter())
    await do_jobs(house)
    day = house.clinic.options.today() + timedelta(days=3)
    await house.requests.forms.send_back(sent.chart, sent.id, "Please sign it.", day)
    await do_jobs(house)
    link = await sent.enter()
    page = await house.requests.filling.page(link)
    await house.requests.filling.keep(link, typed(page, born="1.1.1990"), page.version)
    with clock.shifted(30 * clock.DAY):
        await do_jobs(house)
        assert (await sent.now()).state is State.EXPIRED


# --- days, reminders, the end --------------------------------------------------------------------


async def test_reminded_before_its_day_also_when_it_was_opened(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    page = await house.requests.filling.page(link)
    await house.requests.filling.keep(link, typed(page), 0)
    with clock.shifted(6 * clock.DAY + 12 * clock.HOUR):
        await do_jobs(house)
        assert len(await sent.secrets()) == 2
    with clock.shifted(9 * clock.DAY):
        await do_jobs(house)
        form = await house.requests.forms.get(sent.chart, sent.id)
        assert form.is_overdue
        assert FORMS.about(form.request) == "Intake form, overdue"
        await send_back(house, await sent.enter())  # late, and still possible
        await do_jobs(house)
        assert (await sent.now()).state is State.DONE
        assert not (await house.requests.forms.get(sent.chart, sent.id)).is_overdue


async def test_staff_remind_at_once_and_once(house: House) -> None:
    sent = await sent_form(house)
    press = new_id("prs")
    await asyncio.gather(
        *(house.requests.telling.remind_now(sent.chart, sent.id, press) for _ in range(2))
    )
    await do_jobs(house)
    assert len(await sent.secrets()) == 2
    link = await sent.enter()
    await send_back(house, link)
    await do_jobs(house)
    with pytest.raises(Conflict):
        await house.requests.telling.remind_now(sent.chart, sent.id, new_id("prs"))
    other = await house.chart(1)
    with pytest.raises(NotFound):
        await house.requests.telling.remind_now(other, sent.id, new_id("prs"))


async def test_what_was_sent_in_time_arrives_after_the_end(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    await send_back(house, link)
    with clock.shifted(40 * clock.DAY):
        await do_jobs(house)
        assert (await sent.now()).state is State.DONE
        assert len(await returned(house, sent.chart)) == 1


async def test_closed_and_sent_again_the_draft_is_kept(house: House) -> None:
    sent = await sent_form(house)
    link = await sent.enter()
    page = await house.requests.filling.page(link)
    await house.requests.filling.keep(link, typed(page), 0)
    await house.requests.all.revoke(sent.chart, sent.id)
    with pytest.raises(LinkClosed):
        await house.requests.filling.keep(link, typed(page), 1)
    await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    link = await sent.enter()
    page = await house.requests.filling.page(link)
    assert page.values[page.form.fields[0].key] == ("Lindqvist",)
    await house.requests.filling.send(link, page.version)
    with pytest.raises(Conflict):  # it is on its way
        await house.requests.all.reissue(sent.chart, sent.id)
    await do_jobs(house)
    assert len(await returned(house, sent.chart)) == 1
