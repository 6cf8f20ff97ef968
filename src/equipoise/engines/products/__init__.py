"""What is in a product: amounts with their limits of quantitation, limits at a daily amount, and the spread between products.

For a reader with a certificate: make :class:`Content` of each line, a :class:`Product` of them, and ask ``judge(product, limit,
intake=Intake(grams=6))``; the :class:`Judgement` says within, above, or cannot tell and why. For a product without one:
``distribution([...]).draws(rng, size)``.
"""

from equipoise.engines.products.contents import (
    MOIST,
    Content,
    amount,
    at_least,
    by_weight,
    fraction,
    total,
    total_disagrees,
)
from equipoise.engines.products.distributions import (
    SIGMA_SCALE,
    Distribution,
    Evidence,
    Exceedances,
    Moments,
    Ranked,
    Values,
    distribution,
)
from equipoise.engines.products.limits import (
    AbsenceLimit,
    ContentLimit,
    DailyLimit,
    FractionLimit,
    Intake,
    Judgement,
    Limit,
    Product,
    Verdict,
    Why,
    by_which_weight,
    judge,
    judgements,
)
from equipoise.values.amounts import PERS, Bounds, Per, Unit
from equipoise.values.analytes import ALKALOIDS, TOTAL

__all__ = [
    "ALKALOIDS",
    "MOIST",
    "PERS",
    "SIGMA_SCALE",
    "TOTAL",
    "AbsenceLimit",
    "Bounds",
    "Content",
    "ContentLimit",
    "DailyLimit",
    "Distribution",
    "Evidence",
    "Exceedances",
    "FractionLimit",
    "Intake",
    "Judgement",
    "Limit",
    "Moments",
    "Per",
    "Product",
    "Ranked",
    "Unit",
    "Values",
    "Verdict",
    "Why",
    "amount",
    "at_least",
    "by_weight",
    "by_which_weight",
    "distribution",
    "fraction",
    "judge",
    "judgements",
    "total",
    "total_disagrees",
]
