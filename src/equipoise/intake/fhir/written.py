"""Names of medicines as records write them: ``24 HR venlafaxine 75 MG Extended Release Oral Capsule [Effexor]``.

RxNorm names a product by its ingredients with their strengths, parted by a stroke, then the form, then the brand in square
brackets. So what stands before a strength is an ingredient, without any guess at what it may mean.
"""

import re
from dataclasses import dataclass

_FRONT = re.compile(
    r"^(?:\W*\d+\s*\(\s*)?(?:(?:NDA\d+|Abuse-Deterrent|Osmotic|3-Bead|Biphasic|BX Rating|Matrix Delivery|Modified|PMDD|Sprinkle"
    r"|Smoking Cessation|\d[\d.,]*\s+(?:HR|ACTUAT|ML|MG|DAY|VIAL))\s+)*",
    re.IGNORECASE,
)
"""What stands before the first ingredient: how long, how much, how many in a pack, of which build or use."""
_BRAND = re.compile(r"\[([^\[\]]{2,80})\]")
_STRENGTH = re.compile(r"\s\(?\d[\d.,]*\s*(?:MG|MCG|UG|UNT|MEQ|ML|G|IU|MMOL|%)\b.*$", re.IGNORECASE | re.DOTALL)
_AMOUNT = re.compile(
    r"(?<![\w.])\d[\d.,]{0,12}\s{0,2}-?\s{0,2}"
    r"(?:mg|mgs|milligrams?|mcg|micrograms?|ug|µg|μg|g|gm|grams?|ml|iu|units?|unt|meq|mmol|capsules?|tablets?|teaspoons?|%)"
    r"(?:/(?:\d[\d.,]*\s*)?[a-z]+)?(?!\w)",
    re.IGNORECASE,
)
_MOST = 20
"""Ingredients of one product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A product's name taken apart: what stands before each strength, and brands in brackets."""

    ingredients: tuple[str, ...]
    brands: tuple[str, ...]


def written(name: str) -> Written | None:
    """A product's name taken apart; None where not every part of it has a strength."""
    parts = re.split(r"\s/\s", _BRAND.sub(" ", name))
    if len(parts) > _MOST:
        return None
    found = []
    for part in parts:
        whole = _FRONT.sub("", part.strip())
        cut = _STRENGTH.sub("", whole)
        if cut == whole or not cut.strip(" ({"):
            return None
        found.append(cut.strip(" ({"))
    return Written(ingredients=tuple(dict.fromkeys(found)), brands=tuple(one.strip() for one in _BRAND.findall(name)))


def bare(name: str) -> str:
    """A name without amounts, of one line."""
    return " ".join(_AMOUNT.sub(" ", name).split()).strip(" /,-")
