"""Parts of rooms and visits."""

from bedside.bootstrap.parts import Parts


class VisitParts(Parts):
    """With rooms, check-in, the waiting room and transfer."""
