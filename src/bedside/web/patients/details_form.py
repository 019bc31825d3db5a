"""The page around the form of a patient's personal data, for a new patient and for a known one."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bedside.edge.context import services_of
from bedside.edge.rendering import render
from bedside.errors import Conflict, WrongInput
from bedside.kernel import phones
from bedside.kernel.language import offered
from bedside.people.likely import AlreadyHere
from bedside.web.patients.demographics import Entered, field_of, languages


async def form_page(
    request: Request,
    template: str,
    clinic_id: str,
    entered: Entered,
    chosen: list[str],
    errors: dict[str, str],
    here: AlreadyHere | None,
    **more: Any,
) -> Response:
    """Render the form as it was typed, with what is wrong with it, or (`here`) with those who may
    be the same patient. `chosen` are the ids of teams and rooms."""
    services = services_of(request)
    clinic = await services.people.clinics.get(clinic_id)
    return render(
        request,
        template,
        status=WrongInput.status if errors else Conflict.status if here else 200,
        here=here,
        entered=entered,
        teams=await services.people.teams.listed(clinic_id),
        chosen=chosen,
        errors=errors,
        languages=languages(),
        phone_example=phones.example(clinic.options.home),
        messages_in=", ".join(offered().values()),
        summary=[(field_of(name), sentence) for name, sentence in errors.items()],
        **more,
    )
