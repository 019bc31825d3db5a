"""Wires notifications."""

from dataclasses import dataclass
from functools import partial

from bedside.adapters.child_process import Children
from bedside.adapters.child_reports import ChildReports
from bedside.bootstrap.base import Base
from bedside.bootstrap.gateways import gateways_of
from bedside.bootstrap.people import PeopleParts
from bedside.kernel import clock
from bedside.kernel.known_states import Check, Seldom
from bedside.notifications import callbacks
from bedside.notifications import dispatcher as jobs
from bedside.notifications.addresses import CardAddresses
from bedside.notifications.backlog import Backlog
from bedside.notifications.bounces import Bounces
from bedside.notifications.callbacks import SmsReports
from bedside.notifications.code_alerts import CodeAlerts
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.own_phones import OwnPhones
from bedside.notifications.plans import service as plan_jobs
from bedside.notifications.plans.devices import AppDevices, BothBooks
from bedside.notifications.plans.on_devices import OnDevices
from bedside.notifications.plans.outlook import Outlook
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.steps import StepMaker
from bedside.notifications.plans.tasks import PlanTasks
from bedside.notifications.ports import Channel
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.push_keys import PushKeys
from bedside.notifications.references import References
from bedside.notifications.staff_alerts import StaffAlerts
from bedside.notifications.text_limits import TextLimits
from bedside.notifications.trials import Trials
from bedside.people.clinics import READ_STAFF_NUMBERS
from bedside.services.notifications import NotificationServices
from bedside.services.registered import Gauge, Registered

_ASKED_EVERY = 300.0
"""Seconds between two sign-ins at a gateway that answers."""


@dataclass(frozen=True, slots=True)
class NotificationParts(NotificationServices):
    """The notification services, with the listener for wrong codes."""

    code_alerts: CodeAlerts
    backlog: Backlog
    gateways: dict[Channel, Check]
    """Checks of the gateways that can be asked."""

    def registered(self) -> Registered:
        """Return what they register for the worker, /health and /metrics."""
        return Registered(
            handlers={
                jobs.DELIVER: self.dispatcher.deliver,
                jobs.DELIVER_LARGE: self.dispatcher.deliver,
                plan_jobs.GO_ON: self.plans.go_on,
                READ_STAFF_NUMBERS: self.own_phones.read_again,
            },
            sweeps={"notifications.forget_reports": (3600.0, self.dispatcher.forget_early_reports)},
            checks={
                channel.value: self.backlog.checked(channel, Seldom(check, _ASKED_EVERY))
                for channel, check in self.gateways.items()
            },
            gauges={
                f"bedside_{name}_{channel.value}": Gauge(text, partial(read, channel))
                for channel in (Channel.EMAIL, Channel.SMS, Channel.PUSH)
                for name, text, read in (
                    ("messages_waiting", "Messages that have not left yet.", self._waiting),
                    ("messages_oldest_seconds", "Age of the oldest of them.", self._oldest),
                    ("messages_failed", "Messages of a day that did not leave.", self._failed),
                )
            },
        )

    async def _waiting(self, channel: Channel) -> float:
        return (await self.backlog.waiting(channel))[0]

    async def _oldest(self, channel: Channel) -> float:
        return (await self.backlog.waiting(channel))[1] / clock.SECOND

    async def _failed(self, channel: Channel) -> float:
        return await self.backlog.failed(channel)


def notifications_of(base: Base, people: PeopleParts, children: Children) -> NotificationParts:
    """Make messages to patients, alerts to staff, and their gateways. `children` read mail that
    comes back."""
    settings, database, vault, audit = base.settings, base.database, base.vault, base.audit.log
    devices = PushDevices(database, vault, audit, internal=settings.internal_push_services)
    app_devices = AppDevices(database, vault, internal=settings.internal_push_services)
    keys, book = PushKeys(database, vault), BothBooks(devices, app_devices)
    gateways, local, checks = gateways_of(settings, book, keys, References(database))
    recipients = CardAddresses(people.patients, people.clinics, settings.base_url)
    dispatcher = Dispatcher(database, vault, audit, gateways, recipients, local)
    alerts = StaffAlerts(database, vault, audit, devices, dispatcher, settings.base_url)
    plans = MessagePlans(
        database,
        vault,
        audit,
        people.clinics,
        people.patients,
        dispatcher,
        StepMaker(vault, people.clinics, TextLimits(people.throttle), settings.base_url),
    )
    reports_to = settings.base_url + callbacks.PATH
    return NotificationParts(
        dispatcher=dispatcher,
        messages=Messages(database, vault, base.audit.looks, people.patients),
        sms_reports=SmsReports(dispatcher, reports_to, settings.twilio_token),
        staff_alerts=alerts,
        own_phones=OwnPhones(database, vault, audit, people.clinics, people.throttle, dispatcher),
        push_devices=devices,
        push_keys=keys,
        trials=Trials(database, people.throttle, dispatcher),
        bounces=Bounces(dispatcher, ChildReports(children), settings.mail_bounces_token),
        plans=plans,
        app_devices=app_devices,
        on_devices=OnDevices(database, dispatcher, app_devices),
        plan_tasks=PlanTasks(
            database, audit, people.patients, plans, Outlook(people.patients, plans)
        ),
        code_alerts=CodeAlerts(people.clinics, people.staff, alerts),
        backlog=Backlog(database),
        gateways=checks,
    )
