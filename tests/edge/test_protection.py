"""The edge: headers, origins of requests, rate limits, content of logs."""

import io
import json
import re
from collections.abc import AsyncIterator
from contextlib import redirect_stderr
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bedside.edge.protection import Buckets, Rate
from bedside.errors import Gone, TooMany, Unavailable, WrongInput
from bedside.kernel import clock, known_states, logs
from bedside.web.app import create_app
from tests.house import PASSWORD, House, at_the_door

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S4")]

CANARY = "canary-lindqvist"


async def broken(request: Request) -> PlainTextResponse:
    """A defect with patient content in its message and its locals."""
    name = CANARY
    raise ValueError(f"{name} has no birth date")


async def fails(request: Request) -> PlainTextResponse:
    kinds = {
        "gone": Gone(),
        "wrong": WrongInput("Please check the date.", field="day"),
        "many": TooMany(retry_after=7),
        "down": Unavailable(),
    }
    raise kinds[request.path_params["kind"]]


async def link(request: Request) -> PlainTextResponse:
    return PlainTextResponse("here")


MORE = [
    Route("/broken", broken),
    Route("/fails/{kind}", fails, methods=["GET", "POST"]),
    Route("/l/{secret}", link, methods=["GET", "POST"]),
]


def door(house: House, **client: Any) -> httpx.AsyncClient:
    """Return the application with a few routes that misbehave."""
    return at_the_door(create_app(house.services, more_routes=MORE), **client)


@pytest.fixture
async def client(quick_house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with door(quick_house) as made:
        yield made


# --- headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/sign-in", "/nowhere", "/broken", "/fails/many", "/health"])
async def test_every_answer_is_protected(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["object-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    for feature in ("camera", "microphone", "display-capture"):
        assert f"{feature}=()" in headers["permissions-policy"]
    assert "geolocation=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


@pytest.mark.parametrize("path", ["/visit/vis_x", "/guest/gst_x", "/calls/cal_x"])
async def test_only_pages_of_calls_may_ask_for_the_camera(
    client: httpx.AsyncClient, path: str
) -> None:
    headers = (await client.get(path)).headers
    for feature in ("camera", "microphone", "display-capture"):
        assert f"{feature}=(self)" in headers["permissions-policy"]
    assert "geolocation=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


async def test_over_https_the_cookie_is_bound_to_the_host(quick_house: House) -> None:
    services = quick_house.services
    services.settings = services.settings.model_copy(
        update={"public_url": "https://visits.example"}
    )
    async with door(quick_house) as client:
        done = await client.post(
            "/sign-in", data={"email": "rita@riverside.example", "password": PASSWORD}
        )
    assert done.headers["strict-transport-security"] == "max-age=63072000"
    cookie = done.headers["set-cookie"]
    assert re.match(r"__Host-bedside=[\w-]{43}; HttpOnly; Path=/; SameSite=lax; Secure", cookie), (
        cookie
    )


async def test_built_assets_are_kept_and_nothing_else(client: httpx.AsyncClient) -> None:
    page = (await client.get("/sign-in")).text
    style = re.search(r"/static/staff\.\w+\.css", page)
    assert style
    kept = await client.get(style[0])
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await client.get("/static/none.css")).headers["cache-control"] == "no-store"


# --- origins of requests --------------------------------------------------------------------------

SITES = ["same-origin", "none", "same-site", "cross-site", None]
ORIGINS = ["http://localhost:8080", "http://evil.example", "http://localhost:8081", "null", None]


def expected(site: str | None, origin: str | None, with_cookie: bool) -> bool:
    """The rule restated: the browser's own statement counts, then the origin, and without either
    only somebody without a cookie gets through."""
    if site:
        return site in ("same-origin", "none")
    if origin:
        return origin == "http://localhost:8080"
    return not with_cookie


@pytest.mark.parametrize("site", SITES)
@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("with_cookie", [True, False])
async def test_other_sites_change_nothing(
    quick_house: House, site: str | None, origin: str | None, with_cookie: bool
) -> None:
    headers = {"sec-fetch-site": site, "origin": origin}
    cookies = await quick_house.cookie(quick_house.here.receptionist) if with_cookie else {}
    async with door(quick_house, cookies=cookies) as client:
        client.headers.pop("sec-fetch-site")
        given = {name: value for name, value in headers.items() if value}
        answer = await client.post("/sign-out", headers=given)
        read = await client.get("/sign-in", headers=given)
    allowed = expected(site, origin, with_cookie)
    assert answer.status_code == (303 if allowed else 403)
    assert ("another website" in answer.text) is not allowed
    assert read.status_code in (200, 303)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_every_unsafe_method_is_looked_at(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/sign-in", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


async def test_a_socket_of_another_site_is_closed(quick_house: House) -> None:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/live",
        "raw_path": b"/live",
        "query_string": b"",
        "root_path": "",
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"localhost:8080"),
            (b"origin", b"http://evil.example"),
            (b"cookie", "; ".join(f"{k}={v}" for k, v in cookies.items()).encode()),
        ],
        "subprotocols": [],
    }
    await create_app(quick_house.services)(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


# --- rate limits
# ------------------------------------------------------------------------------------


async def test_guessing_is_slowed_by_address(quick_house: House) -> None:
    statuses: list[int] = []
    async with door(quick_house) as client:
        for _ in range(31):
            answer = await client.post("/sign-in", data={"email": "a", "password": "b"})
            statuses.append(answer.status_code)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
        assert (await client.get("/sign-in")).status_code == 200
    assert 429 not in statuses[:5]


async def test_one_session_is_limited_and_the_next_one_is_not(quick_house: House) -> None:
    services = quick_house.services
    services.settings = services.settings.model_copy(update={"requests_per_second": 1})
    app = create_app(services)
    greedy = await quick_house.cookie(quick_house.here.receptionist)
    modest = await quick_house.cookie(quick_house.here.clinician)
    async with at_the_door(app, cookies=greedy) as client:
        statuses = [(await client.get("/badges")).status_code for _ in range(12)]
    assert statuses[:10] == [200] * 10
    assert 429 in statuses
    async with at_the_door(app, cookies=modest) as client:
        assert (await client.get("/badges")).status_code == 200


def test_buckets_fill_again_and_stay_few(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 100.0
    monkeypatch.setattr("bedside.edge.protection.monotonic", lambda: moment)
    buckets, rate = Buckets(size=3), Rate("test", per_second=2, burst=2)
    assert [buckets.take(rate, "a") for _ in range(3)] == [0, 0, 0.5]
    moment += 0.5
    assert [buckets.take(rate, "a") for _ in range(2)] == [0, 0.5]
    for key in "bcdefg":
        buckets.take(rate, key)
    assert len(buckets) == 3


# --- failures ------------------------------------------------------------------------------------


async def test_a_defect_says_nothing_of_what_it_was_about(quick_house: House) -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        logs.configure("json")
        async with door(quick_house) as client:
            page = await client.get("/broken")
            program = await client.get("/broken", headers={"accept": "application/json"})
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    [defect, *_] = [line for line in lines if line["event"] == "defect"]
    assert page.status_code == 500
    assert defect["request_id"] == page.headers["x-request-id"]
    assert defect["request_id"] in page.text
    assert defect["error"] == "ValueError"
    assert any("test_protection.py" in place and "broken" in place for place in defect["places"])
    assert program.json()["code"] == "defect"
    assert CANARY not in said.getvalue() + page.text + program.text


async def test_logs_and_metrics_name_routes_and_never_addresses(quick_house: House) -> None:
    said = io.StringIO()
    with redirect_stderr(said):
        logs.configure("json")
        async with door(quick_house) as client:
            await client.get(f"/l/{CANARY}?who={CANARY}")
            await client.get(f"/{CANARY}")
            await client.request("PROPFIND", f"/l/{CANARY}")
            metrics = await client.get("/metrics")
    lines = [json.loads(line) for line in said.getvalue().splitlines()]
    seen = [(line["method"], line["route"], line["status"]) for line in lines]
    assert seen[:3] == [
        ("GET", "/l/{secret}", 200),
        ("GET", "(none)", 404),
        ("(other)", "/l/{secret}", 405),
    ]
    assert 'bedside_requests_total{method="GET",route="/l/{secret}",status="200"}' in metrics.text
    assert CANARY not in said.getvalue() + metrics.text


async def test_metrics_are_for_this_machine_or_for_the_token(quick_house: House) -> None:
    async with door(quick_house) as client:
        assert (await client.get("/metrics")).status_code == 200
        proxied = {"x-forwarded-for": "203.0.113.7"}
        assert (await client.get("/metrics", headers=proxied)).status_code == 404
        rebound = {"host": "evil.example"}
        assert (await client.get("/metrics", headers=rebound)).status_code == 404
    services = quick_house.services
    services.settings = services.settings.model_copy(update={"metrics_token": "a token"})
    async with door(quick_house) as client:
        right = {**proxied, "authorization": "Bearer a token"}
        assert (await client.get("/metrics", headers=right)).status_code == 200
        wrong = {**proxied, "authorization": "Bearer another"}
        assert (await client.get("/metrics", headers=wrong)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("gone", 410, "gone"),
        ("wrong", 422, "wrong_input"),
        ("many", 429, "too_many"),
        ("down", 503, "unavailable"),
    ],
)
async def test_failures_are_pages_for_people_and_json_for_programs(
    client: httpx.AsyncClient, kind: str, status: int, code: str
) -> None:
    page = await client.get(f"/fails/{kind}")
    program = await client.get(f"/fails/{kind}", headers={"accept": "application/json"})
    upload = await client.post(f"/fails/{kind}", headers={"tus-resumable": "1.0.0"})
    assert page.status_code == program.status_code == upload.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert program.json()["code"] == upload.json()["code"] == code
    assert program.json()["sentence"] in page.text
    if kind == "wrong":
        assert program.json()["field"] == "day"
    if kind == "many":
        assert page.headers["retry-after"] == program.headers["retry-after"] == "7"


async def test_wrong_addresses_and_methods_have_pages(client: httpx.AsyncClient) -> None:
    missing = await client.get("/nowhere")
    assert (missing.status_code, "Page not found" in missing.text) == (404, True)
    wrong = await client.delete("/sign-in")
    assert (wrong.status_code, "does not work here" in wrong.text) == (405, True)
    assert "GET" in wrong.headers["allow"]


async def test_those_not_signed_in_are_asked_in_their_own_way(client: httpx.AsyncClient) -> None:
    page = await client.get("/account?words=lindqvist")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/account")
    fragment = await client.get(
        "/account",
        headers={"hx-request": "true", "hx-current-url": "http://localhost:8080/inbox?q=x"},
    )
    assert fragment.status_code == 401
    assert fragment.headers["hx-redirect"] == "/sign-in?next=/inbox"
    program = await client.get("/account", headers={"accept": "application/json"})
    assert (program.status_code, program.json()["code"]) == (401, "not_signed_in")


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", "/a\r\nb", "a"],
)
async def test_signing_in_leads_nowhere_else(
    client: httpx.AsyncClient, quick_house: House, address: str
) -> None:
    done = await client.post(
        "/sign-in",
        data={"email": "rita@riverside.example", "password": PASSWORD, "next": address},
    )
    assert done.headers["location"] == "/"


async def test_a_page_that_refreshes_itself_does_not_keep_one_signed_in(
    quick_house: House,
) -> None:
    cookies = await quick_house.cookie(quick_house.here.receptionist)
    async with door(quick_house, cookies=cookies) as client:
        with clock.shifted(20 * clock.MINUTE):
            assert (await client.get("/badges", headers={"x-background": "1"})).status_code == 200
        with clock.shifted(31 * clock.MINUTE):
            assert (await client.get("/badges")).status_code == 303


@pytest.mark.feature("A4")
async def test_health_says_what_is_down(
    quick_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_states, "DATABASE_EVERY", 0)
    known = quick_house.services.health
    for name in ("worker", "disk"):  # none runs here; and the disk is the machine's own
        quick_house.services.registered.checks.pop(name)

    async def down() -> str:
        return "down"

    async with door(quick_house) as client:
        await known.look()
        fine = await client.get("/health")
        quick_house.services.registered.checks["scanner"] = down
        await known.look()
        without_scanner = await client.get("/health")
        async with quick_house.services.database.unit_of_work() as work:
            await work.execute(text("ALTER TABLE clinics RENAME TO elsewhere"))
        without_database = await client.get("/health")
    assert (fine.status_code, fine.json()["parts"]["database"]) == (200, "ok")
    # what was never set up is not down
    assert fine.json()["parts"]["media server"] == "not configured"
    assert fine.json()["status"] == "ok", fine.json()["parts"]
    assert without_scanner.status_code == 200
    assert without_scanner.json()["status"] == "degraded"
    assert without_scanner.json()["parts"]["scanner"] == "down"
    assert without_database.status_code == 503


def test_starlette_alone_would_not_do(quick_house: House) -> None:
    """Each middleware is in place: its effect is tested above, its presence here."""
    app: Starlette = create_app(quick_house.services)
    names = [middleware.cls.__name__ for middleware in app.user_middleware]
    assert names == [
        "Watched",
        "SecurityHeaders",
        "WellFormed",
        "Spoken",
        "Caught",
        "AtOnce",
        "RateLimits",
        "SameOrigin",
        "SmallBodies",
    ]
