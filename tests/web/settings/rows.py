"""Rows of the settings: people, teams, rooms, the clinic, visits, and the health page."""

from tests.matrix.people import Access, Kind
from tests.matrix.row import Row, form

_CLINIC = {
    "name": "Riverside Clinic",
    "language": "en",
    "time_zone": "Europe/Stockholm",
    "phone": "",
    "emergency_text": "",
    "photo_limit": "10",
    "photo_bytes_limit": "15",
    "upload_bytes_limit": "100",
    "chat_bytes_limit": "100",
    "chat_files_limit": "20",
    "link_days": "7",
    "access_answer_days": "7",
    "link_wrong_answers": "5",
    "app_idle_days": "90",
    "child_until": "12",
    "adult_from": "18",
    "proxy_months": "18",
}
_VISITS = {
    "transfer_allowed": "yes",
    "shared_rooms_allowed": "yes",
    "visit_grace_minutes": "3",
    "unanswered_minutes": "5",
    "unattended_seconds": "30",
    "transfer_bytes_limit": "100",
    "transfers_at_once": "5",
    "visitor_files_limit": "20",
    "visitor_bytes_limit": "200",
}
_MESSAGES = {
    "plan_out_hours": "1",
    "plan_undelivered_hours": "72",
    "plan_normal_hours": "24",
    "plan_urgent_hours": "4",
    "plan_appointment_push_hours": "4",
    "plan_appointment_sms_hours": "12",
    "plan_appointment_email_hours": "24",
    "plan_of_message": "normal",
    "plan_of_photo": "normal",
    "plan_of_form": "normal",
    "plan_of_summary": "normal",
    "plan_of_letter": "normal",
    "plan_of_appointment": "appointment",
    "plan_of_invitation": "appointment",
    "plan_of_app_invitation": "normal",
}
_PEOPLE = "/settings/people"
_ROOMS = "/settings/rooms"
_ROOM = form(name="Front desk", kind="shared", ask_birth_date="no", ask_phone="no", ask_reason="no")

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/settings/first-steps"): Row(Access.ADMINISTRATOR),
    ("GET", "/settings/proxies"): Row(Access.ADMINISTRATOR),
    ("POST", "/settings/proxies"): Row(
        Access.ADMINISTRATOR, 303, form(of_teenager="mental_health")
    ),
    ("POST", "/settings/health/test"): Row(Access.ADMINISTRATOR, 303, form(channel="email")),
    ("GET", "/settings"): Row(Access.STAFF, 303),
    ("GET", _PEOPLE): Row(Access.ADMINISTRATOR, shows=("quartermain",)),
    ("POST", _PEOPLE): Row(
        Access.ADMINISTRATOR,
        call=lambda facts: {
            "data": {
                "name": "Nora Newcome",
                "email": "nora@riverside.example",
                "role": "staff",
                "teams": facts["team_id"],
            }
        },
        also={Kind.NEXT_DOOR_ADMINISTRATOR: 404},
    ),
    ("GET", f"{_PEOPLE}/new"): Row(Access.ADMINISTRATOR, shows=("dermatoscopy",)),
    ("GET", f"{_PEOPLE}/{{staff_id}}"): Row(
        Access.ADMINISTRATOR_OF, names_patients=True, shows=("quartermain",)
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/role"): Row(
        Access.ADMINISTRATOR_OF, 303, form(role="administrator")
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/teams"): Row(
        Access.ADMINISTRATOR_OF, 303, lambda facts: {"data": {"teams": facts["team_id"]}}
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/unassign"): Row(
        Access.ADMINISTRATOR_OF,
        303,
        lambda facts: {"data": {"target": facts["assigned_patient"]}},
    ),
    ("POST", f"{_PEOPLE}/{{staff_id}}/password"): Row(Access.ADMINISTRATOR_OF),
    ("POST", f"{_PEOPLE}/{{staff_id}}/second-factor"): Row(Access.ADMINISTRATOR_OF, 303),
    ("POST", f"{_PEOPLE}/{{staff_id}}/disable"): Row(Access.ADMINISTRATOR_OF, 303),
    ("POST", f"{_PEOPLE}/{{staff_id}}/enable"): Row(Access.ADMINISTRATOR_OF, 303),
    ("GET", "/settings/teams"): Row(Access.ADMINISTRATOR, shows=("dermatoscopy",)),
    ("POST", "/settings/teams"): Row(Access.ADMINISTRATOR, 303, form(name="New team")),
    ("POST", "/settings/teams/{team_id}"): Row(Access.ADMINISTRATOR_OF, 303, form(name="Renamed")),
    ("GET", "/settings/clinic"): Row(Access.ADMINISTRATOR, shows=("riverside",)),
    ("POST", "/settings/clinic"): Row(Access.ADMINISTRATOR, 303, lambda _facts: {"data": _CLINIC}),
    ("GET", "/settings/health"): Row(Access.ADMINISTRATOR),
    ("GET", "/settings/visits"): Row(Access.ADMINISTRATOR),
    ("POST", "/settings/visits"): Row(Access.ADMINISTRATOR, 303, form(**_VISITS)),
    ("GET", "/settings/chat"): Row(Access.ADMINISTRATOR, shows=("dermatoscopy",)),
    ("POST", "/settings/chat"): Row(Access.ADMINISTRATOR, 303, form(day0="8:00-12:00")),
    ("POST", "/settings/chat/topics"): Row(Access.ADMINISTRATOR, 303, form(name="Letters")),
    ("POST", "/settings/chat/topics/{topic_id}"): Row(
        Access.ADMINISTRATOR_OF, 303, form(name="Results", hours="4")
    ),
    ("GET", "/settings/letters"): Row(Access.ADMINISTRATOR),
    ("POST", "/settings/letters"): Row(Access.ADMINISTRATOR, 303, form(letters_by_email="yes")),
    ("GET", "/settings/letters/new"): Row(Access.ADMINISTRATOR),
    ("GET", "/settings/letters/{template_id}"): Row(Access.ADMINISTRATOR, 404),
    ("POST", "/settings/letters/{template_id}/{language}"): Row(
        Access.ADMINISTRATOR, 422, form(name="", body="{}")
    ),
    ("GET", "/settings/chat/replies"): Row(Access.ADMINISTRATOR, shows=("park behind",)),
    ("POST", "/settings/chat/replies"): Row(
        Access.ADMINISTRATOR, 303, form(name="Thanks", words="Thank you, [[first name]].")
    ),
    ("POST", "/settings/chat/replies/{reply_id}"): Row(
        Access.ADMINISTRATOR_OF, 303, form(name="Parking", words="Park at the back.")
    ),
    ("GET", "/settings/appointments"): Row(Access.ADMINISTRATOR, shows=("rhinoscopy",)),
    ("POST", "/settings/appointments"): Row(
        Access.ADMINISTRATOR, 303, form(name="Check-up", minutes="20", remind_hours="24")
    ),
    ("POST", "/settings/appointments/{type_id}"): Row(
        Access.ADMINISTRATOR_OF,
        303,
        form(name="Check-up", minutes="30", remind_hours="24"),
        path={"type_id": "appointment_type"},
    ),
    ("GET", "/settings/messages"): Row(Access.ADMINISTRATOR),
    ("POST", "/settings/messages"): Row(Access.ADMINISTRATOR, 303, form(**_MESSAGES)),
    ("GET", _ROOMS): Row(Access.ADMINISTRATOR, shows=("riverside",)),
    ("POST", _ROOMS): Row(Access.ADMINISTRATOR, 303, _ROOM),
    ("GET", f"{_ROOMS}/new"): Row(Access.ADMINISTRATOR, shows=("quartermain",)),
    ("GET", _ROOMS + "/{room_id}"): Row(Access.ADMINISTRATOR_OF, shows=("quartermain",)),
    ("POST", _ROOMS + "/{room_id}"): Row(Access.ADMINISTRATOR_OF, 303, _ROOM),
}
