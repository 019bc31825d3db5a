"""The part of a request's sealed content that belongs to summaries of visits."""

from dataclasses import dataclass

from bedside.requests.records import Content

KEY = "summary"
PREFIX = "sum"


@dataclass(frozen=True, slots=True)
class SummaryDetails:
    """The visit, when it began, and the words of the person writing."""

    visit_id: str
    visited_at: int
    text: str

    @classmethod
    def of(cls, content: Content) -> "SummaryDetails":
        """Read them from what was sealed."""
        return cls(**content.details)
