"""Two clinics with everything in them that a route can ask for, built once and copied."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import apsw
import httpx
from pyotp.totp import TOTP
from sqlalchemy import insert, select
from starlette.applications import Starlette

from bedside import bootstrap
from bedside.accounts.levels import Level, Relation
from bedside.api import api_routes
from bedside.audit.actors import SYSTEM
from bedside.conversations.canned import Canned
from bedside.conversations.writing import Text
from bedside.files.announcing import Allowance, Announced
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.letters.drafts import Words
from bedside.letters.shipped import BLANK
from bedside.links.bound import LINKS
from bedside.links.models import links
from bedside.people.bound import PASSKEYS, STAFF
from bedside.people.contact import Consent
from bedside.people.models import passkeys
from bedside.people.permissions import ChartAccess, StaffAccess
from bedside.people.roles import Role
from bedside.people.sessions import Stage
from bedside.people.staff import Person
from bedside.people.teams import TeamKind
from bedside.printing.body import of_plain
from bedside.services import Services
from bedside.settings import load
from bedside.web.app import create_app
from tests.accounts.people import side_of, signed_in
from tests.house import PASSWORD, House, create_tables, living_in
from tests.matrix import appointments, sharing
from tests.matrix.people import Kind
from tests.matrix.visits import Visits
from tests.notifications.plans.planning import Planned, contact
from tests.peers.push_service import Device
from tests.requests.sending import ADDRESS, Sent, do_jobs, draft, jpeg, pieces

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
BORN = date(1991, 3, 14)
PATIENT_WORDS = (
    "lindqvist",  # the name of patient A
    "maya@patients",
    "174 06 05",
    "quetzal",  # the name of a file
    "hemangioma",  # the words of a file
    "keratosis",  # a label
    "xanthoma",  # a note
    "philtrum",  # what a request asks for
    "glabella",  # its instructions
    "borborygmus",  # a patient's comment
)
CLINIC_WORDS = ("riverside", "quartermain", "dermatoscopy")
"""The clinic, a colleague, a team."""


@dataclass
class Facts:
    """Ids, tokens and secrets of what was built; `clinic_a`'s unless the name says more."""

    ids: dict[str, str] = field(default_factory=dict[str, str])
    cookies: dict[Kind, dict[str, str]] = field(default_factory=dict[Kind, dict[str, str]])
    secrets: dict[Kind, str] = field(default_factory=dict[Kind, str])
    requests: dict[Kind, str] = field(default_factory=dict[Kind, str])
    """The request that a device or the holder of a link belongs to."""
    links: dict[Kind, str] = field(default_factory=dict[Kind, str])
    """The id of the link that a secret belongs to."""
    totp_secret: str = ""
    emails: dict[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, name: str) -> str:
        return self.ids[name]


class Builder:
    """Fills a house."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.facts = Facts()

    async def build(self) -> Facts:
        """Build everything."""
        await self._people()
        await self._files()
        await self._conversation()
        await self._requests()
        await Visits(self.house, self.facts.ids, self.facts.cookies, self.facts.secrets).build()
        await self._accounts()
        await self._next_door()
        await sharing.fill(self.house, self.facts.ids)
        await appointments.fill(self.house, self.facts.ids)
        await self._unreached()
        return self.facts

    # --- people --------------------------------------------------------------------------------

    async def _people(self) -> None:
        here, there = self.house.here, self.house.next_door
        ids = self.facts.ids
        team = await self.house.people.teams.create(
            self.house.administer(), TeamKind.TEAM, "Dermatoscopy team"
        )
        colleague = await self._hire("Zebulon Quartermain", Role.CLINICIAN)
        lone_administrator = await self._hire("Petra Alone", Role.ADMINISTRATOR)
        half = await self._hire("Hal Fway", Role.STAFF)
        first_day = await self._hire("Fia Firstday", Role.STAFF, temporary=True)
        await self.house.people.staff.assign(
            self.house.administer(), colleague.staff_id, self.house.patients[2].id
        )
        ids.update(
            clinic_id=self.house.clinic.id,
            room=here.room.id,
            team_id=team.id,
            staff_id=colleague.staff_id,
            receptionist=here.receptionist.staff_id,
            patient_id=self.house.patients[0].id,
            other_patient=self.house.patients[1].id,
            assigned_patient=self.house.patients[2].id,
            away_room=there.room.id,
            away_staff=there.receptionist.staff_id,
            away_patient=there.patients[0].id,
        )
        await self._totp(half)
        cookie = self.house.services.settings.session_cookie
        self.facts.cookies = {
            Kind.ANONYMOUS: {},
            Kind.LOCKED: {},
            Kind.PENDING: {cookie: await self._token(half, Stage.PASSWORD)},
            Kind.UNASSIGNED: await self.house.cookie(colleague),
            Kind.NEXT_DOOR: await self.house.cookie(there.receptionist),
            Kind.NEXT_DOOR_ADMINISTRATOR: await self.house.cookie(there.administrator),
            Kind.ADMINISTRATOR_UNASSIGNED: await self.house.cookie(lone_administrator),
            Kind.WRONG_ROLE: await self.house.cookie(here.receptionist),
            Kind.RIGHT: await self.house.cookie(here.administrator),
        }
        ids["proven_token"] = await self._token(first_day, Stage.PROVEN)
        spare = ids["spare_token"] = await self.house.token(here.administrator)
        ids["spare_session"] = (await self.house.people.sessions.resume(spare, "")).session_id
        ids["administrator"] = here.administrator.staff_id
        ids["question_id"] = await self.house.colleagues.questions.ask(
            here.receptionist, here.administrator.staff_id, "Quetzal?"
        )
        ids["push_device"] = await self.house.notifications.push_devices.add(
            here.administrator, Device("https://push.example/own").given, "Firefox"
        )
        self.facts.emails["administrator"] = await self.house.email(here.administrator)

    async def _hire(self, name: str, role: Role, *, temporary: bool = False) -> StaffAccess:
        services, clinic_id = self.house.services, self.house.clinic.id
        email = f"{name.rsplit(maxsplit=1)[-1].lower()}@riverside.example"
        hashed = await services.people.passwords.hashed(PASSWORD)
        async with services.database.unit_of_work() as work:
            member = await services.people.staff.install(
                work,
                SYSTEM,
                clinic_id,
                Person(name=name, email=email, role=role),
                hashed,
                temporary=temporary,
            )
            token = await services.people.sessions.begin(
                work, member.id, clinic_id, role, Stage.FULL, "", "127.0.0.1"
            )
        return await services.people.sessions.resume(token, "127.0.0.1")

    async def _token(self, who: StaffAccess, stage: Stage) -> str:
        services = self.house.services
        async with services.database.unit_of_work() as work:
            return await services.people.sessions.begin(
                work, who.staff_id, who.clinic_id, who.role, stage, "", "127.0.0.1"
            )

    async def _totp(self, who: StaffAccess) -> None:
        offer = await self.house.people.second_factors.offered(who, "half@riverside.example")
        self.facts.totp_secret = offer.secret
        await self.house.people.second_factors.confirm(who, TOTP(offer.secret).now())

    # --- files ---------------------------------------------------------------------------------

    async def _files(self) -> None:
        ids, chart = self.facts.ids, await self.house.chart()
        photo = jpeg(64, 48)
        files = {
            "entry_id": ("quetzal hand.jpg", photo, "hemangioma of the left hand"),
            "second_photo": ("quetzal hand later.jpg", jpeg(64, 48, (90, 140, 110)), ""),
            "text_entry": ("quetzal letter.txt", b"A hemangioma, seen again.\n", ""),
            "infected_entry": ("quetzal virus.txt", EICAR, ""),
        }
        for name, (file_name, content, comment) in files.items():
            ids[name] = await self._upload(chart, file_name, content, comment)
        await do_jobs(self.house)
        await self.house.charts.contents.change(
            chart,
            ids["entry_id"],
            label="keratosis",
            note="xanthoma",
            category="imaging",
            seen_version=1,
        )
        other = await self.house.chart(1)
        ids["other_entry"] = await self._upload(other, "elsewhere.txt", b"Somebody else's.\n", "")
        begun = await self.house.files.uploads.begin_for_chart(
            await self.house.chart(0, self.house.here.administrator),
            Announced("quetzal unfinished.jpg", 1_000),
            Allowance(1_000),
        )
        ids["upload_id"] = begun.id
        await do_jobs(self.house)

    async def _conversation(self) -> None:
        chart, draft_id = await self.house.chart(), new_id("drf")
        text = Text("Tell us about the borborygmus, please.")
        self.facts.ids["conversation_id"] = await self.house.conversations.all.start(
            chart, text, draft_id
        )
        page = await self.house.conversations.all.page(chart, self.facts.ids["conversation_id"])
        topics = self.house.conversations.topics
        self.facts.ids["topic_id"] = await topics.add(self.house.administer(), "Results", "", 60)
        await topics.retire(self.house.administer(), self.facts.ids["topic_id"])
        self.facts.ids["talk_message"] = page.messages[0].id
        self.facts.ids["item_id"] = self.facts.ids["conversation_id"]
        self.facts.ids["later_id"] = await self.house.conversations.later.write(
            chart,
            self.facts.ids["conversation_id"],
            Text("Is the borborygmus gone?"),
            new_id("drf"),
            clock.now() + clock.DAY,
        )
        canned = Canned("Parking", "Dear [[first name]], park behind the house.")
        self.facts.ids["letter_id"] = await self._letter(chart)
        self.facts.ids |= {"template_id": new_id("ltt"), "language": "en"}
        self.facts.ids["reply_id"] = await self.house.conversations.canned.add(
            self.house.administer(), canned
        )

    async def _letter(self, chart: ChartAccess) -> str:
        """Begin a letter without words."""
        drafts, letter_id = self.house.services.letters.drafts, new_id("let")
        await drafts.begin(chart, letter_id, BLANK)
        words = Words("Quetzal", of_plain("[[what we found]]"))
        return (await drafts.save(chart, letter_id, 1, words)).id

    async def _draft(self, name: str, access: Any) -> None:
        """Put one picture into the draft of a message, and begin with another file."""
        drafts, draft_id = self.house.conversations.drafts, new_id("drf")
        picture = jpeg()
        begun = await drafts.begin(access, draft_id, Announced("quetzal.jpg", len(picture)))
        holder = await drafts.find(access, draft_id)
        await self.house.files.uploads.append(holder, begun.id, 0, pieces(picture))
        unfinished = await drafts.begin(access, draft_id, Announced("quetzal.txt", 1_000))
        await do_jobs(self.house)
        self.facts.ids |= {
            name: draft_id,
            f"{name}_file": begun.file_id,
            f"{name}_upload": unfinished.id,
        }

    async def _upload(self, chart: Any, name: str, content: bytes, comment: str) -> str:
        uploads = self.house.files.uploads
        announced = Announced(name, len(content), comment)
        begun = await uploads.begin_for_chart(chart, announced, Allowance(len(content)))
        await uploads.append(chart, begun.id, 0, pieces(content))
        found = await self.house.charts.contents.inbox(chart.staff, 500)
        return next(entry.id for entry in found if entry.file_id == begun.file_id)

    async def _unreached(self) -> None:
        """Leave a task: an item of which no way leads to the patient."""
        item, chart = Planned(self.house), await self.house.chart()
        rules = await self.house.people.preferences.of(chart)
        await contact(self.house, consent=Consent.REFUSED)
        await item.start()
        await self.house.people.preferences.change(chart, rules)
        self.facts.ids["plan_id"] = item.plan_id

    # --- requests ------------------------------------------------------------------------------

    async def _requests(self) -> None:
        a = await self._request(Kind.PATIENT_A, 0)
        await self._request(Kind.PATIENT_B, 1)
        await self._request(Kind.EXPIRED, 0)
        revoked = await self._request(Kind.REVOKED, 0)
        await self.house.requests.all.revoke(revoked.chart, revoked.id)
        locked = await self._request(Kind.LOCKED, 0, enter=False)
        for _ in range(5):
            await self.house.links.answer(
                self.facts.secrets[Kind.LOCKED], date(1900, 1, 1), ADDRESS
            )
        await do_jobs(self.house)
        await self._held_photo(a)
        ids = self.facts.ids
        ids.update(request_id=a.id, locked_request=locked.id)
        for kind in (Kind.EXPIRED, Kind.REVOKED, Kind.PATIENT_B):
            ids[f"{kind.name.lower()}_request"] = self.facts.requests[kind]
        shown = await self.house.notifications.messages.outbox(self.house.here.receptionist)
        ids["notification_id"] = next(m.id for m in shown if m.cause_id.startswith(a.id))

    async def _request(self, kind: Kind, patient: int, *, enter: bool = True) -> Sent:
        chart = await self.house.chart(patient)
        wanted = draft(body_part="philtrum", instructions="The glabella, please.")
        await self.house.requests.photos.send(chart, wanted)
        await do_jobs(self.house)
        sent = Sent(self.house, chart, wanted.id)
        secret = self.facts.secrets[kind] = await sent.secret()
        self.facts.requests[kind] = wanted.id
        link = await self.house.links.look(secret)
        assert link is not None
        self.facts.links[kind] = link.id
        if enter:
            born = self.house.patients[patient].demographics.birth_date
            answer = await self.house.links.answer(secret, born, ADDRESS)
            self.facts.cookies[kind] = {"bedside-device": answer.token}
        return sent

    async def _held_photo(self, sent: Sent) -> None:
        link = await self.house.links.resume(
            self.facts.cookies[Kind.PATIENT_A]["bedside-device"], sent.id, ADDRESS
        )
        file_id = self.facts.ids["file_id"] = await sent.upload(link, "quetzal photo.jpg")
        await self.house.requests.answers.comment(link, {file_id: "borborygmus"})
        begun = await self.house.files.uploads.begin_held(
            link,
            Announced("quetzal unfinished.jpg", 1_000),
            await self.house.requests.answers.allowance(link),
        )
        self.facts.ids["held_upload"] = begun.id
        await do_jobs(self.house)

    # --- the app -------------------------------------------------------------------------------

    async def _accounts(self) -> None:
        for kind, patient in ((Kind.ACCOUNT, 0), (Kind.ACCOUNT_B, 1)):
            there = await signed_in(self.house, patient)
            self.facts.cookies[kind] = {"bedside-app": there.token}
        room = await self.house.visits.rooms.get(self.house.clinic.id, self.facts["room"])
        self.facts.ids["invitation_id"] = await self.house.requests.invitations.send(
            await self.house.chart(), room, await self.house.visits.rooms.place(room), ("sms",)
        )
        self.facts.ids["account_id"] = (await signed_in(self.house, 0)).account_id
        own = await side_of(self.house, 0)
        await self._draft("app_draft", own)
        await self._draft("draft", await self.house.chart(0, self.house.here.administrator))
        begun = await self.house.files.by_patients.begin(
            own, Announced("quetzal unfinished.jpg", 1_000), Allowance(1_000), "other"
        )
        self.facts.ids["own_upload"] = begun.id
        self.facts.ids["grant_id"], _secret = await self.house.accounts.proxies.invite(
            own, Relation.CARER, Level.LIMITED
        )

    # --- the other clinic ------------------------------------------------------------------------

    async def _next_door(self) -> None:
        there = self.house.next_door
        chart = await self.house.people.permissions.chart(there.receptionist, there.patients[0].id)
        self.facts.ids["away_entry"] = await self._upload(chart, "away.txt", b"Next door's.\n", "")
        await do_jobs(self.house)


# --- building once, copying often ----------------------------------------------------------------


@dataclass(frozen=True)
class Template:
    """A data directory at rest, and its content."""

    data: Path
    facts: Facts


def make_template(data: Path) -> Template:
    """Build the world in an empty directory. It takes a few seconds because files are examined."""

    async def build() -> Facts:
        async with living_in(data, f"sqlite:///{data / 'bedside.db'}") as house:
            facts = await Builder(house).build()
            await _let_time_pass(house.services, facts)
            return facts

    data.mkdir(parents=True)
    create_tables(f"sqlite:///{data / 'bedside.db'}")
    with ThreadPoolExecutor(1) as aside:  # on a loop of its own
        facts = aside.submit(asyncio.run, build()).result()
    return Template(data, facts)


async def _let_time_pass(services: Services, facts: Facts) -> None:
    """Let the expired link have ended a second ago; a passkey was registered long ago."""
    vault, who = services.vault, facts["administrator"]
    of_link = select(links.c.id).where(links.c.subject_id == facts.requests[Kind.EXPIRED])
    async with services.database.unit_of_work() as work:
        for row in await work.all(of_link):
            link = await LINKS.locked(work, vault, id=row.id)
            await LINKS.change(work, vault, link, expires_at=clock.now() - 1_000)
        person = await STAFF.locked(work, vault, id=who)
        await STAFF.change(work, vault, person, has_passkey=True)
        passkey = {
            "credential_id": "cGFzc2tleQ",
            "staff_id": who,
            "clinic_id": facts["clinic_id"],
            "public_key": b"-",
            "sign_count": 0,
            "label": "Chrome",
            "created_at": 1,
            "used_at": 0,
        }
        keys = await vault.clinic(facts["clinic_id"])
        await work.execute(insert(passkeys), **PASSKEYS.bound(keys, passkey))


_WITHOUT_USE = (
    "SELECT id, token_hash, staff_id, role, stage, confirmed_at, expires_at FROM sessions"
)


@dataclass
class World:
    """A copy of the template with its services running."""

    services: Services
    facts: Facts
    app: Starlette
    path: Path
    reader: apsw.Connection
    """By the product's library: two on one file break each other's locks."""

    def client(self, kind: Kind, **more: Any) -> httpx.AsyncClient:
        """Return somebody's browser. It sends all cookies everywhere, as an attacker's would."""
        cookies = more.pop("cookies", None)
        shown = self.facts.cookies.get(kind, {}) if cookies is None else cookies
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url="http://localhost:8080",
            headers={"sec-fetch-site": "same-origin"},
            cookies=shown,
            **more,
        )

    def state(self) -> dict[str, list[Any]]:
        """Return all rows except the audit log, which grows with refusals too, and a session's
        last use."""
        names = [row[0] for row in self._rows("SELECT name FROM sqlite_master WHERE type='table'")]
        queries = {name: f"SELECT * FROM {name}" for name in names}  # noqa: S608 - own names
        return {
            name: sorted(map(repr, self._rows(query)))
            for name, query in {**queries, "sessions": _WITHOUT_USE}.items()
            if not name.startswith(("audit_", "sqlite_"))
        }

    def refusals(self) -> int:
        """Count audit lines of refused access."""
        query = "SELECT count(*) FROM audit_lines WHERE action = 'access.refused'"
        return int(self._rows(query)[0][0])

    def _rows(self, query: str) -> list[Any]:
        return list(self.reader.execute(query))


@asynccontextmanager
async def entered(template: Template, place: Path) -> AsyncIterator[World]:
    """Open a world of one's own, in `place`."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(template.data, place)
    services = bootstrap.build(load(data=place, requests_per_second=0, worker_in_process=False))
    await services.database.open()
    reader = apsw.Connection(str(place / "bedside.db"))
    try:
        facts = replace(template.facts)
        app = create_app(services, (), api_routes(services))
        yield World(services, facts, app, place, reader)
    finally:
        reader.close()
        await services.database.close()
