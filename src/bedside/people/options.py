"""Options that an administrator can set for a clinic. Each domain declares its own; all of them
are stored in one JSON object of the clinic, by name."""

from pydantic import BaseModel, ConfigDict

MB = 1_000_000


class Options(BaseModel):
    """Options of one domain, with their defaults and bounds. As an argument of `Clinics.change` it
    means the options that were passed to its constructor, and no others."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def bounds(cls, name: str) -> tuple[int, int]:
        """Return the minimum and maximum of an option, in the stored unit."""
        limits = cls.model_fields[name].metadata
        least = next(limit.ge for limit in limits if hasattr(limit, "ge"))
        most = next(limit.le for limit in limits if hasattr(limit, "le"))
        return least, most
