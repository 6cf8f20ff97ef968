"""Names of analytes that more than one engine and the readers of certificates count with."""

ALKALOIDS = (
    "mitragynine",
    "7-hydroxymitragynine",
    "mitragynine-pseudoindoxyl",
    "speciogynine",
    "speciociliatine",
    "mitraciliatine",
    "paynantheine",
    "isopaynantheine",
    "corynantheidine",
    "mgm-15",
    "mgm-16",
)
"""What a sum of alkaloids counts where it was measured."""

TOTAL = "total-alkaloids"
