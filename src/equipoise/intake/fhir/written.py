"""Names of medicines as records write them: ``24 HR venlafaxine 75 MG Extended Release Oral Capsule [Effexor]``.

RxNorm names a product by its ingredients with their strengths, parted by a stroke, then the form, then the brand in square
brackets. So what stands before a strength is an ingredient, without any guess at what it may mean. Lists of orders write
``buPROPion XL (WELLBUTRIN XL) 150 mg tablet`` and ``OXYCODONE-ACETAMINOPHEN 5-325 MG TABS``: the brand in round brackets, and
ingredients and strengths parted by hyphens. A hyphen may also stand within a name, so that is parted by who knows the names.
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
_STRENGTH = re.compile(r"\s\(?\d[\d.,]*(?:-\d[\d.,]*)*\s*(?:MG|MCG|UG|UNT|MEQ|ML|G|IU|MMOL|%)\b.*$", re.IGNORECASE | re.DOTALL)
_AMOUNT = re.compile(
    r"(?<![\w.])\d[\d.,]{0,12}\s{0,2}-?\s{0,2}"
    r"(?:mg|mgs|milligrams?|mcg|micrograms?|ug|µg|μg|g|gm|grams?|ml|iu|units?|unt|meq|mmol|capsules?|tablets?|teaspoons?|%)"
    r"(?:/(?:\d[\d.,]*\s*)?[a-z]+)?(?!\w)",
    re.IGNORECASE,
)
_BEHIND = re.compile(r"\(([^()]{2,80})\) ?$")
_MOST = 20
"""Ingredients of one product."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A product's name taken apart: what stands before each strength, and brands in brackets behind it."""

    ingredients: tuple[str, ...]
    brands: tuple[str, ...]


def written(name: str) -> Written | None:
    """A product's name taken apart; None where not every part of it has a strength."""
    name = " ".join(name.split())
    parts = _BRAND.sub(" ", name).split(" / ")
    if len(parts) > _MOST:
        return None
    found: list[str] = []
    brands = [one.strip() for one in _BRAND.findall(name)]
    for part in parts:
        whole = _FRONT.sub("", part.strip())
        cut = _STRENGTH.sub("", whole)
        if cut == whole or not cut.strip(" ({"):
            return None
        brand = _BEHIND.search(cut)
        if brand is not None and brand.start():
            cut = cut[: brand.start()]
            brands.append(brand[1].strip())
        found.append(cut.strip(" ({"))
    return Written(ingredients=tuple(dict.fromkeys(found)), brands=tuple(brands))


def bare(name: str) -> str:
    """A name without amounts, of one line."""
    return " ".join(_AMOUNT.sub(" ", name).split()).strip(" /,-")
