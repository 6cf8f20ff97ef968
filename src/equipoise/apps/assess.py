"""``equipoise assess CASE.yaml``: what is known that bears on one person. What it needs is imported when it is called."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from equipoise.apps.options import AsOf, Folder, Json, one_of
from equipoise.apps.terminal import progress, reading, refuse, stop

if TYPE_CHECKING:
    from equipoise.documents.desk import Desk
    from equipoise.intake.certificate import Certificate
    from equipoise.records.case import Case

FORMATS = ("text", "json", "html", "pdf")
READERS = ("person", "clinician")
LARGEST_CASE = 1_000_000
"""Bytes of a case file."""
_NONE = "nothing was answered"


def _case(path: Path) -> "Case":
    """The case of a file, YAML or JSON; the command ends with its faults, if any."""
    import json

    from equipoise.records import text as yaml_text
    from equipoise.records.reader import read_case

    name = path.name
    try:
        if path.stat().st_size > LARGEST_CASE:
            stop(f"{path}: has more than {LARGEST_CASE:,} bytes; should be a case. {_NONE.capitalize()}.")
    except OSError as refused:
        stop(f"{path}: cannot be opened ({refused.strerror}); should be a case as YAML or JSON.")
    written, faults = yaml_text.decoded(path, name)
    data: Any = None
    if written is not None and path.suffix.lower() == ".json":
        try:
            data = json.loads(written)
        except (json.JSONDecodeError, RecursionError) as refused:
            line = getattr(refused, "lineno", 1)
            stop(f"{name}:{line}: is not JSON ({getattr(refused, 'msg', 'nests too deeply')}); should be a case.")
    elif written is not None:
        root, faults = yaml_text.compose(written, name)
        if root is not None:
            data, faults = yaml_text.plain(root, written, name)
    if faults:
        for fault in faults:
            typer.echo(str(fault), err=True)
        raise typer.Exit(1)
    case, wrong = read_case(data)
    if case is None:
        _refuse(name, wrong)
    return case


def _refuse(name: str, faults: Any) -> NoReturn:
    told = [f"{name}: {field}: {message}" if field else f"{name}: {message}" for field, message in faults]
    refuse(told, f"in the case; {_NONE}")


def _certificate(case: "Case", beside: Path) -> "Certificate | None":
    """The lab certificate of a case: its text, or the file that it names beside it."""
    from equipoise.intake.certificate import CertificateError, certificate_of, read_certificate

    report = case.certificate
    if report is None:
        return None
    if (report.file is None) is (report.text is None):
        stop(f"certificate: has {'both' if report.file else 'neither'}; should have a text or a file. {_NONE.capitalize()}.")
    try:
        if report.file is not None:
            return read_certificate(beside / report.file)
        return certificate_of((report.text or "").encode(), f"certificate.{report.form or 'csv'}")
    except CertificateError as refused:
        for fault in refused.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(1) from None


def _desk(named: Path | None, day: date) -> "Desk":
    from equipoise.documents.desk import desk
    from equipoise.intake.medicine_names import unii_names
    from equipoise.records import places
    from equipoise.records.rules import sound

    folder, chapters = places.folders(named)
    with reading(folder, f"in the evidence; {_NONE}"):
        evidence = sound(folder, chapters, day)
        asking = [topic for topic in evidence.topics.values() if topic.assessment is not None]
        if len(asking) != 1:
            stop(f"{folder}: has {len(asking)} topics with an assessment; should have one.")
        return desk(evidence, asking[0], day, unii_names(), many=False)


def assess(
    case: Annotated[
        Path, typer.Argument(metavar="CASE", help="The case: .yaml or .json, as docs/assessment.md shows.", show_default=False)
    ],
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")] = "text",
    reader: Annotated[str, typer.Option("--for", metavar="READER", help="In words for a person or a clinician.")] = "person",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write it there; needed for pdf.", show_default=False)
    ] = None,
    as_json: Json = False,
    evidence: Folder = None,
    as_of: AsOf = None,
) -> None:
    """What is known that bears on one person: medicines, illnesses, intake, product, law, and what to ask.

    Everything in a case is optional, and each thing that is given is answered by name. It proposes no intake and tells nobody
    to start or stop anything. Nothing is sent or kept.
    """
    wanted = "json" if as_json else one_of(form, FORMATS, "--format")
    words = one_of(reader, READERS, "--for")
    if wanted == "pdf" and out is None:
        raise typer.BadParameter("--format pdf needs --out FILE.pdf")
    if out is not None and out.resolve() == case.resolve():
        raise typer.BadParameter("--out is the case itself; should be another file")
    asked = _case(case)
    certificate = _certificate(asked, case.parent)
    from equipoise.apps.clock import today
    from equipoise.documents.assessment import CaseError
    from equipoise.documents.assessment import assess as answered

    with progress() as step:
        step("Reading the evidence")
        held = _desk(evidence, as_of or today())
        try:
            answer = answered(held, asked, certificate)
        except CaseError as refused:
            _refuse(case.name, refused.faults)
    content = _written(answer, wanted, words)
    if out is None:
        typer.echo(content.decode(), nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as fault:
        stop(f"{out} cannot be written: {fault.strerror or fault}.")


def _written(answer: Any, wanted: str, words: Any) -> bytes:
    from equipoise.outputs.assessment import assessment_json, assessment_text

    if wanted == "json":
        return assessment_json(answer).encode()
    if wanted == "text":
        return assessment_text(answer, words).encode()
    if wanted == "html":
        from equipoise.outputs.assessment_page import assessment_page

        return assessment_page(answer, words).encode()
    from equipoise.outputs.assessment_sheet import assessment_sheet

    return assessment_sheet(answer)
