"""A laboratory's certificate of one product: CSV, JSON or the tables of a PDF to results, every fault with its file and place.

``docs/certificates.md`` documents the form. Only results and the weight of a serving are taken out of a file; the names of
clients, analysts and samples are not read into anything.
"""

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from equipoise.intake.certificate_cells import CellError, grams
from equipoise.intake.certificate_files import LARGEST, CertificateError, Found, Serving, content, found
from equipoise.intake.certificate_results import Result, contradictions, notes, result, too_much
from equipoise.intake.certificate_words import COLUMNS, MICROBES, MOISTURE, NOT_RECOGNISED, Basis, Form, Outcome, recognised
from equipoise.values.amounts import Unit

__all__ = [
    "COLUMNS",
    "LARGEST",
    "MICROBES",
    "MOISTURE",
    "NOT_RECOGNISED",
    "Basis",
    "Certificate",
    "CertificateError",
    "Form",
    "Outcome",
    "Result",
    "Unit",
    "certificate_of",
    "read_certificate",
    "recognised",
    "written_csv",
    "written_json",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """All lines of a certificate that hold a result. ``serving_g``: the weight of a serving where it says so.

    ``sha256`` is that of the bytes of ``file``. ``notes``: lines that were passed over, and a total that does not add up.
    """

    file: str
    results: tuple[Result, ...]
    serving_g: Decimal | None
    sha256: str
    notes: tuple[str, ...] = ()

    @property
    def not_recognised(self) -> tuple[str, ...]:
        """Names that are none of our analytes, as printed."""
        return tuple(one.printed for one in self.results if one.analyte == NOT_RECOGNISED)


def read_certificate(path: Path) -> Certificate:
    """Read a certificate from a ``.csv``, ``.json`` or ``.pdf`` file of 5 MB at most.

    Raises
    ------
    CertificateError
        What cannot be read or cannot be, each fault with its file and place: another encoding, no line of results, an unknown
        unit, a number that is none, below zero or above what a product can hold, lines that contradict each other.
    """
    return certificate_of(content(path), str(path))


def certificate_of(raw: bytes, file: str) -> Certificate:
    """The certificate in some bytes, of the kind that the name ``file`` ends in.

    Raises
    ------
    CertificateError
        As :func:`read_certificate`.
    """
    if len(raw) > LARGEST:
        raise CertificateError([f"{file}: has {len(raw):,} bytes; should be a certificate of {LARGEST:,} at most"])
    if not raw.strip():
        raise CertificateError([f"{file}: is empty; should be a certificate with a line for each analyte"])
    return _certificate(found(raw, Path(file)), file, hashlib.sha256(raw).hexdigest())


def written_csv(certificate: Certificate) -> str:
    """The certificate as CSV in our own form; read again it has the same results."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    if certificate.serving_g is not None:
        writer.writerow(["serving_g", certificate.serving_g])
    writer.writerow(COLUMNS)
    writer.writerows([list(_cells(one).values()) for one in certificate.results])
    return out.getvalue()


def written_json(certificate: Certificate) -> str:
    """The certificate as JSON in our own form, numbers as text so that no digit changes."""
    made: dict[str, Any] = {} if certificate.serving_g is None else {"serving_g": str(certificate.serving_g)}
    made["results"] = [{name: cell for name, cell in _cells(one).items() if cell} for one in certificate.results]
    return json.dumps(made, ensure_ascii=False, indent=2) + "\n"


_BASES: Mapping[Basis, str] = {"dry": " dry weight", "as-is": " as is", "not-said": ""}


def _cells(one: Result) -> dict[str, str]:
    number = "" if one.value is None else str(one.value)
    by = "" if one.uncertainty is None else f" ± {one.uncertainty}"
    sample = "" if one.sample_g is None else f" in {one.sample_g} g"
    said = {
        "measured": f"{number}{by}",
        "below": f"<{number}" if number else "<LOQ",
        "above": f">{number}",
        "not-detected": "ND",
        "detected": f"Detected{sample}",
        "absent": f"Absent{sample}",
        "no-result": "NT",
    }[one.outcome]
    bounds = {"loq": one.loq, "lod": one.lod}
    unit = "" if one.unit == "not-said" else "%" if one.unit == "percent" else one.unit
    return {
        "analyte": one.printed,
        "result": said,
        "unit": f"{unit}{_BASES[one.basis]}".strip(),
        **{name: "" if bound is None else str(bound) for name, bound in bounds.items()},
        "method": one.method,
        "limit": one.limit,
        "status": one.status,
    }


def _certificate(held: Found, file: str, sha256: str) -> Certificate:
    results: list[Result] = []
    faults: list[str] = []
    for row in held.rows:
        printed = row.cells.get("analyte", "")
        try:
            results.append(result(row))
        except CellError as fault:
            if fault.column in {"analyte", "line"} or recognised(printed) not in {NOT_RECOGNISED, MOISTURE}:
                faults.append(f"{row.place}: {fault.column}: {fault}")
            else:  # water activity, colour and the like have units of their own: named, and not in the way of the rest
                unread = Result(analyte=NOT_RECOGNISED, printed=printed, outcome="no-result", value=None, unit="not-said")
                results.append(replace(unread, place=row.place))
    serving_g, of_serving = _serving(held.servings)
    faults += of_serving
    faults += contradictions(results) + too_much(results, serving_g, file)
    if not faults and not results:
        faults.append(f"{file}: has no results; should have a line for each analyte")
    if faults:
        raise CertificateError(faults)
    said = tuple(notes(results, held.passed_over, file))
    return Certificate(file=file, results=tuple(results), serving_g=serving_g, sha256=sha256, notes=said)


def _serving(servings: Sequence[Serving]) -> tuple[Decimal | None, list[str]]:
    """The one weight that lines on a serving give, and what is wrong with them."""
    weights: dict[Decimal, str] = {}
    faults = []
    for place, cell in servings:
        try:
            weight = grams(cell)
        except CellError as fault:
            faults.append(f"{place}: {fault}")
            continue
        if weight is not None:
            others = [other for one, other in weights.items() if one != weight]
            faults += [f"{place}: a serving has {weight} g; contradicts {other}" for other in others]
            weights.setdefault(weight, place)
    return next(iter(weights), None), faults
