"""Wires notifications."""

from dataclasses import dataclass

from bedside.bootstrap.base import Base
from bedside.bootstrap.gateways import gateways_of
from bedside.bootstrap.people import PeopleParts
from bedside.notifications import callbacks
from bedside.notifications import dispatcher as jobs
from bedside.notifications.callbacks import SmsReports
from bedside.notifications.code_alerts import CodeAlerts
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.own_phones import OwnPhones
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.push_keys import PushKeys
from bedside.notifications.staff_alerts import StaffAlerts
from bedside.services.notifications import NotificationServices
from bedside.services.registered import Registered


@dataclass(frozen=True, slots=True)
class NotificationParts(NotificationServices):
    """The notification services, with the listener for wrong codes."""

    code_alerts: CodeAlerts

    def registered(self) -> Registered:
        """Return what they register for the worker."""
        return Registered(handlers={jobs.DELIVER: self.dispatcher.deliver})


def notifications_of(base: Base, people: PeopleParts) -> NotificationParts:
    """Make messages to patients, alerts to staff, and their gateways."""
    settings, database, vault, audit = base.settings, base.database, base.vault, base.audit.log
    devices = PushDevices(database, vault, audit, internal=settings.internal_push_services)
    keys = PushKeys(database, vault)
    dispatcher = Dispatcher(database, vault, audit, *gateways_of(settings, devices, keys))
    alerts = StaffAlerts(database, vault, audit, devices, dispatcher, settings.base_url)
    reports_to = settings.base_url + callbacks.PATH
    return NotificationParts(
        dispatcher=dispatcher,
        messages=Messages(database, vault, base.audit.looks, people.patients),
        sms_reports=SmsReports(dispatcher, reports_to, settings.twilio_token),
        staff_alerts=alerts,
        own_phones=OwnPhones(database, vault, audit, people.throttle, dispatcher),
        push_devices=devices,
        push_keys=keys,
        code_alerts=CodeAlerts(people.clinics, people.staff, alerts),
    )
