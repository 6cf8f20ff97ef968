"""Studies of the register as CSV, JSON and BibTeX, for the reader's own tables and reference manager."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from equipoise.documents.explorer import Entry
from equipoise.documents.monograph import StudyEntry
from equipoise.outputs.plain import dumped, plain

COLUMNS = (
    "study", "title", "design", "frame", "countries", "conducted", "people", "population", "risk_of_bias", "checked",
    "outcome", "label", "among", "result", "measure", "value", "low", "high", "unit", "basis", "source", "at",
)  # fmt: skip
"""Of the CSV, which has a line for each outcome."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BIBTEX = {
    "article-journal": "article",
    "article-newspaper": "article",
    "book": "book",
    "chapter": "incollection",
    "paper-conference": "inproceedings",
    "report": "techreport",
    "thesis": "phdthesis",
}
_FIELDS = {"issue": "number", "volume": "volume", "year": "year", "pages": "pages", "publisher": "publisher", "doi": "doi"}
_SPECIAL = {sign: f"\\{sign}" for sign in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def studies_csv(studies: Iterable[StudyEntry]) -> str:
    """A line for each outcome; a cell that a spreadsheet would take for a formula begins with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for study in studies:
        held = (
            study.id, study.title, study.design, study.frame, study.countries, study.conducted, study.size,
            study.population, study.bias, study.checked,
        )  # fmt: skip
        for one in study.outcomes:
            number: tuple[object, ...] = ("", "", "", "", "")
            if one.estimate is not None:
                interval = one.estimate.interval
                ends = ("", "") if interval is None else (interval.low, interval.high)
                number = (one.estimate.measure, one.estimate.value, *ends, one.estimate.unit)
            cells = (*held, one.id, one.label, one.among, one.result, *number, one.basis, *one.source)
            writer.writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def studies_data(studies: Iterable[StudyEntry]) -> list[dict[str, Any]]:
    """Studies as dicts and lists."""
    return [plain(study) for study in studies]


def studies_json(studies: Iterable[StudyEntry]) -> str:
    """Studies as JSON, with all that the register says of them."""
    return dumped({"studies": studies_data(studies)})


def bibtex(entries: Sequence[Entry]) -> str:
    """Sources as BibTeX."""
    return "\n".join(_entry(entry) for entry in entries)


def _entry(entry: Entry) -> str:
    held = dict(entry.fields)
    kind = _BIBTEX.get(entry.kind, "misc")
    lines = [("author", " and ".join(_author(*name) for name in entry.authors)), ("title", f"{{{_tex(held['title'])}}}")]
    where = {"article": "journal", "incollection": "booktitle", "inproceedings": "booktitle"}.get(kind, "howpublished")
    lines.append((where, _tex(held.get("container", ""))))
    lines += [(name, _tex(held.get(field, ""))) for field, name in _FIELDS.items()]
    lines.append(("institution" if kind == "techreport" else "note", _tex(held.get("number", ""))))
    lines.append(("url", held.get("url", "").replace("{", "%7B").replace("}", "%7D")))
    body = "".join(f"  {name} = {{{text}}},\n" for name, text in lines if text)
    return f"@{kind}{{{entry.id},\n{body}}}\n"


def _author(family: str, given: str) -> str:
    return f"{_tex(family)}, {_tex(given)}" if given else f"{{{_tex(family)}}}"


def _tex(text: str) -> str:
    plainly = re.sub(r"\s+", " ", text)
    return "".join(_SPECIAL.get(sign, sign) for sign in plainly).replace("–", "--")
