"""The law of a place, at an instant, for a product and an action, as far as it was known on a day.

For a reader with a question about policy: make norms (:class:`Norm`) and a :class:`Place`, and ask
``judge(norms, Query(place=..., product=Product(kind="leaf"), action="possess", on=day, known_on=day))``.
The :class:`Judgement` has the verdict, the norms behind it, what is upcoming, who says otherwise, and how old the knowledge is.
``docs/law.md`` tells the rules and shows questions that the whole register answers.
"""

from equipoise.engines.law.amounts import Limit
from equipoise.engines.law.answers import (
    FIRM,
    VERDICTS,
    Answer,
    Condition,
    Dispute,
    Judgement,
    Query,
    Upcoming,
    Verdict,
)
from equipoise.engines.law.changes import Change, changes
from equipoise.engines.law.judging import Book, State, dated, judge, reaches
from equipoise.engines.law.norms import ACTIONS, GRADES, Absence, Claim, Norm, Place, Window, minute
from equipoise.engines.law.products import KINDS, Predicate, Product
from equipoise.engines.law.routes import Segment, route
from equipoise.values.amounts import Amount, Bounds, mass

__all__ = [
    "ACTIONS",
    "FIRM",
    "GRADES",
    "KINDS",
    "VERDICTS",
    "Absence",
    "Amount",
    "Answer",
    "Book",
    "Bounds",
    "Change",
    "Claim",
    "Condition",
    "Dispute",
    "Judgement",
    "Limit",
    "Norm",
    "Place",
    "Predicate",
    "Product",
    "Query",
    "Segment",
    "State",
    "Upcoming",
    "Verdict",
    "Window",
    "changes",
    "dated",
    "judge",
    "mass",
    "minute",
    "reaches",
    "route",
]
