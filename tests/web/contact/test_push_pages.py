"""Notifications on a patient's device: turned on, shown, and turned off (N1)."""

import httpx
import pytest

from tests.house import House
from tests.peers.push_service import Device

pytestmark = [pytest.mark.anyio, pytest.mark.feature("N1")]

_PLAN = "mpl_01hzy0000000000000000000ab"


async def test_only_who_is_signed_in_turns_them_on(
    quick_house: House, visitor: httpx.AsyncClient
) -> None:
    given = Device("https://push.example/1").given
    assert (await visitor.post("/app/account/push", json=given)).status_code in (303, 401)
    async with quick_house.database.read() as db:
        assert (
            await quick_house.notifications.app_devices.of_accounts(
                db, quick_house.clinic.id, ["acc_1"]
            )
            == []
        )


@pytest.mark.parametrize(
    "cause",
    ["", "x", "mpl_x/1/2", f"{_PLAN}/a/b", f"{_PLAN}/²/1", f"{_PLAN}/{'9' * 80}/1", 7, None, ["x"]],
)
async def test_a_report_of_anybody_changes_nothing(
    quick_house: House, visitor: httpx.AsyncClient, cause: object
) -> None:
    assert (await visitor.post("/push/shown", json={"cause": cause})).status_code == 204


@pytest.mark.parametrize(
    "causes", [[], ["x", 7, None, {}], [f"{_PLAN}/invite/1/0/psa_1"] * 60, "x", 7]
)
async def test_what_a_device_asks_about_is_over_if_nobody_knows_it(
    visitor: httpx.AsyncClient, causes: object
) -> None:
    answer = await visitor.post("/push/over", json={"causes": causes})
    assert answer.status_code == 200
    asked = [str(one) for one in causes][:20] if isinstance(causes, list) else []
    assert answer.json() == {"over": asked}
