"""The proxy of the operators' manual: a real nginx with the documented file."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bedside.calls.states import Mode
from tests.calls.calling import Ward
from tests.house import Served, copied, living_in, serving
from tests.operators.manual import block
from tests.peers.certificates import authority, client_context
from tests.peers.chromium import Chromium
from tests.peers.nginx import Nginx
from tests.peers.ports import free_port, wait_until
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("chromium")]


@dataclass
class Behind:
    """A house behind the manual's proxy."""

    served: Served
    nginx: Nginx
    plain: str
    """The address without TLS."""

    def logged(self, *words: str) -> bool:
        """Whether one of the words is in a log."""
        return any(word in log for log in self.nginx.logs().values() for word in words)


def configured(port: int, plain: int, upstream: int, folder: Path) -> str:
    """Return the manual's block with ports, names and certificates of this machine."""
    certificate = authority().issue_cert("localhost")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    for number, blob in enumerate(certificate.cert_chain_pems):
        blob.write_to_path(str(folder / "chain.pem"), append=number > 0)
    text = block("running", "location /l/")
    here = {
        "listen 443 ssl http2;": f"listen 127.0.0.1:{port} ssl http2;",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "http://127.0.0.1:8080": f"http://127.0.0.1:{upstream}",
        "/etc/letsencrypt/live/visits.example.org/fullchain.pem": f"{folder / 'chain.pem'}",
        "/etc/letsencrypt/live/visits.example.org/privkey.pem": f"{folder / 'key.pem'}",
        "visits.example.org": "localhost",
    }
    for written, meant in here.items():
        assert written in text, f"the manual has no “{written}” any more"
        text = text.replace(written, meant)
    return text


@pytest.fixture
async def behind(
    anyio_backend: object, tmp_path: Path, empty_sqlite: Path
) -> AsyncIterator[Behind]:
    """The house behind uvicorn behind nginx."""
    port, plain, upstream = free_port(), free_port(), free_port()
    data = tmp_path / "data"
    database = copied(empty_sqlite, data)
    nginx = Nginx(configured(port, plain, upstream, tmp_path), port)
    url = f"https://localhost:{port}"
    settings = {"port": upstream, "public_url": url, "trusted_proxy": "127.0.0.1"}
    async with living_in(data, database, **settings) as house:
        nginx.start()
        async with serving(house.services, upstream):
            yield Behind(Served(house, url), nginx, f"http://localhost:{plain}")
    nginx.remove()


async def test_no_log_has_the_secret_of_a_link(behind: Behind, chromium: Chromium) -> None:
    house, url = behind.served.house, behind.served.url
    secret = await (await send(house)).secret()
    ward = Ward(house)
    host = await ward.start(await ward.wait(), mode=Mode.VIDEO)
    guest = (await ward.calls.guests.invite(host)).link.rpartition("/")[2]

    phone = await chromium.phone(url)
    page = await phone.page(f"{url}/l/{secret}")
    assert secret not in page.url
    for part, value in (("Day", "14"), ("Month", "3"), ("Year", "1991")):
        await page.get_by_label(part).fill(value)
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url("**/my/*")
    page = await phone.page(f"{url}/g/{guest}")
    assert guest not in page.url
    await page.get_by_label("Your name").fill("Ana Ruiz")
    await page.get_by_role("button", name="Ask to join").click()
    await page.get_by_role("heading", name="You will be let in soon").wait_for()
    await phone.leave()
    wait_until(lambda: behind.logged("/door", "/static/"), "the access log")
    assert "/link/lnk_" in behind.nginx.logs()["access.log"]
    assert "/static/" in behind.nginx.logs()["access.log"]
    assert not behind.logged(secret, guest)


async def test_no_log_has_it_either_while_bedside_is_down(
    tmp_path: Path, chromium: Chromium
) -> None:
    port, plain, nobody = free_port(), free_port(), free_port()
    nginx = Nginx(configured(port, plain, nobody, tmp_path), port)
    nginx.start()
    try:
        async with httpx.AsyncClient(verify=client_context(), http2=False) as client:
            url = f"https://localhost:{port}"
            for path in ("/l/SECRETOFALINK", "//g/SECRETOFALINK", "/l/SECRETOFALINK/not-me"):
                assert (await client.get(url + path)).status_code == 502
                assert (await client.post(url + path, data={"a": "b"})).status_code == 502
            assert (await client.get(f"{url}/inbox")).status_code == 502
            led = await client.get(f"http://localhost:{plain}/l/SECRETOFALINK")
            assert led.headers["location"] == "https://localhost/l/SECRETOFALINK"
        wait_until(lambda: "/inbox" in nginx.logs()["error.log"], "the error log")
        wait_until(lambda: "/inbox" in nginx.logs()["access.log"], "the access log")
        assert not any("SECRETOFALINK" in log for log in nginx.logs().values())
    finally:
        nginx.remove()
