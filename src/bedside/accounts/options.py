"""A clinic's options for the patient's app."""

from pydantic import Field

from bedside.people.options import Options


class AccountOptions(Options):
    """Options of accounts. The ages are those at which what a proxy sees of a child changes."""

    app_idle_days: int = Field(default=90, ge=1, le=400)
    """Days after which a device that nobody used has to sign in again."""
    child_until: int = Field(default=12, ge=0, le=21)
    """The age from which parents see a young person's record in part."""
    adult_from: int = Field(default=18, ge=12, le=25)
    """The age at which a parent's access ends."""
    proxy_months: int = Field(default=18, ge=1, le=120)
    """Months after which an adult's proxy ends, unless the patient renews it."""
