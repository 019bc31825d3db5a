"""Settings → Chat → Canned replies (C4): added, changed, put in order, retired."""

import re

import httpx
import pytest

from tests.house import House
from tests.web.pages import enter

pytestmark = [pytest.mark.anyio, pytest.mark.feature("C4")]

PAGE = "/settings/chat/replies"


async def test_administrators_keep_them(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house, quick_house.here.administrator)
    assert "No canned replies yet" in (await visitor.get(PAGE)).text
    for name in ("One", "Two"):
        fields = {"name": name, "words": f"Dear [[First name]], {name}."}
        assert (await visitor.post(PAGE, data=fields)).status_code == 303
    page = (await visitor.get(PAGE)).text
    assert "Dear [[first name]], One." in page
    first, second = re.findall(r'id="(can_\w+)"', page)
    await visitor.post(f"{PAGE}/{second}", data={"do": "up"})
    assert re.findall(r'id="(can_\w+)"', (await visitor.get(PAGE)).text) == [second, first]
    refused = await visitor.post(f"{PAGE}/{first}", data={"name": "", "words": "Kept <words>"})
    assert refused.status_code == 422
    assert "Please give the reply a name" in refused.text
    assert "Kept &lt;words&gt;" in refused.text
    await visitor.post(f"{PAGE}/{first}", data={"do": "retire"})
    assert re.findall(r'id="(can_\w+)"', (await visitor.get(PAGE)).text) == [second]


async def test_others_do_not_change_them(quick_house: House, visitor: httpx.AsyncClient) -> None:
    await enter(visitor, quick_house, quick_house.here.clinician)
    assert (await visitor.get(PAGE)).status_code == 403
    assert (await visitor.post(PAGE, data={"name": "x", "words": "x"})).status_code == 403
