"""The people of the demonstration. None of them exists."""

from dataclasses import dataclass
from datetime import date

from bedside.people.roles import Role

PASSWORD = "bedside demo"


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff. `groups` are names of rooms and teams."""

    name: str
    email: str
    role: Role
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clinic:
    """A clinic with its people and groups. `owners` maps the name of a personal room to its
    owner's e-mail address."""

    name: str
    phone: str
    rooms: tuple[str, ...]
    teams: tuple[str, ...]
    colleagues: tuple[Colleague, ...]
    owners: dict[str, str]


RIVERSIDE = Clinic(
    "Riverside Clinic",
    "+46 8 555 01 00",
    ("Dr Okafor’s room", "Minor injuries"),
    ("Family practice", "Diabetes team"),
    (
        Colleague(
            "Dr Amara Okafor",
            "amara.okafor@riverside.example",
            Role.CLINICIAN,
            ("Dr Okafor’s room", "Minor injuries", "Family practice"),
        ),
        Colleague(
            "Dr Jonas Meyer",
            "jonas.meyer@riverside.example",
            Role.CLINICIAN,
            ("Minor injuries", "Diabetes team"),
        ),
        Colleague(
            "Nurse Elin Berg",
            "elin.berg@riverside.example",
            Role.CLINICIAN,
            ("Minor injuries", "Diabetes team", "Family practice"),
        ),
        Colleague(
            "Sam Patel",
            "sam.patel@riverside.example",
            Role.STAFF,
            ("Dr Okafor’s room", "Minor injuries", "Family practice", "Diabetes team"),
        ),
        Colleague(
            "Lucía Fernández",
            "lucia.fernandez@riverside.example",
            Role.STAFF,
            ("Minor injuries", "Family practice"),
        ),
        Colleague("Ingrid Solberg", "ingrid.solberg@riverside.example", Role.ADMINISTRATOR, ()),
    ),
    {"Dr Okafor’s room": "amara.okafor@riverside.example"},
)

HILLTOP = Clinic(
    "Hilltop Practice",
    "+44 20 7946 0101",
    ("Dr Shah’s room",),
    ("Everyone",),
    (
        Colleague(
            "Dr Priya Shah",
            "priya.shah@hilltop.example",
            Role.CLINICIAN,
            ("Dr Shah’s room", "Everyone"),
        ),
        Colleague("Tom Fletcher", "tom.fletcher@hilltop.example", Role.STAFF, ("Everyone",)),
        Colleague("Grace Obi", "grace.obi@hilltop.example", Role.ADMINISTRATOR, ("Everyone",)),
    ),
    {"Dr Shah’s room": "priya.shah@hilltop.example"},
)


@dataclass(frozen=True, slots=True)
class PatientOfDemo:
    """A patient. `group` is the room or team whose people see the chart."""

    name: str
    born: date
    pronouns: str
    language: str
    group: str


_RIVERSIDE_PATIENTS = """
Maya Lindqvist|1991-03-14|she/her|en|Dr Okafor’s room
José Ramírez|1968-07-02|he/him|es|Dr Okafor’s room
Thi Nguyen|1984-11-23|she/her|en|Minor injuries
Edith Brown|1939-05-30|she/her|en|Dr Okafor’s room
Kofi Asante|1995-01-09|he/him|en|Minor injuries
Hannah Weiss|1977-09-18|she/her|de|Family practice
Olivier Marchand|1959-12-04|he/him|fr|Family practice
Aisha Rahman|2001-04-27|she/her|en|Minor injuries
Lars Nyström|1948-02-11|he/him|en|Diabetes team
Ana Sofia Pereira|1988-08-06|she/her|en|Family practice
Mateusz Kowalczyk|1973-10-15|he/him|en|Diabetes team
Fatima Zahra Idrissi|1990-06-21|she/her|fr|Dr Okafor’s room
Liam O’Connor|2012-03-03|he/him|en|Family practice
Siobhán Murphy|1981-12-29|she/her|en|Dr Okafor’s room
Yuki Tanaka|1999-05-05|they/them|en|Minor injuries
Giulia Romano|1965-01-31|she/her|en|Diabetes team
Björn Åkesson|1955-07-19|he/him|en|Diabetes team
Chloé Dubois|2008-09-09|she/her|fr|Family practice
Samuel Adeyemi|1986-02-24|he/him|en|Dr Okafor’s room
Zofia Nowak|1970-11-11|she/her|en|Minor injuries
Viktor Petrov|1944-08-28|he/him|en|Diabetes team
Camila Torres|1997-10-02|she/her|es|Family practice
Noah Lindgren|2016-06-13|he/him|en|Family practice
Elif Yıldız|1983-04-16|she/her|de|Dr Okafor’s room
Gustav Eriksson|1951-03-22|he/him|en|Diabetes team
Nadia Haddad|1992-12-12|she/her|fr|Minor injuries
Oscar Holm|2004-01-20|he/him|en|Minor injuries
Ruth Goldberg|1936-09-01|she/her|en|Dr Okafor’s room
Mei Ling Chen|1979-05-17|she/her|en|Diabetes team
Daniel Osei|1989-07-30|he/him|en|Family practice
Freja Sørensen|2010-02-08|she/her|en|Family practice
Paul Schneider|1962-06-26|he/him|de|Diabetes team
Amélie Laurent|1994-10-24|she/her|fr|Dr Okafor’s room
Ibrahim Diallo|1975-03-07|he/him|fr|Minor injuries
Astrid Johansson|1947-11-05|she/her|en|Family practice
Carlos Medina|1985-08-14|he/him|es|Diabetes team
Leila Hosseini|2000-12-01|she/her|en|Minor injuries
Emil Larsen|1969-04-09|he/him|en|Dr Okafor’s room
Wanda Zielińska|1953-01-26|she/her|en|Diabetes team
Tariq Aziz Khan|1998-09-15|he/him|en|Family practice
"""

_HILLTOP_PATIENTS = """
Harriet Jones|1972-02-02|she/her|en|Everyone
Dylan Price|1990-06-06|he/him|en|Everyone
Maya Lindqvist|1985-08-19|she/her|en|Everyone
Owen Blackwood|1958-10-10|he/him|en|Dr Shah’s room
"""


def _read(lines: str) -> tuple[PatientOfDemo, ...]:
    people: list[PatientOfDemo] = []
    for line in lines.strip().splitlines():
        name, born, pronouns, language, group = line.split("|")
        people.append(PatientOfDemo(name, date.fromisoformat(born), pronouns, language, group))
    return tuple(people)


PATIENTS = {RIVERSIDE.name: _read(_RIVERSIDE_PATIENTS), HILLTOP.name: _read(_HILLTOP_PATIENTS)}
