"""Requests that no page of the product makes."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from bedside.edge.protection import is_own_origin
from bedside.edge.signed_in import local_path
from bedside.kernel.network import Proxies, caller_of, host_of_origin
from bedside.web.app import create_app
from tests.house import PASSWORD, House, at_the_door, living_in
from tests.house import create_tables as create
from tests.requests.sending import send

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]


@pytest.fixture
def app(quick_house: House) -> Starlette:
    """The application of the house."""
    return create_app(quick_house.services)


# --- origins of requests -------------------------------------------------------------------------

FOREIGN: tuple[dict[str, str], ...] = (
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site", "origin": "http://other.localhost:8080"},
    {"sec-fetch-site": "cross-site", "origin": "http://localhost:8080"},
    {"origin": "null"},
    {"origin": "https://evil.example"},
    {"origin": "http://localhost:8080.evil.example"},
    {"origin": "http://localhost:8081"},
    {"origin": "http://evil.example", "referer": "http://localhost:8080/account"},
    {"origin": "http://["},
    {"origin": ""},
    {},
)


@pytest.mark.parametrize("said", FOREIGN, ids=str)
async def test_other_sites_change_nothing(
    said: dict[str, str], app: Starlette, quick_house: House
) -> None:
    """With the person's own cookie, as a browser would send it along."""
    cookies = await quick_house.cookie(quick_house.here.administrator)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://localhost:8080", cookies=cookies
    ) as client:
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = await client.request(method, "/account/sessions/end-others", headers=said)
            assert answer.status_code == 403, (method, answer)
    left = await quick_house.people.sessions.listed(quick_house.here.administrator)
    assert len(left) == 2


async def test_sign_in_by_another_site_is_refused(app: Starlette, quick_house: House) -> None:
    """Otherwise somebody would work in the attacker's account without noticing it."""
    email = await quick_house.email(quick_house.here.receptionist)
    async with at_the_door(app, headers={"sec-fetch-site": "cross-site"}) as client:
        form = {"email": email, "password": PASSWORD}
        answer = await client.post("/sign-in", data=form)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://evil.example", "evil.example"),
        ("http://localhost:8080", "localhost:8080"),
        ("null", ""),
        ("http://[", ""),
        ("javascript://localhost", ""),
        ("", ""),
    ],
)
def test_origins(given: str, expected: str) -> None:
    assert host_of_origin(given) == expected


@pytest.mark.parametrize(
    ("origin", "host", "own", "is_own"),
    [
        ("https://visits.example", "visits.example", "https://visits.example", True),
        ("https://visits.example", "10.0.0.5:8080", "https://visits.example", True),
        ("http://visits.example", "visits.example", "https://visits.example", False),
        ("http://bedside.intern:8080", "bedside.intern:8080", "https://visits.example", True),
        ("https://localhost:8080", "localhost:8080", "http://localhost:8080", True),
        ("https://evil.example", "visits.example", "https://visits.example", False),
        ("null", "visits.example", "https://visits.example", False),
        ("", "", "https://visits.example", False),
    ],
)
def test_a_page_without_tls_is_none_of_a_site_with_it(
    origin: str, host: str, own: str, is_own: bool
) -> None:
    assert is_own_origin(origin, host, own) is is_own


# --- callers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "caller"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_one_ipv6_connection_is_one_caller(address: str, caller: str) -> None:
    assert caller_of(address) == caller


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("192.0.2.1", "203.0.113.9", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "10.0.0.1", "192.0.2.1"),
        ("10.0.0.1", "198.51.100.3, 203.0.113.9", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "", "10.0.0.1", "10.0.0.1"),
        # an address as some write it: with the port, which is different each time
        ("10.0.0.1", "203.0.113.9:49152", "10.0.0.1", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::9]:443", "10.0.0.1", "2001:db8::9"),
        ("10.0.0.1", "[2001:db8::9]", "10.0.0.1", "2001:db8::9"),
        ("10.0.0.1", "2001:db8::9", "10.0.0.1", "2001:db8::9"),
        ("::ffff:10.0.0.1", "::ffff:203.0.113.9", "10.0.0.1", "203.0.113.9"),
        # two in a row: what the caller made up precedes the address that the first one saw
        ("10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.7.3", "10.0.0.0/16, 2001:db8::/32", "203.0.113.9"),
        (
            "10.0.0.1",
            "203.0.113.9, 10.0.7.3, 2001:db8::1",
            "10.0.0.0/16 2001:db8::/32",
            "203.0.113.9",
        ),
        ("10.0.0.1", "10.0.7.4, 10.0.7.3", "10.0.0.0/16", "10.0.7.4"),
        ("10.0.0.1", "203.0.113.9, unknown", "10.0.0.1", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown, 10.0.7.3", "10.0.0.0/16", "10.0.7.3"),
        ("10.0.0.1", "203.0.113.9", "proxy.example", "10.0.0.1"),
    ],
)
def test_forwarded_addresses(peer: str, forwarded: str, trusted: str, address: str) -> None:
    assert Proxies(trusted).caller(peer, forwarded) == address


@pytest.mark.parametrize("path", ["/account/", "/sign-in/?next=/inbox", "/l/x/", "//evil.example/"])
async def test_a_slash_too_many_names_no_host(path: str, app: Starlette) -> None:
    """The requested address may be made up by anybody, and behind a proxy it is http://."""
    async with at_the_door(app, headers={"host": "evil.example"}) as client:
        answer = await client.get(f"http://localhost:8080{path}")
        posted = await client.post(f"http://localhost:8080{path}")
    assert "evil" not in answer.headers.get("location", "")
    assert answer.headers["location"] in (path.replace("/?", "?").rstrip("/"), "/")
    assert posted.status_code == 404


async def test_a_second_header_of_the_proxy_counts(tmp_path: Path) -> None:
    """Some proxies add a line of their own instead of adding to the caller's (HAProxy)."""
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'bedside.db'}"
    create(url)
    async with living_in(data, url, trusted_proxy="127.0.0.1") as house:
        client = at_the_door(create_app(house.services))
        async with client:
            headers = [
                ("sec-fetch-site", "same-origin"),
                ("x-forwarded-for", "198.51.100.66"),
                ("x-forwarded-for", "203.0.113.9"),
            ]
            form = {"email": await house.email(house.here.receptionist), "password": PASSWORD}
            done = await client.post("/sign-in", data=form, headers=headers)
            assert done.status_code == 303
            page = await client.get("/account", headers=headers[1:])
    assert "203.0.113.9" in page.text
    assert "198.51.100.66" not in page.text


async def test_behind_a_proxy_nobody_is_local(tmp_path: Path) -> None:
    """One on the same machine may state neither the caller nor the host."""
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'bedside.db'}"
    create(url)
    async with living_in(data, url, public_url="https://bedside.example") as house:
        client = at_the_door(create_app(house.services))
        async with client:
            assert (await client.get("/metrics")).status_code == 404


async def test_nul_is_refused_everywhere(visitor: httpx.AsyncClient) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    assert (await visitor.get("/patients", params={"page": "\0"})).status_code == 400
    assert (await visitor.get("/patients/%00")).status_code == 400
    for body in ("email=%00", "email=a\0"):
        answer = await visitor.post("/sign-in", content=body, headers=kind)
        assert answer.status_code == 415


# --- where an answer leads ------------------------------------------------------------------------

AWAY = (
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/%09/evil.example",
    "http:evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
    "//[",
    "http://[::1",
    "/\r\nSet-Cookie: a=b",
    "/ok?next=//evil.example",
    "/ok#//evil.example",
    "",
)


@pytest.mark.parametrize("address", AWAY, ids=repr)
async def test_no_way_out(address: str, visitor: httpx.AsyncClient, quick_house: House) -> None:
    local = local_path(address)
    assert local.startswith("/")
    assert not local.startswith("//")
    assert local.isprintable()
    page = await visitor.get("/sign-in", params={"next": address})
    assert page.status_code == 200
    form = {
        "email": await quick_house.email(quick_house.here.receptionist),
        "password": PASSWORD,
        "next": address,
    }
    done = await visitor.post("/sign-in", data=form)
    assert done.status_code == 303
    assert done.headers["location"].startswith("/")
    assert not done.headers["location"].startswith("//")
    assert [name for name, _ in done.headers.raw].count(b"location") == 1


# --- what browsers keep and show ------------------------------------------------------------------


async def test_every_answer_is_kept_by_nobody_and_framed_by_no_other_site(
    visitor: httpx.AsyncClient, quick_house: House
) -> None:
    """The back button after signing out shows nothing, because no page may be cached (bfcache
    too). Pages of the console appear beside a call in a frame of the product's own; nothing else
    does."""
    visitor.cookies.update(await quick_house.cookie(quick_house.here.receptionist))
    console = ("/inbox", f"/patients/{quick_house.patients[0].id}", "/nothing")
    for path in (*console, "/sign-in", "/l/x", "/health"):
        headers = (await visitor.get(path)).headers
        assert "no-store" in headers["cache-control"], path
        framed = path in console
        assert headers["x-frame-options"] == ("SAMEORIGIN" if framed else "DENY"), path
        policy = dict(
            part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
        )
        assert policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == "'none'"
        assert policy["frame-ancestors"] == ("'self'" if framed else "'none'"), path
        assert policy["form-action"] == "'self'"
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin"


async def test_cookies_by_https(tmp_path: Path) -> None:
    """Every cookie: Secure, HttpOnly, SameSite, and a prefix that binds it."""
    data = tmp_path / "data"
    data.mkdir()
    url = f"sqlite:///{data / 'bedside.db'}"
    create(url)
    async with living_in(data, url, public_url="https://bedside.example") as house:
        client = at_the_door(create_app(house.services))
        async with client:
            email = await house.email(house.here.receptionist)
            done = await client.post("/sign-in", data={"email": email, "password": PASSWORD})
            sent = await send(house)
            born = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
            opened = await client.get(f"/l/{await sent.secret()}")
            secret = opened.headers["set-cookie"].partition(";")[0]  # this client speaks HTTP
            let_in = await client.post(
                opened.headers["location"], data=born, headers={"cookie": secret}
            )
    assert done.headers["strict-transport-security"] == "max-age=63072000"
    answers = (done, opened, let_in)
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]
    given = [cookie for cookie in cookies if "Max-Age=0" not in cookie]
    assert len(given) == 5  # session, known browser, link, its device and page
    for cookie in given:
        assert cookie.startswith(("__Host-", "__Secure-")), cookie
        assert {"HttpOnly", "Secure", "SameSite=lax"} <= set(cookie.split("; ")), cookie


async def test_a_session_is_not_fixed(visitor: httpx.AsyncClient, quick_house: House) -> None:
    """A token from before the sign-in, given by somebody else, is worthless after it."""
    name = quick_house.services.settings.session_cookie
    theirs = await quick_house.token(quick_house.here.clinician)
    for given in ("A" * 43, theirs):
        visitor.cookies.clear()
        form = {
            "email": await quick_house.email(quick_house.here.receptionist),
            "password": PASSWORD,
        }
        done = await visitor.post("/sign-in", data=form, headers={"cookie": f"{name}={given}"})
        assert done.cookies[name] not in ("", given)


# --- nonsensical input ----------------------------------------------------------------------------

NONSENSE: tuple[Any, ...] = (
    None,
    5,
    [],
    "x",
    {},
    {"id": 5, "response": {}},
    {"id": "\0", "response": {"clientDataJSON": 5}},
    {"id": "\ud800", "response": {"clientDataJSON": "e30"}},
    {"response": {"clientDataJSON": "W10"}},
    {"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOjV9"}},
    {"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiLDqSJ9"}},
    {"response": {"clientDataJSON": "é"}},
)


@pytest.mark.parametrize("credential", NONSENSE, ids=repr)
async def test_passkeys_that_are_none(credential: Any, visitor: httpx.AsyncClient) -> None:
    body = json.dumps({"credential": credential, "next": ["//"]})
    answer = await visitor.post(
        "/sign-in/passkey", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in (415, 422), answer.text


@pytest.mark.parametrize(
    "body",
    [b"[" * 100_000, b"{" * 100_000, b'{"a":' * 50_000, b"\xff", b"[1]", b"NaN", b"", b'"' * 99],
    ids=lambda body: repr(body[:8]),
)
async def test_json_that_is_none(body: bytes, visitor: httpx.AsyncClient) -> None:
    headers = {"content-type": "application/json"}
    answer = await visitor.post("/sign-in/passkey", content=body, headers=headers)
    assert answer.status_code in (413, 415)


@pytest.mark.parametrize("year", ["9" * 30, "9" * 5_000, "-1", "٣٣٣٣", "1e3", "0x7c7", "²"])
async def test_dates_that_are_none(
    year: str, visitor: httpx.AsyncClient, quick_house: House
) -> None:
    sent = await send(quick_house)
    born = {"birth_day": "14", "birth_month": "3", "birth_year": year}
    opened = await visitor.get(f"/l/{await sent.secret()}")
    answer = await visitor.post(opened.headers["location"], data=born)
    assert answer.status_code == 422
    visitor.cookies.update(await quick_house.cookie(quick_house.here.receptionist))
    made = await visitor.post("/patients/new", data={"name": "Nora", **born})
    assert made.status_code == 422


@pytest.mark.parametrize("given", ["²", "٣", "9" * 20, "-1", "1.5", "0x1"])
async def test_numbers_that_are_none(
    given: str, visitor: httpx.AsyncClient, quick_house: House
) -> None:
    """In every place where a path or a header contains a number: never a defect."""
    visitor.cookies.update(await quick_house.cookie(quick_house.here.administrator))
    patient = f"/patients/{quick_house.patients[0].id}"
    for path in ("/patients?page=", "/inbox?show=", "/audit?before=", f"{patient}?before="):
        answer = await visitor.get(path.split("=")[0], params={path[:-1].split("?")[1]: given})
        assert answer.status_code == 200, path
    for day in ("since", "until"):
        for page in ("/audit", patient):
            assert (await visitor.get(page, params={day: given})).status_code == 200
    if given.isascii() and given.isprintable():
        headers = {"tus-resumable": "1.0.0", "upload-length": given}
        begun = await visitor.post(f"{patient}/uploads", headers=headers)
        assert begun.status_code in (400, 413)


@pytest.mark.parametrize(
    "metadata",
    [
        "filename",
        "filename !",
        "taken_at wrI=",
        "taken_at 2aM=",
        "a b,c d,e f",
        ",,,",
        " ",
        "x" * 9_000,
    ],
)
async def test_metadata_that_is_none(
    metadata: str, visitor: httpx.AsyncClient, quick_house: House
) -> None:
    visitor.cookies.update(await quick_house.cookie(quick_house.here.administrator))
    headers = {"tus-resumable": "1.0.0", "upload-length": "5", "upload-metadata": metadata}
    address = f"/patients/{quick_house.patients[0].id}/uploads"
    assert (await visitor.post(address, headers=headers)).status_code in (201, 400)


async def test_forms_that_are_floods(visitor: httpx.AsyncClient, quick_house: House) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    many = await visitor.post("/sign-in", content="a&" * 5_000, headers=kind)
    assert many.status_code == 415
    large = await visitor.post("/sign-in", content="a=" + "x" * 300_000, headers=kind)
    assert large.status_code == 413
    visitor.cookies.update(await quick_house.cookie(quick_house.here.administrator))
    address = f"/patients/{quick_house.patients[0].id}/files"
    headers = {"content-type": "multipart/form-data; boundary=b"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
    endless = head + b"X-Flood: " + b"a" * 200_000
    assert (await visitor.post(address, content=endless, headers=headers)).status_code == 400
    field = b'--b\r\nContent-Disposition: form-data; name="category"\r\n\r\n' + b"x" * 200_000
    assert (await visitor.post(address, content=field, headers=headers)).status_code == 422
    empty = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 20_000 + b"--b--\r\n"
    assert (await visitor.post(address, content=empty, headers=headers)).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/static/../pyproject.toml",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/%2e%2e/app.py",
        "/static//etc/passwd",
        "/static/....//app.py",
        "/static/..%5c..%5capp.py",
        "/patients/..%2f..%2fhealth",
        "/patients/" + "x" * 5_000,
        "/l/" + "é" * 100,
        "/my/%F0%9F%98%80/photos",
    ],
)
async def test_paths_lead_nowhere(path: str, visitor: httpx.AsyncClient) -> None:
    answer = await visitor.get(path)
    assert answer.status_code in (303, 401, 404)
    assert "import" not in answer.text
