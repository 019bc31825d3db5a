"""Requests: what a clinic asks patients for, and their answers."""

from dataclasses import dataclass

from bedside.requests.lists import RequestLists
from bedside.requests.photo_requests import PhotoRequests
from bedside.requests.photos.answers import PhotoAnswers


@dataclass(frozen=True, slots=True)
class RequestServices:
    """`services.requests`."""

    photos: PhotoRequests
    answers: PhotoAnswers
    lists: RequestLists
