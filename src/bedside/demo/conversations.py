"""Conversations of the demonstration: one answered, one that waits, and a note among staff."""

from bedside.conversations.canned import Canned
from bedside.conversations.states import Receipt
from bedside.conversations.writing import Text
from bedside.kernel import clock
from bedside.kernel.ids import new_id
from bedside.people.permissions import (
    ChartAccess,
    ClinicAccess,
    PatientAccess,
    StaffAccess,
    link_access,
)
from bedside.people.roles import Role
from bedside.services import Services

TOPICS = (("Test results", 8), ("Appointments", 4), ("Prescriptions", 8), ("Something else", 0))
"""Topics, and the office hours until an answer."""
CANNED = (
    (
        "Thanks",
        "Thank you, [[first name]]. We have noted it in your chart.\n\n[[my name]], [[clinic]]",
    ),
    (
        "Results take time",
        "Dear [[first name]], the results of [[name of the test]] come on [[day]]. You do not have "
        "to call: we write to you here.",
    ),
    ("We call you", "We call you when we open again: [[next opening]]."),
    ("Parking", "Park behind the house; the entrance is at the side, without steps."),
)
"""Canned replies: names and words."""


async def tell(services: Services, people: list[StaffAccess], charts: list[ChartAccess]) -> None:
    """Add topics, and let three patients write. None of them is the one who is invited to the app
    in a demonstration: an account is opened once."""
    one = next(person for person in people if person.role is Role.ADMINISTRATOR)
    results, appointments, prescriptions, _else = await _furnish(
        services, services.people.permissions.administer(one)
    )
    await _answered(services, charts[4], results)
    await _waiting(services, charts[6], appointments, "Can I come an hour later on Thursday?")
    words = "My pharmacy does not have the tablets. What shall I take now?"
    await _waiting(services, charts[9], prescriptions, words)
    for name, reply in CANNED:
        await services.conversations.canned.add(
            services.people.permissions.administer(one), Canned(name, reply)
        )


async def _furnish(services: Services, clinic: ClinicAccess) -> list[str]:
    topics = services.conversations.topics
    return [await topics.add(clinic, name, "", hours * 60) for name, hours in TOPICS]


async def _answered(services: Services, chart: ChartAccess, topic_id: str) -> None:
    """Let a patient ask, and be answered; the answer was read."""
    talk, asked_at = services.conversations.all, -26 * clock.HOUR
    side = await _side(services, chart)
    with clock.shifted(asked_at):
        words = "Is it normal that the spot itches after the cream? It began two days ago."
        begun = await talk.start(side, Text(words), new_id("drf"), topic_id=topic_id)
    with clock.shifted(asked_at + 2 * clock.HOUR):
        await talk.note(chart, begun, "The same as in May, see her photos.", new_id("drf"))
        answer = Text("Yes, for some days. Use half as much, and send a photo if it gets larger.")
        await talk.say(chart, begun, answer, new_id("drf"))
    with clock.shifted(asked_at + 3 * clock.HOUR):
        await talk.receipt(side, begun, 9, Receipt.READ)
    again = Text("How is the spot today?")
    send_at = clock.now() + 26 * clock.HOUR
    await services.conversations.later.write(chart, begun, again, new_id("drf"), send_at)


async def _waiting(services: Services, chart: ChartAccess, topic_id: str, words: str) -> None:
    """Let a patient ask something that nobody has answered."""
    side = await _side(services, chart)
    with clock.shifted(-40 * clock.MINUTE):
        await services.conversations.all.start(side, Text(words), new_id("drf"), topic_id=topic_id)


async def _side(services: Services, chart: ChartAccess) -> PatientAccess:
    link = link_access("lnk_demo", chart.clinic_id, chart.patient_id, "app_demo", "127.0.0.1")
    there = await services.accounts.sign_in.by_link(link, device="Phone", own=True)
    account = await services.accounts.sessions.resume(there.token, "127.0.0.1")
    return await services.accounts.sides.of(account, chart.patient_id)
