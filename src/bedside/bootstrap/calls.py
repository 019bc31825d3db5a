"""Parts of calls."""

from bedside.bootstrap.visits import VisitParts


class CallParts(VisitParts):
    """With calls and what is in them."""
