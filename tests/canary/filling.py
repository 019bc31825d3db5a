"""An installation with a marker wherever a person can write something."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO

import httpx
from PIL import Image, ImageDraw

from bedside.audit.actors import SYSTEM
from bedside.charts.categories import Category
from bedside.charts.entries import ChartFilter
from bedside.conversations.canned import Canned
from bedside.edge.accounts import app_cookie_name
from bedside.files.announcing import Allowance
from bedside.kernel.ids import new_id
from bedside.letters.templates import Template, TemplateText
from bedside.notifications.plans.subject import PlanSubject
from bedside.notifications.plans.table import PlanKind
from bedside.people.patients import Demographics
from bedside.people.roles import Role
from bedside.people.staff import Person
from bedside.printing.body import of_plain
from tests.accounts.people import signed_in
from tests.adapters.rendering import form_files
from tests.canary.searching import new_word
from tests.edge.tus import BODY, VERSION, metadata, multipart
from tests.hostile import builders
from tests.house import House
from tests.letters.writing import drafted, sent_letter
from tests.printing.reading import words_of
from tests.requests.forms import draft as form_draft
from tests.requests.forms import pieces
from tests.requests.sending import draft
from tests.requests.summaries import draft as summary
from tests.requests.summaries import treated

BORN = date(1913, 9, 17)
PHONE = "+46 70 913 57 26"
EXACTLY = ("1913-09-17", "17.09.1913", "17 September 1913", "September 17, 1913", "46709135726")
EXACTLY += ("0709135726", PHONE)
SITE = {"sec-fetch-site": "same-origin", "accept": "application/json"}


@dataclass
class Markers:
    """Words given out, by where they are used."""

    words: dict[str, str] = field(default_factory=dict[str, str])

    def __call__(self, kind: str) -> str:
        """Return the word for this kind of thing; always the same one."""
        return self.words.setdefault(kind, new_word(len(self.words)))


def documents(mark: Markers) -> dict[str, bytes]:
    """Return files with a marker in name and content; the last two are refused."""
    text = b"BT /F1 24 Tf 72 700 Td (%s) Tj ET" % mark("PDF text").encode()
    pdf = builders.simple_pdf().replace(b"BT /F1 24 Tf 72 700 Td (Discharge summary) Tj ET", text)
    made = {
        f"{mark('name of text')}.txt": f"Result: {mark('text')}.\n".encode() * 900,
        f"{mark('name of table')}.csv": f"date,value\n2026-01-01,{mark('table')}\n".encode(),
        f"{mark('name of PDF')}.pdf": pdf,
        f"{mark('name of letter')}.docx": builders.docx(mark("Word text")),
        f"{mark('name of photo')}.jpg": _photo(mark("words in photo"), mark("photo description")),
        f"{mark('name of page')}.html": f"<html>{mark('web page')}</html>".encode(),
        f"{mark('name of damaged')}.pdf": b"%PDF-1.7\n" + mark("damaged PDF").encode() * 90,
    }
    return made


def _photo(words: str, description: str) -> bytes:
    made = BytesIO()
    picture = Image.new("RGB", (900, 300), "white")
    ImageDraw.Draw(picture).text((60, 100), words, fill="black", font_size=64)
    exif = Image.Exif()
    exif[0x010E] = description
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


class Filling:
    """Fills an installation, partly through the services and partly like a browser."""

    def __init__(self, house: House, mark: Markers, http: httpx.AsyncClient) -> None:
        self._house = house
        self._mark = mark
        self._http = http

    async def people(self) -> None:
        """Add a colleague, and a patient with every detail there is."""
        house, mark = self._house, self._mark
        person = Person(
            name=f"Dr {mark('name of staff')}",
            email=f"{mark('address of staff')}@riverside.example",
            role=Role.CLINICIAN,
        )
        async with house.database.unit_of_work() as work:
            await house.people.staff.install(work, SYSTEM, house.clinic.id, person, "no password")
            self.patient = await house.services.people.patients.add(
                work,
                house.here.receptionist,
                Demographics(
                    name=f"{mark('first name')} {mark('last name')}",
                    birth_date=BORN,
                    phone=PHONE,
                    email=f"{mark('e-mail')}@patients.example",
                    pronouns=mark("pronouns"),
                    identifiers={mark("kind of number"): mark("number")},
                ),
                assigned_to=[house.here.room.id],
            )
        self._chart_address = f"/patients/{self.patient.id}"
        self._chart = await house.people.permissions.chart(house.here.receptionist, self.patient.id)

    async def files(self) -> None:
        """Upload by tus, by form, and leave one upload unfinished."""
        contents = documents(self._mark)
        for name, content in contents.items():
            said = {
                **VERSION,
                "Upload-Length": str(len(content)),
                "Upload-Metadata": metadata(filename=name, comment=self._mark("tus comment")),
                "Content-Type": BODY,
            }
            sent = await self._http.post(
                f"{self._chart_address}/uploads", content=content, headers=said
            )
            assert sent.status_code in (201, 415), sent.text[:300]
        name = f"{self._mark('name in form')}.txt"
        headers, body = multipart([("file", name, self._mark("form text").encode() * 50)])
        sent = await self._http.post(f"{self._chart_address}/files", content=body, headers=headers)
        assert sent.status_code == 303, sent.text[:300]
        await self._half_a_file()

    async def _half_a_file(self) -> None:
        said = metadata(filename=f"{self._mark('name of half')}.txt")
        headers = {**VERSION, "Upload-Length": "900000", "Upload-Metadata": said}
        begun = await self._http.post(f"{self._chart_address}/uploads", headers=headers)
        half = (self._mark("half a file") + "\n").encode() * 30_000
        sent = await self._http.patch(
            begun.headers["location"],
            content=half,
            headers={**VERSION, "Upload-Offset": "0", "Content-Type": BODY},
        )
        assert sent.status_code == 204, sent.text[:300]

    async def annotate(self) -> None:
        """Add label and note, twice, so that there is an earlier version; then read in every
        way."""
        entries = await self._house.charts.contents.entries(self._chart, ChartFilter(limit=50))
        for entry in entries[:2]:
            for time in (1, 2):
                changed = await self._http.post(
                    f"{self._chart_address}/entries/{entry.id}/change",
                    data={
                        "label": self._mark(f"label {time}"),
                        "note": self._mark(f"note {time}"),
                        "category": "lab_results",
                        "version": str(entry.version + time - 1),
                    },
                )
                assert changed.status_code == 303, changed.text[:300]
        for entry in entries:
            for form in ("original", "shared", "preview"):
                await self._http.get(
                    f"{self._chart_address}/entries/{entry.id}/content?form={form}"
                )
            await self._http.get(f"{self._chart_address}/entries/{entry.id}")

    async def contact(self) -> None:
        """Write down how the patient is contacted, with a mistake and without; ask whether a
        message is from us; and have a plan for an item."""
        mark, page = self._mark, f"{self._chart_address}/contact"
        wrong = await self._http.post(page, data={"code_word": mark("code word") * 9})
        assert wrong.status_code == 422, wrong.text[:300]
        given = {"code_word": mark("code word"), "never": "push"}
        assert (await self._http.post(page, data=given)).status_code == 303
        pasted = f"{mark('pasted message')} https://{mark('pasted host')}.example/l/x"
        assert (await self._http.post("/from-us", data={"message": pasted})).status_code == 200
        subject = PlanSubject(
            kind=PlanKind.NORMAL,
            clinic_id=self._house.clinic.id,
            patient_id=self.patient.id,
            item_id=new_id("msg"),
            title=mark("title of an item"),
            said=mark("words about an item"),
            path=f"/app/{self.patient.id}",
        )
        async with self._house.database.unit_of_work() as work:
            await self._house.notifications.plans.start(work, subject)

    async def look_around(self) -> None:
        """Search, open pages, and cause failures with a marker in them."""
        mark = self._mark
        for address in (self._chart_address, f"{self._chart_address}/card", "/patients", "/inbox"):
            assert (await self._http.get(address)).status_code == 200
        for address in ("/patients/search", "/find", f"{self._chart_address}/search"):
            for word in ("last name", "text", "searched for"):
                found = await self._http.post(address, data={"words": mark(word)})
                assert found.status_code == 200, (address, found.text[:300])
        hits = await self._http.post(
            f"{self._chart_address}/search", data={"words": mark("Word text")}
        )
        assert mark("label 2") in hits.text or mark("name of letter") in hits.text
        typed = {"email": f"{mark('typed address')}@x.example", "password": mark("typed password")}
        await self._http.post("/sign-in", data=typed)
        await self._http.get(f"/patients/{mark('in the path')}?q={mark('in the query')}")
        await self._http.get("/patients", headers={"User-Agent": mark("browser")})
        await self._http.post("/find", content=mark("no form").encode())
        broken = {**VERSION, "Upload-Length": "9", "Upload-Metadata": f"filename {mark('broken')}"}
        await self._http.post(f"{self._chart_address}/uploads", headers=broken)

    async def request_photos(self, settled: Callable[[], None]) -> None:
        """Request photos, and answer like the patient. `settled` waits for the worker."""
        house, mark = self._house, self._mark
        wanted = draft(body_part=mark("body part"), instructions=mark("instructions"))
        await house.requests.photos.send(self._chart, wanted)
        settled()
        link = await self._link(wanted.id)
        async with httpx.AsyncClient(base_url=self._http.base_url, headers=SITE) as phone:
            link = (await phone.get(link)).headers["location"]
            born = {"birth_day": "17", "birth_month": "9", "birth_year": "1913"}
            wrong = await phone.post(link, data={**born, "birth_year": "1914"})
            assert wrong.status_code in (200, 403, 422), wrong.text[:300]
            let_in = await phone.post(link, data=born)
            assert let_in.status_code == 303, let_in.text[:300]
            pages = let_in.headers["location"]
            await self._send_photo(phone, pages)
            settled()
            agreed = await phone.post(f"{pages}/agree", data={"total": "1"})
            assert agreed.status_code < 400, agreed.text[:300]

    async def sum_up(self, settled: Callable[[], None]) -> None:
        """Send a summary of a visit, and read it like the patient."""
        visit_id = await treated(self._house)
        wanted = summary(visit_id, f"{self._mark('summary')} three times a day.")
        await self._house.requests.summaries.send(await self._house.chart(), wanted)
        settled()
        async with httpx.AsyncClient(base_url=self._http.base_url, headers=SITE) as phone:
            link = (await phone.get(await self._link(wanted.id))).headers["location"]
            born = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
            page = (await phone.post(link, data=born)).headers["location"]
            assert self._mark("summary") in (await phone.get(page)).text
            printed = await phone.get(f"{page}/summary.pdf")
            assert self._mark("summary") in words_of(printed.content)

    async def write_letter(self, settled: Callable[[], None]) -> None:
        """Keep a template, and send a letter; read it like the patient. Begin another one."""
        house, mark = self._house, self._mark
        body = of_plain(mark("words of a template"))
        texts = {"en": TemplateText(title=mark("title of a template"), body=body)}
        template = Template(name=mark("name of a template"), category=Category.OTHER, texts=texts)
        await house.services.letters.templates.add(house.administer(), new_id("ltt"), template)
        title = mark("title of a letter")
        sent = await sent_letter(house, mark("words of a letter"), title=title, jobs=False)
        await drafted(house, sent.chart, mark("words of a draft"), mark("title of a draft"))
        settled()
        async with httpx.AsyncClient(base_url=self._http.base_url, headers=SITE) as phone:
            link = (await phone.get(await self._link(sent.id))).headers["location"]
            born = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
            page = (await phone.post(link, data=born)).headers["location"]
            assert mark("words of a letter") in (await phone.get(page)).text
            printed = await phone.get(f"{page}/letter.pdf")
            assert mark("words of a letter") in words_of(printed.content)
        listed = await self._http.get(f"/patients/{house.patients[0].id}/letters")
        assert mark("title of a draft") in listed.text

    async def converse(self) -> None:
        """Write in a conversation as both sides, with a note and a message taken back."""
        house, mark = self._house, self._mark
        chat = f"/patients/{house.patients[0].id}/chat"
        begun = await self._http.post(chat, data={"body": mark("message of staff")})
        assert begun.status_code == 200, begun.text[:300]
        one = begun.json()["address"]
        for body, more in ((mark("note on a conversation"), {"note": "yes"}), (mark("wrong"), {})):
            sent = await self._http.post(one, data={"body": body, **more})
            assert sent.status_code == 200, sent.text[:300]
        for place in (one, chat):
            later = {"body": mark("message for later"), "later": "yes", "when": "2027-11-29T08:00"}
            kept = await self._http.post(place, data=later)
            assert kept.status_code < 400, kept.text[:300]
        canned = Canned(mark("canned name"), f"{mark('canned reply')} [[first name]]")
        await house.services.conversations.canned.add(house.administer(), canned)
        assert mark("canned reply") in (await self._http.get(f"{one}/replies")).text
        assert mark("message for later") in (await self._http.get("/chat/later")).text
        await self._http.post(f"{one}/retract", data={"message": sent.json()["message_id"]})
        shown = (await self._http.get(one)).text
        assert mark("note on a conversation") in shown
        there = await signed_in(house)
        async with httpx.AsyncClient(base_url=self._http.base_url, headers=SITE) as phone:
            phone.cookies.set(app_cookie_name(house.services.settings), there.token)
            page = f"/app/{house.patients[0].id}/chat/" + one.rpartition("/")[2]
            name = f"{mark('name of chat file')}.txt"
            answer = await phone.post(
                page,
                data={"draft_id": new_id("drf"), "body": mark("message of patient")},
                files={"file": (name, mark("content of chat file").encode(), "text/plain")},
            )
            assert answer.status_code == 200, answer.text[:300]
            assert name in (await phone.get(page)).text
            for address in (page, page.rpartition("/")[0]):
                assert mark("message of patient") in (await phone.get(address)).text
            await self._sent_from_the_app(phone)

    async def _sent_from_the_app(self, phone: httpx.AsyncClient) -> None:
        """Send a file from the patient's app."""
        mark, page = self._mark, f"/app/{self._house.patients[0].id}/send"
        name = f"{mark('name of own file')}.txt"
        fields = [
            ("comment", None, mark("comment on own file").encode()),
            ("file", name, mark("own file").encode() * 50),
        ]
        headers, body = multipart(fields)
        sent = await phone.post(page, headers=headers, content=body)
        assert sent.status_code == 303, sent.text[:300]
        assert mark("comment on own file") not in str(sent.headers)
        assert name in (await phone.get(page)).text

    async def send_form(self, settled: Callable[[], None]) -> None:
        """Send a form, and fill it in like the patient."""
        mark, house = self._mark, self._house
        chart = await house.chart()
        label = form_files.text("marker", mark("label of field"), value=mark("value of form"))
        taken = await house.files.uploads.take_for_chart(
            chart,
            f"{mark('name of form')}.pdf",
            pieces(form_files.form(label)),
            Allowance(largest=1_000_000),
            "form",
        )
        settled()
        entry = await house.charts.contents.entry_of_file(chart, taken.file_id)
        marked = f"/patients/{chart.patient_id}/entries/{entry.id}/proxies"
        await self._http.post(marked, data={"reason": f"{mark('reason for hiding')}, please."})
        assert mark("reason for hiding") in (await self._http.get(marked)).text
        wanted = form_draft(house, entry, note=f"{mark('note on form')}, please.")
        await house.requests.forms.send(chart, wanted)
        settled()
        async with httpx.AsyncClient(base_url=self._http.base_url, headers=SITE) as phone:
            link = (await phone.get(await self._link(wanted.id))).headers["location"]
            born = {"birth_day": "14", "birth_month": "3", "birth_year": "1991"}
            page = (await phone.post(link, data=born)).headers["location"]
            assert mark("note on form") in (await phone.get(page)).text
            typed = {"f1": mark("answer in form"), "version": "0", "do": "check"}
            await phone.post(f"{page}/form", data=typed)
            assert mark("answer in form") in (await phone.get(f"{page}/check")).text
            await phone.post(f"{page}/check", data={"version": "1"})
        settled()
        assert (await house.requests.all.get(chart, wanted.id)).state == "done"
        day = house.clinic.options.today()
        await house.requests.forms.send_back(
            chart, wanted.id, mark("reason for it to go back"), day
        )
        settled()

    async def _send_photo(self, phone: httpx.AsyncClient, pages: str) -> None:
        mark = self._mark
        content = _photo(mark("words in patient's photo"), mark("patient's description"))
        said = metadata(filename=f"{mark('name of patient photo')}.jpg")
        headers = {**VERSION, "Upload-Length": str(len(content)), "Upload-Metadata": said}
        sent = await phone.post(
            f"{pages}/uploads", content=content, headers={**headers, "Content-Type": BODY}
        )
        assert sent.status_code == 201, sent.text[:300]
        file_id = sent.headers["bedside-file"]
        comment = {"comment": mark("patient's comment")}
        commented = await phone.post(f"{pages}/photos/{file_id}/comment", data=comment)
        assert commented.status_code < 400, commented.text[:300]

    async def _link(self, request_id: str) -> str:
        for message in await self._house.notifications.messages.outbox(
            self._house.here.receptionist
        ):
            if message.cause_id.startswith(request_id):
                found = re.search(r"/l/[\w-]+", message.text)
                if found:
                    return found[0]
        raise AssertionError("no message with a link")
