"""Notifications: messages to patients, alerts to staff, and their gateways."""

from dataclasses import dataclass

from bedside.notifications.bounces import Bounces
from bedside.notifications.callbacks import SmsReports
from bedside.notifications.dispatcher import Dispatcher
from bedside.notifications.messages import Messages
from bedside.notifications.own_phones import OwnPhones
from bedside.notifications.plans.devices import AppDevices
from bedside.notifications.plans.on_devices import OnDevices
from bedside.notifications.plans.service import MessagePlans
from bedside.notifications.plans.tasks import PlanTasks
from bedside.notifications.push_devices import PushDevices
from bedside.notifications.push_keys import PushKeys
from bedside.notifications.staff_alerts import StaffAlerts
from bedside.notifications.trials import Trials


@dataclass(frozen=True, slots=True)
class NotificationServices:
    """`services.notifications`."""

    dispatcher: Dispatcher
    messages: Messages
    sms_reports: SmsReports
    staff_alerts: StaffAlerts
    own_phones: OwnPhones
    push_devices: PushDevices
    push_keys: PushKeys
    trials: Trials
    plans: MessagePlans
    plan_tasks: PlanTasks
    bounces: Bounces
    app_devices: AppDevices
    on_devices: OnDevices
