"""Settings → Letters: templates in several languages, and whether letters go by e-mail (L1, L3)."""

import re

import httpx
import pytest

from bedside.letters.options import LetterOptions
from bedside.printing.body import of_plain
from tests.house import House
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("L1")]
HERE = "/settings/letters"


def fields(title: str, words: str, **other: str) -> dict[str, str]:
    """Return what the form of a template sends."""
    body = of_plain(words).model_dump_json()
    return {"name": "After a visit", "category": "other", "title": title, "body": body, **other}


async def kept(house: House) -> dict[str, tuple[str, list[str]]]:
    """Return the name of each template with its languages."""
    found = await house.services.letters.templates.in_use(house.clinic.id)
    return {one.id: (one.template.name, sorted(one.template.texts)) for one in found}


async def test_a_copy_takes_all_languages_along_and_each_is_changed_by_itself(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    page = (await visitor.get(f"{HERE}/new?from=visit_summary")).text
    [template_id] = set(re.findall(r"ltt_\w+", page))
    form = fields("Your visit", "Dear [[first name]],", source="visit_summary")
    for _press in range(2):
        saved = await visitor.post(f"{HERE}/{template_id}/en", data=form)
        assert saved.headers["location"] == f"{HERE}/{template_id}?language=en"
    assert await kept(quick_house) == {template_id: ("After a visit", ["de", "en", "es", "fr"])}
    changed = fields("Su visita", "Hola [[nombre]]")
    await visitor.post(f"{HERE}/{template_id}/es", data=changed)
    shown = (await visitor.get(f"{HERE}/{template_id}?language=es")).text
    assert "Su visita" in shown
    assert "Your visit" in (await visitor.get(f"{HERE}/{template_id}?language=en")).text
    await visitor.post(f"{HERE}/{template_id}/fr", data={**changed, "do": "drop"})
    assert (await kept(quick_house))[template_id][1] == ["de", "en", "es"]
    again = (await visitor.get(f"{HERE}/new?from={template_id}")).text
    assert "Your visit" in again
    await visitor.post(f"{HERE}/{template_id}/en", data={"do": "retire"})
    assert await kept(quick_house) == {}


async def test_what_is_refused_stays_typed(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    form = fields("", "Words that stay.", source="blank")
    refused = await visitor.post(f"{HERE}/ltt_{'0' * 26}/en", data=form)
    assert refused.status_code == 422
    assert "Words that stay." in refused.text
    broken = await visitor.post(
        f"{HERE}/ltt_{'0' * 26}/en", data={**form, "title": "x", "body": "{"}
    )
    assert broken.status_code == 422
    assert "could not be read" in broken.text
    assert await kept(quick_house) == {}


async def test_letters_are_attached_to_no_email_unless_the_clinic_lets_it(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    clinics = quick_house.services.people.clinics
    for given, wanted in (({"save": "yes"}, False), ({"letters_by_email": "yes"}, True)):
        await visitor.post(HERE, data=given)
        clinic = await clinics.fresh(quick_house.clinic.id)
        assert clinic.of(LetterOptions).letters_by_email is wanted
