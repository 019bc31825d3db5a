"""Guessed ids: somebody with the right access to their own things puts another person's id into
every other position of the same calls."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.matrix.people import Kind
from tests.matrix.uploads import TUS
from tests.matrix.world import CLINIC_WORDS, PATIENT_WORDS, Facts, Template, World, entered

pytestmark = [pytest.mark.anyio, pytest.mark.feature("S2")]

Call = dict[str, Any]


@dataclass(frozen=True)
class Guess:
    """A call that is valid except for one id. `{own_patient}` and `{own_entry}` in the path are
    the guesser's; all other names are ids of what they may not see."""

    method: str
    address: str
    status: int = 404
    call: Callable[[Facts], Call] = lambda _facts: {}


def _form(**fields: str) -> Callable[[Facts], Call]:
    """Return fields; a value in braces is the name of an id."""
    return lambda facts: {
        "data": {name: value.format(**facts.ids) for name, value in fields.items()}
    }


_OWN = "/patients/{own_patient}"
_TUS = {"headers": TUS}
OF_CHARTS = (
    *(
        Guess("GET", f"{_OWN}/entries/{{entry_id}}{end}")
        for end in ("", "/move", "/content", "/content?form=thumbnail", "/content?form=original")
    ),
    Guess(
        "POST",
        f"{_OWN}/entries/{{entry_id}}/change",
        call=_form(label="x", note="x", category="other", version="2"),
    ),
    Guess("POST", f"{_OWN}/entries/{{entry_id}}/review", call=_form(reviewed="yes")),
    Guess("POST", "/inbox/{own_patient}/{entry_id}", call=_form(reviewed="yes")),
    Guess("GET", "/inbox/{own_patient}/{infected_entry}/alarm"),
    Guess(
        "POST",
        f"{_OWN}/entries/{{entry_id}}/move",
        call=_form(do="move", patient="{own_patient}", reason="Mine now"),
    ),
    Guess(
        "POST",
        f"{_OWN}/entries/{{own_entry}}/move",
        call=_form(do="move", patient="{patient_id}", reason="Theirs now"),
    ),
    Guess(
        "POST",
        f"{_OWN}/entries/{{own_entry}}/move",
        call=_form(do="undo", patient="{patient_id}"),
    ),
    Guess(
        "POST",
        f"{_OWN}/entries/{{entry_id}}/move",
        422,  # whichever file it is: this is the chart where it would go
        _form(do="undo", patient="{own_patient}"),
    ),
    *(Guess("GET", f"{_OWN}/appointments/{{appointment_id}}{end}") for end in ("", "/move")),
    Guess(
        "POST",
        f"{_OWN}/appointments/{{appointment_id}}/move",
        call=_form(day="2100-01-04", time="09:30"),
    ),
    Guess("POST", f"{_OWN}/appointments/{{appointment_id}}/cancel", call=_form(words="x")),
    Guess("POST", f"{_OWN}/appointments/{{appointment_id}}/mark", call=_form(**{"as": "done"})),
    Guess("GET", f"{_OWN}/join?other={{patient_id}}"),
    Guess("POST", f"{_OWN}/join", call=_form(do="join", other="{patient_id}", same="yes")),
    Guess("POST", f"{_OWN}/join", call=_form(do="join", other="{patient_id}")),
    Guess("GET", f"{_OWN}/visits/{{visit_id}}/move"),
    Guess(
        "POST",
        f"{_OWN}/visits/{{visit_id}}/move",
        call=_form(do="move", patient="{own_patient}", reason="Mine now"),
    ),
    Guess("GET", "/inbox/{own_patient}/{entry_id}/next"),
    Guess(
        "POST",
        "/inbox/several",
        303,
        _form(do="review", chosen="{own_patient}:{entry_id}"),
    ),
    Guess("POST", "/inbox/several", 303, _form(do="review", chosen="{patient_id}:{entry_id}")),
    Guess("GET", f"{_OWN}/uploads/{{upload_id}}/state"),
    Guess("GET", f"{_OWN}/entries/{{own_entry}}?compare={{entry_id}}"),
    Guess("GET", f"{_OWN}?before={{entry_id}}", 200),
    Guess("GET", f"{_OWN}?sender={{receptionist}}", 200),
    Guess("POST", f"{_OWN}/several", 422, _form(do="download", chosen="{entry_id}")),
    Guess("POST", f"{_OWN}/several", 422, _form(do="compare", chosen="{entry_id}")),
    *(
        Guess(method, f"{_OWN}/uploads/{{upload_id}}", call=lambda _facts: _TUS)
        for method in ("HEAD", "DELETE")
    ),
    Guess(
        "PATCH",
        f"{_OWN}/uploads/{{upload_id}}",
        call=lambda _facts: {
            "headers": {
                **TUS,
                "upload-offset": "0",
                "content-type": "application/offset+octet-stream",
            },
            "content": b"x",
        },
    ),
    Guess("GET", f"{_OWN}/chat/drafts/{{draft}}"),
    Guess("GET", f"{_OWN}/chat/drafts/{{draft}}/files/{{draft_file}}"),
    Guess("POST", f"{_OWN}/chat/drafts/{{draft}}/remove", call=_form(file="{draft_file}")),
    Guess(
        "POST",
        f"{_OWN}/chat",
        call=_form(body="Mine now", draft_id="{draft}", files="{draft_file}"),
    ),
    Guess("POST", f"{_OWN}/chat", call=_form(body="Mine now", entries="{entry_id}")),
    *(
        Guess(method, f"{_OWN}/chat/drafts/{{draft}}/uploads/{{draft_upload}}", call=lambda _: _TUS)
        for method in ("HEAD", "DELETE")
    ),
    *(Guess("GET", f"{_OWN}/requests/{{request_id}}{end}") for end in ("", "/now")),
    *(Guess("POST", f"{_OWN}/requests/{{request_id}}/{do}") for do in ("revoke", "reissue")),
    Guess("POST", f"{_OWN}/requests/{{request_id}}/messages/{{notification_id}}/resend"),
    Guess(
        "POST",
        f"{_OWN}/requests",
        call=_form(id="{request_id}", channels="sms", template="general"),
    ),
    Guess("POST", "/account/sessions/end", call=_form(session="{spare_session}")),
    Guess("POST", "/account/push/remove", call=_form(device="{push_device}")),
    Guess("GET", "/api/v1/patients/{patient_id}/entries"),
)
"""For staff of another clinic, and for colleagues who are assigned to another patient only."""

_NEW = {"name": "Nora Newcome", "birth_day": "27", "birth_month": "3", "birth_year": "1985"}
OF_OTHER_CLINICS = (
    Guess("POST", "/patients/new", 422, _form(**_NEW, teams="{team_id}")),
    Guess("POST", "/patients/new", 422, _form(**_NEW, teams="{patient_id}")),
    Guess("POST", f"{_OWN}/details", 422, _form(**_NEW, teams="{team_id}")),
    Guess("GET", "/audit?patient={patient_id}", 200),
    Guess("GET", "/audit?person={receptionist}", 200),
    Guess("GET", "/audit/export?patient={patient_id}", 200),
    Guess("GET", "/api/v1/audit?patient={patient_id}", 200),
    Guess("POST", "/settings/people/{away_staff}/teams", call=_form(teams="{team_id}")),
    Guess("POST", "/settings/people/{away_staff}/teams", call=_form(teams="{patient_id}")),
    Guess("POST", "/settings/people/{away_staff}/unassign", call=_form(target="{patient_id}")),
    Guess("POST", "/settings/people/{staff_id}/teams", call=_form(teams="{away_room}")),
    Guess("POST", f"{_OWN}/invite/send", 422, _form(room="{room_id}", channels="sms")),
    Guess("GET", f"{_OWN}/visits/{{visit_id}}"),
    *(Guess("GET", f"/visits/{{visit_id}}/{page}") for page in ("card", "identify", "remove")),
    *(
        Guess("POST", f"/visits/{{visit_id}}/{do}", call=_form(patient="{own_patient}"))
        for do in ("identify", "identify/new", "identify/nobody", "one-place", "remove")
    ),
    Guess("POST", "/audit/patient", 200, _form(patient="{patient_id}")),
    Guess("POST", "/settings/rooms/{room_id}", call=_form(name="Mine", kind="shared")),
)
"""For an administrator of another clinic."""

_IN_OWN_VISIT = "/visit/{waiting_visit}"
OF_VISITS = (
    *(
        Guess("POST", f"{_IN_OWN_VISIT}/transfers/{{{transfer}}}/{do}", call=_form(size="9"))
        for transfer, do in (
            ("offered", "accept"),
            ("offered", "decline"),
            ("asked", "answer"),
            ("sending", "cancel"),
        )
    ),
    Guess("GET", f"{_IN_OWN_VISIT}/transfers/{{given}}/file"),
    Guess("HEAD", f"{_IN_OWN_VISIT}/transfers/{{sending}}/uploads/{{sending_upload}}"),
    # the id of a file in transfer elsewhere, as if this page had made it
    Guess(
        "POST",
        f"{_IN_OWN_VISIT}/transfers",
        call=_form(name="a.txt", size="9", transfer_id="{sending}"),
    ),
)
"""For a patient waiting in the same room."""


async def test_of_another_clinic(template: Template, tmp_path: Path) -> None:
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        facts.ids |= {"own_patient": facts["away_patient"], "own_entry": facts["away_entry"]}
        for guess in (*OF_CHARTS, *OF_OTHER_CLINICS):
            await _try(world, guess, Kind.NEXT_DOOR_ADMINISTRATOR, (*PATIENT_WORDS, *CLINIC_WORDS))


async def test_of_another_patient(template: Template, tmp_path: Path) -> None:
    """Somebody who sees one patient of the clinic knows ids of another one's things."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        facts.ids |= {"own_patient": facts["assigned_patient"]}
        guesses = [guess for guess in OF_CHARTS if "{own_entry}" not in guess.address]
        for guess in guesses:
            await _try(world, guess, Kind.UNASSIGNED, PATIENT_WORDS)


async def test_of_another_visit(template: Template, tmp_path: Path) -> None:
    async with entered(template, tmp_path / "world") as world:
        for guess in OF_VISITS:
            await _try(world, guess, Kind.VISITOR_B, PATIENT_WORDS)


async def _try(world: World, guess: Guess, kind: Kind, hidden: tuple[str, ...]) -> None:
    before = world.state()
    async with world.client(kind) as client:
        answer = await client.request(
            guess.method, guess.address.format(**world.facts.ids), **guess.call(world.facts)
        )
    said = f"{guess.method} {guess.address} by {kind}: {answer.status_code} {answer.text[:200]}"
    assert answer.status_code == guess.status, said
    for word in hidden:
        assert word not in answer.content.decode("utf-8", "replace").lower(), (word, said)
    assert world.state() == before, f"{said} changed something"


DEVICE = (
    ("GET", "/my/{request_id}"),
    ("GET", "/my/{request_id}/state"),
    ("POST", "/my/{request_id}/agree"),
    ("GET", "/my/{own_request}/photos/{file_id}/thumbnail"),
    ("HEAD", "/my/{own_request}/uploads/{held_upload}"),
    ("DELETE", "/my/{own_request}/uploads/{held_upload}"),
    ("HEAD", "/my/{own_request}/uploads/{upload_id}"),
    ("POST", "/my/{own_request}/photos/{file_id}/delete"),
    ("POST", "/my/{own_request}/photos/{file_id}/comment"),
)


@pytest.mark.parametrize("place", DEVICE, ids=" ".join)
async def test_of_another_request(
    place: tuple[str, str], template: Template, tmp_path: Path
) -> None:
    """The device of patient B, on its own request's pages, asks for patient A's photos."""
    async with entered(template, tmp_path / "world") as world:
        facts = world.facts
        facts.ids["own_request"] = facts["patient_b_request"]
        before = world.state()
        form: Call = {"data": {"comment": "Mine", "total": "1"}} if place[0] == "POST" else _TUS
        async with world.client(Kind.PATIENT_B) as client:
            answer: httpx.Response = await client.request(
                place[0], place[1].format(**facts.ids), **form
            )
        # deleting what does not exist succeeds, which reveals nothing and changes nothing
        done_already = place[1].endswith("/delete") and answer.status_code == 303
        assert done_already or answer.status_code in (401, 404), answer
        assert world.state() == before
