"""The feature “telephone”."""

from bedside.audit import Action
from bedside.edge.feature import Feature, Sentence
from bedside.kernel.language import N_
from bedside.web.telephone import staff

feature = Feature(
    routes=(*staff.routes,),
    sentences={
        Action.VISIT_TELEPHONED: Sentence("phone", N_("{who} went on with {patient} by telephone")),
        Action.VISIT_TEXTED: Sentence("send", N_("{who} sent {patient} a text message")),
        Action.NUMBER_INVITED: Sentence(
            "send", N_("{who} sent the address of a waiting room to a number")
        ),
    },
    today={Action.VISIT_TELEPHONED: N_("{who} went on by telephone")},
)
