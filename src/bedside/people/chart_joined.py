"""The error for a chart that is part of another one now."""

from bedside.errors import NotFound
from bedside.kernel.language import N_


class ChartJoined(NotFound):
    """The chart was joined with another one, `kept_id`, which this person may see. The edge leads
    there."""

    status = 409
    code = "chart_joined"
    sentence = N_(
        "This chart was joined with another chart of the same person. Nothing was changed just "
        "now. Open the patient again to go on."
    )

    def __init__(self, patient_id: str, kept_id: str) -> None:
        super().__init__()
        self.patient_id = patient_id
        self.kept_id = kept_id
