"""The kinds of people at the door, and what each kind of route answers them."""

from enum import StrEnum


class Kind(StrEnum):
    """Somebody at the door. The requested things belong to clinic A."""

    ANONYMOUS = "anonymous"
    PATIENT_A = "patient A's device"
    PATIENT_B = "patient B's device"
    EXPIRED = "expired link"
    REVOKED = "revoked link"
    LOCKED = "locked link"
    VISITOR = "the visitor's device"
    """Of the patient in a call."""
    VISITOR_B = "another visitor's device"
    """Of a patient waiting in the same room."""
    GUEST = "guest"
    """Admitted to that call."""
    ACCOUNT = "patient A, signed in to the app"
    ACCOUNT_B = "patient B, signed in to the app"
    PENDING = "half signed in"
    """The password was right, the second factor is missing."""
    UNASSIGNED = "staff without assignment"
    NEXT_DOOR = "staff of another clinic"
    NEXT_DOOR_ADMINISTRATOR = "administrator of another clinic"
    ADMINISTRATOR_UNASSIGNED = "administrator without assignment"
    WRONG_ROLE = "wrong role"
    """A receptionist who sees all patients, for what only administrators may do."""
    RIGHT = "right person"


ACCOUNTS = frozenset({Kind.ACCOUNT, Kind.ACCOUNT_B})
DEVICES = frozenset(
    {
        *ACCOUNTS,
        Kind.PATIENT_A,
        Kind.PATIENT_B,
        Kind.EXPIRED,
        Kind.REVOKED,
        Kind.LOCKED,
        Kind.VISITOR,
        Kind.VISITOR_B,
        Kind.GUEST,
    }
)
OUTSIDE = frozenset({Kind.ANONYMOUS, *DEVICES})
"""None of these is signed in as staff."""
ELSEWHERE = frozenset({Kind.NEXT_DOOR, Kind.NEXT_DOOR_ADMINISTRATOR})
ADMINISTRATORS = frozenset({Kind.ADMINISTRATOR_UNASSIGNED, Kind.NEXT_DOOR_ADMINISTRATOR})
STAFF = frozenset({Kind.UNASSIGNED, Kind.WRONG_ROLE, Kind.RIGHT, *ELSEWHERE, *ADMINISTRATORS})


class Outcome(StrEnum):
    """The answer that somebody gets."""

    IN = "in"
    SIGN_IN = "to the sign-in"
    SIGN_IN_TO_APP = "to the sign-in of the app"
    UNFINISHED = "to the missing step of the sign-in"
    STRANGER = "401"
    FORBIDDEN = "403"
    MISSING = "404"
    GONE = "410"


class Access(StrEnum):
    """The access that a route needs."""

    OPEN = "nothing"
    STAFF = "a signed-in person; answers with what that person may see"
    OWN = "the signed-in person whose thing it is"
    CHART = "an assignment to the patient"
    ADMINISTRATOR = "an administrator; answers for their own clinic"
    ADMINISTRATOR_OF = "an administrator of the clinic that the id belongs to"
    LINK = "the secret of a link"
    LINK_PAGE = "the secret of a link, in the cookie of its page"
    DEVICE = "a device that was let in by the link of this request"
    ROOM = "being in charge of the room"
    CALL = "staff who take part in the call"
    VISITOR = "the device of this visit"
    GUEST = "the device of this guest"
    ACCOUNT = "somebody signed in to the app; answers with what is theirs"
    APP = "somebody signed in to the app who may use this patient's side"
    INVITATION = "the secret of an invitation to a call"
    DOOR = "that secret, in the cookie of its page"
    STEP = "a sign-in under way"
    API = "as STAFF, for programs"
    API_ROOM = "as ROOM, for programs"
    API_CHART = "as CHART, for programs"
    API_ADMINISTRATOR = "as ADMINISTRATOR, for programs"


FOR_PROGRAMS = frozenset({Access.API, Access.API_ROOM, Access.API_CHART, Access.API_ADMINISTRATOR})
BY_LINK = frozenset(
    {
        Access.LINK,
        Access.LINK_PAGE,
        Access.DEVICE,
        Access.VISITOR,
        Access.GUEST,
        Access.INVITATION,
        Access.DOOR,
    }
)
"""Routes without sign-in."""
IN_APP = frozenset({Access.ACCOUNT, Access.APP})
_FOR_ADMINISTRATORS = frozenset(
    {Access.ADMINISTRATOR, Access.ADMINISTRATOR_OF, Access.API_ADMINISTRATOR}
)
_FOR_CHARTS = frozenset(
    {Access.CHART, Access.API_CHART, Access.ROOM, Access.API_ROOM, Access.OWN, Access.CALL}
)
_OWN = frozenset({Access.OWN, Access.CALL})


def right_kind(access: Access) -> Kind:
    """Return the kind of person with the right access; mostly an administrator who is assigned to
    all patients."""
    by_access = {
        Access.LINK: Kind.PATIENT_A,
        Access.LINK_PAGE: Kind.PATIENT_A,
        Access.DEVICE: Kind.PATIENT_A,
        Access.VISITOR: Kind.VISITOR,
        Access.GUEST: Kind.GUEST,
        Access.ACCOUNT: Kind.ACCOUNT,
        Access.APP: Kind.ACCOUNT,
        Access.INVITATION: Kind.GUEST,
        Access.DOOR: Kind.GUEST,
        Access.STEP: Kind.PENDING,
    }
    return by_access.get(access, Kind.RIGHT)


def outcome(access: Access, kind: Kind) -> Outcome:
    """Return what a route of this access answers this kind of person, unless its row says
    otherwise."""
    in_the_app = access is Access.DEVICE and kind is Kind.ACCOUNT  # who needs no link
    if kind is right_kind(access) or access is Access.OPEN or in_the_app:
        return Outcome.IN
    if access in BY_LINK | IN_APP:
        return _by_link(access, kind)
    if kind in OUTSIDE:
        return Outcome.STRANGER if access in FOR_PROGRAMS else Outcome.SIGN_IN
    if kind is Kind.PENDING:
        return Outcome.STRANGER if access in FOR_PROGRAMS else Outcome.UNFINISHED
    if access is Access.STEP:
        return Outcome.SIGN_IN
    return _for_staff(access, kind)


def _in_app(access: Access, kind: Kind) -> Outcome:
    if kind not in ACCOUNTS:
        return Outcome.SIGN_IN_TO_APP
    return Outcome.IN if access is Access.ACCOUNT else Outcome.MISSING


def _by_link(access: Access, kind: Kind) -> Outcome:
    if access in IN_APP:
        return _in_app(access, kind)
    if access in (Access.VISITOR, Access.GUEST, Access.DOOR):
        return Outcome.STRANGER
    if access is Access.INVITATION:
        return Outcome.MISSING
    if kind in (Kind.EXPIRED, Kind.REVOKED):
        return Outcome.GONE
    if access is Access.DEVICE or (access is Access.LINK_PAGE and kind is not Kind.LOCKED):
        return Outcome.STRANGER
    return Outcome.FORBIDDEN if kind is Kind.LOCKED else Outcome.MISSING


def _for_staff(access: Access, kind: Kind) -> Outcome:
    if access in _FOR_CHARTS:
        # every role may see charts, so this person has the right one
        colleague = kind is Kind.WRONG_ROLE and access not in _OWN
        return Outcome.IN if colleague else Outcome.MISSING
    if access in _FOR_ADMINISTRATORS:
        if kind not in ADMINISTRATORS:
            return Outcome.FORBIDDEN
        stranger = kind is Kind.NEXT_DOOR_ADMINISTRATOR and access is Access.ADMINISTRATOR_OF
        return Outcome.MISSING if stranger else Outcome.IN
    return Outcome.IN
