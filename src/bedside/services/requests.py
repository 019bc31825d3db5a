"""Requests: what a clinic asks patients for, and their answers."""

from dataclasses import dataclass

from bedside.requests.app_invitations.sending import AppInvitations
from bedside.requests.faces import RequestFaces
from bedside.requests.forms.answers import FormAnswers
from bedside.requests.forms.staff import FormRequests
from bedside.requests.in_app import RequestsInApp
from bedside.requests.invitations.sending import InvitationRequests
from bedside.requests.kinds import RequestKinds
from bedside.requests.links_again import LinksAgain
from bedside.requests.lists import RequestLists
from bedside.requests.lost_links import LostLinks
from bedside.requests.photos.answers import PhotoAnswers
from bedside.requests.photos.sending import PhotoRequests
from bedside.requests.service import Requests
from bedside.requests.summaries.patient import SummaryReading
from bedside.requests.summaries.staff import VisitSummaries
from bedside.requests.telling import Telling


@dataclass(frozen=True, slots=True)
class RequestServices:
    """`services.requests`."""

    all: Requests
    """The services common to every kind."""
    faces: RequestFaces
    lists: RequestLists
    in_app: RequestsInApp
    lost: LostLinks
    again: LinksAgain
    kinds: RequestKinds
    telling: Telling
    invitations: InvitationRequests
    photos: PhotoRequests
    answers: PhotoAnswers
    """Of photo requests, on the patient's side."""
    app_invitations: AppInvitations
    summaries: VisitSummaries
    reading: SummaryReading
    """Of summaries, on the patient's side."""
    forms: FormRequests
    filling: FormAnswers
    """Of forms, on the patient's side."""
