"""Pages: those of the site, and those that answer what somebody asks in the body of a request. Each works without script."""

import gzip
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from equipoise.apps.turns import in_turn
from equipoise.apps.web import questions
from equipoise.apps.web.given import Faults, Given, GivenError, clean, first, form_of
from equipoise.apps.web.house import House
from equipoise.apps.web.settings import WebSettings
from equipoise.documents.explorer import SORTS, Wanted, cited_by
from equipoise.documents.inputs import InputAnswer
from equipoise.outputs.assessment_page import answer_view
from equipoise.outputs.assessment_sheet import assessment_sheet
from equipoise.outputs.register import bibtex, studies_csv, studies_json
from equipoise.outputs.served import Form, file_type
from equipoise.records.gazetteer import NATIONS

HTML = "text/html; charset=utf-8"
_SMALL = 600
"""Bytes below which packing gains nothing."""
_PACKED = frozenset({".html", ".css", ".js", ".txt"})
_KEPT_BY_NAME = 86_400
"""Seconds for which a font may be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file of the site: its bytes, the same packed, and what tells a browser that it has it already."""

    raw: bytes
    packed: bytes | None
    kind: str
    tag: str
    seconds: int


def held(name: str, raw: bytes, *, kind: str, seconds: int) -> Held:
    """A file that is ready to be sent."""
    packs = len(raw) > _SMALL and any(name.endswith(ending) for ending in _PACKED)
    packed = gzip.compress(raw, 6, mtime=0) if packs else None
    return Held(raw=raw, packed=packed, kind=kind, tag=f'"{hashlib.sha256(raw).hexdigest()[:20]}"', seconds=seconds)


def sent(file: Held, request: Request) -> Response:
    """The file, packed where the browser takes it so; or that it has it already."""
    headers = {"ETag": file.tag, "Cache-Control": f"public, max-age={file.seconds}", "Vary": "Accept-Encoding"}
    if file.tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(file.packed, media_type=file.kind, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.raw, media_type=file.kind, headers=headers)


Answer = Callable[[Mapping[str, str], bytes | None, str], "Mapping[str, object]"]
"""Fields, the bytes of a file and the ending of its name to what a template shows; raises GivenError."""


class Pages:
    """The pages of one house."""

    def __init__(self, house: House, settings: WebSettings) -> None:
        self.house = house
        self.seconds = settings.page_seconds
        made = house.served
        self.files = {
            name: held(
                name,
                raw,
                kind=file_type(name),
                seconds=settings.page_seconds if name.endswith(".html") else _KEPT_BY_NAME if "/" in name else 3600,
            )
            for name, raw in made.files.items()
        }
        self.findings = {name: self._page(raw) for name, raw in made.findings.items()}
        self.about_page = self._page(made.page("app-about", "about", changes=house.changes).encode())
        self.places = sorted((spot.id, spot.name) for spot in house.desk.places.gazetteer.table(NATIONS).values())

    def _page(self, raw: bytes) -> Held:
        return held(".html", raw, kind=HTML, seconds=self.seconds)

    def add_to(self, app: FastAPI) -> None:
        """Give every page its address."""
        reading, asking = ["GET"], ["GET", "POST"]
        app.add_route("/", self.index, methods=reading)
        app.add_route("/about", self.about, methods=reading)
        app.add_route("/evidence", self.evidence, methods=reading)
        app.add_route("/evidence.{form}", self.evidence_file, methods=reading)
        app.add_route("/findings/{id}", self.finding, methods=reading)
        app.add_route("/interactions", self.interactions, methods=asking)
        app.add_route("/law", self.law, methods=asking)
        app.add_route("/product", self.product, methods=asking)
        app.add_route("/exposure", self.exposure, methods=asking)
        app.add_route("/assessment", self.assessment, methods=asking)
        app.add_route("/assessment.pdf", self.sheet, methods=["POST"])
        app.add_route("/fonts/{name}", self.font, methods=reading)
        app.add_route("/{name}", self.file, methods=reading)

    # What nobody typed into.

    async def index(self, request: Request) -> Response:
        """The first page."""
        return sent(self.files["index.html"], request)

    async def file(self, request: Request) -> Response:
        """A page of the site by its name."""
        return self._found(self.files, request.path_params["name"], request)

    async def font(self, request: Request) -> Response:
        """A font, or its licence."""
        return self._found(self.files, f"fonts/{request.path_params['name']}", request)

    async def finding(self, request: Request) -> Response:
        """A finding at its own address."""
        return self._found(self.findings, request.path_params["id"], request)

    async def about(self, request: Request) -> Response:
        """How these pages are made, by whom, and what they are not."""
        return sent(self.about_page, request)

    @staticmethod
    def _found(files: Mapping[str, Held], name: str, request: Request) -> Response:
        if name not in files:
            raise HTTPException(404)
        return sent(files[name], request)

    # The register: nothing in its query is about a person.

    async def evidence(self, request: Request) -> Response:
        """The studies that are wanted."""
        wanted, faults = wanted_of(self.house, dict(request.query_params))
        found = () if faults else self.house.register.chosen(wanted)
        query = str(request.url.query)
        page = self.house.served.page(
            "app-evidence",
            "evidence",
            form=Form(values={name: getattr(wanted, name) for name in WANTED}, faults=faults),
            register=self.house.register,
            studies=found,
            sorts=SORTS,
            tail=f"?{query}" if query and not faults else "",
        )
        return Response(page, status_code=422 if faults else 200, media_type=HTML)

    async def evidence_file(self, request: Request) -> Response:
        """The same studies as a file."""
        wanted, faults = wanted_of(self.house, dict(request.query_params))
        form = request.path_params["form"]
        if faults or form not in FILES:
            raise HTTPException(422 if faults else 404)
        write, kind = FILES[form]
        headers = {"Content-Disposition": f'attachment; filename="equipoise-{self.house.as_of}.{form}"'}
        return Response(write(self.house, wanted), media_type=kind, headers=headers)

    # What somebody asks.

    async def interactions(self, request: Request) -> Response:
        """Medicines checked against kratom."""

        def answer(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> Mapping[str, object]:
            found = questions.interactions(self.house, Given(fields, typed=False))
            return {"answer": found, "corrections": corrections(found.names)}

        return await self._asked(request, "interactions", answer, corrected)

    async def law(self, request: Request) -> Response:
        """The law of a place."""

        def answer(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> Mapping[str, object]:
            return {"answer": questions.law(self.house, Given(fields, typed=False))}

        return await self._asked(request, "law", answer, placed, near="place")

    async def product(self, request: Request) -> Response:
        """A certificate against limits."""

        def answer(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> Mapping[str, object]:
            given = Given(fields, typed=False)
            if raw is None:
                raw = fields.get("text", "").strip().encode(errors="replace")
                suffix = ".json" if raw.startswith(b"{") else ".csv"
            certificate = None
            if raw:
                certificate = questions.certificate(given, "text", raw, suffix)
            else:
                given.wrong("text", "is missing; should be the lines of a certificate, or a file")
            return {"answer": questions.product(self.house, given, certificate)}

        return await self._asked(request, "product", answer, placed, near="place")

    async def exposure(self, request: Request) -> Response:
        """What the model gives for a reported intake."""

        def answer(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> Mapping[str, object]:
            found = questions.exposure(self.house, kratom_of(fields))
            return {"why_not": found} if isinstance(found, str) else {"answer": found}

        return await self._asked(request, "exposure", answer)

    async def assessment(self, request: Request) -> Response:
        """All that bears on one person; the answer stands before the form, which opens again."""

        def answer(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> Mapping[str, object]:
            found = questions.assessment(self.house, case_of(fields, raw, suffix))
            reader: Literal["person", "clinician"] = "clinician" if fields.get("reader") == "clinician" else "person"
            return {"answer": answer_view(found, reader, "findings/"), "corrections": asked_back(found.inputs)}

        return await self._asked(request, "assessment", answer, corrected_in_case)

    async def sheet(self, request: Request) -> Response:
        """The same answer as one page to take along."""
        fields, raw, suffix = await form_of(request)
        try:
            found = await in_turn(questions.assessment, self.house, case_of(fields, raw, suffix))
        except GivenError as refused:
            more = {"answer": None, "corrections": ()}
            return await in_turn(self._form, "assessment", Form(values=fields, faults=refused.faults), 422, more)
        headers = {"Content-Disposition": 'attachment; filename="kratom-one-page.pdf"'}
        return Response(await in_turn(assessment_sheet, found), media_type="application/pdf", headers=headers)

    async def _asked(
        self,
        request: Request,
        here: str,
        answer: Answer,
        mended: Callable[[dict[str, str]], dict[str, str]] = lambda fields: fields,
        near: str = "",
    ) -> Response:
        """A form; or, where it was sent, the form as it was filled in with its answer, or with what is wrong in it."""
        more: dict[str, object] = {"answer": None, "near": (), "why_not": None, "corrections": ()}
        if request.method != "POST":
            return self._form(here, Form(values={}), 200, more)
        fields, raw, suffix = await form_of(request)
        fields = mended(dict(fields))
        if raw is not None:  # a file takes the place of what stood in the box
            box = "certificate" if here == "assessment" else "text"
            fields[box] = "" if raw.startswith(b"%PDF") else clean(raw.decode("utf-8", errors="replace"))
        faults: Faults = ()
        try:
            more |= await in_turn(answer, fields, raw, suffix)
        except GivenError as refused:
            faults = refused.faults
            if near and any(field == near for field, _ in faults):
                more["near"] = await run_in_threadpool(questions.near, self.house, fields.get(near, ""))
        return await in_turn(self._form, here, Form(values=fields, faults=faults), 422 if faults else 200, more)

    def _form(self, here: str, form: Form, status: int, more: Mapping[str, object]) -> Response:
        page = self.house.served.page(
            f"app-{here}", here, form=form, words=questions, places=self.places, labels=LABELS[here], **more
        )
        return Response(page, status_code=status, media_type=HTML)


LABELS: Mapping[str, Mapping[str, str]] = {
    "interactions": {"names": "List of medicines"},
    "law": {
        "place": "Place",
        "substance": "What it is",
        "form": "Its form",
        "action": "What is done with it",
        "on": "On which day",
        "age": "Age of the person",
    },
    "product": {
        "text": "Lines of the certificate",
        "file": "Or a file, CSV or JSON",
        "place": "Place, for its law",
        "grams_per_day": "Grams in a day, as reported",
        "serving_g": "Grams in a serving",
        "container_g": "Grams in the package",
        "unit_g": "Grams in one capsule or tablet",
        "form": "Form of the product",
        "people": "Limits for whom",
    },
    "assessment": {
        "reader": "Who reads the answer",
        "medicines": "List of medicines",
        "conditions": "List of conditions",
        "age": "Age in years",
        "sex": "Sex",
        "pregnant": "Pregnant",
        "breastfeeding": "Breastfeeding",
        "kratom.use": "Use of kratom",
        "kratom.product": "Kind of product",
        "kratom.grams": "Grams in one intake",
        "kratom.times_per_day": "Intakes in a day",
        "kratom.since": "Taken since",
        "kratom.stopped": "Stopped",
        "kratom.reason": "What it is taken for",
        "certificate": "Lines of a lab certificate",
        "file": "Or a file, CSV or JSON",
        "kratom.mg_per_g": "Milligrams of mitragynine in a gram, where it was measured",
        "kratom.mitragynine_mg": "Or milligrams of mitragynine in one intake",
        "kratom.serving_g": "Grams in a serving",
        "kratom.unit_g": "Grams in one capsule or tablet",
        "kratom.container_g": "Grams in the package",
        "kratom.times": "Times of the day",
        "place": "Place",
        "travel": "Places on the way",
        "phenotypes.cyp2d6": "CYP2D6, where a test said so",
        "phenotypes.cyp3a": "CYP3A, where a test said so",
        "note": "Anything else, in your own words",
    },
    "exposure": {
        "product": "Kind of product",
        "grams": "Grams of product in one intake",
        "mg_per_g": "Milligrams of mitragynine in a gram of it, where it was measured",
        "mitragynine_mg": "Or milligrams of mitragynine in one intake",
        "times_per_day": "Intakes in a day",
        "times": "Or their times of the day",
        "since": "Taken since",
    },
}
"""What each field is called, beside it and where it is wrong; in the order of the form."""


# Forms as they were sent.


def corrected(fields: dict[str, str]) -> dict[str, str]:
    """A list with the one name put in that a button of the answer names: ``2|trazodone`` for the third name."""
    place, sign, name = fields.pop("correct", "").partition("|")
    lines = list(dict.fromkeys(line.strip() for line in fields.get("names", "").splitlines() if line.strip()))
    if sign and place.isdecimal() and len(place) <= 3 and int(place) < len(lines):
        lines[int(place)] = name
        fields["names"] = "\n".join(lines)
    return fields


def placed(fields: dict[str, str]) -> dict[str, str]:
    """A form with the place that a button names."""
    chosen = fields.pop("correct", "")
    return {**fields, "place": chosen} if chosen else fields


def corrections(names: Sequence[Any]) -> list[tuple[int, Any, list[tuple[str, str]]]]:
    """Each name that is asked about: its place in the list, and the answers as a button has them and says them."""
    return [(place, one, _buttons(one.suggestions)) for place, one in enumerate(names) if one.suggestions]


def _buttons(suggestions: Sequence[str]) -> list[tuple[str, str]]:
    return [(text.partition(" (")[0], text) for text in suggestions]


_KRATOM = ("product", "grams", "mg_per_g", "mitragynine_mg", "times_per_day", "since")
_AMOUNTS = ("grams", "mg_per_g", "mitragynine_mg")


def kratom_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """A reported intake as a case holds it."""
    made: dict[str, Any] = {name: text for name in _KRATOM if (text := " ".join(fields.get(name, "").split()))}
    for name in _AMOUNTS:
        if name in made and made[name].count(",") == 1:
            made[name] = made[name].replace(",", ".")
    times = [part for part in fields.get("times", "").replace(";", ",").replace(" ", ",").split(",") if part]
    return made | ({"times": times} if times else {})


_NONE = frozenset({"none", "no", "nothing", "-", "n/a"})
_AMOUNTS_OF_CASE = frozenset(f"kratom.{name}" for name in (*_AMOUNTS, "serving_g", "unit_g", "container_g"))
_LISTS = ("medicines", "conditions", "travel")
_WHOLE = ("age", "sex", "pregnant", "breastfeeding", "place", "note")
_PARTS = ("phenotypes", "kratom")


def case_of(fields: Mapping[str, str], raw: bytes | None, suffix: str) -> dict[str, Any]:
    """A case from a form; ``none`` alone in a list says that there are none."""
    made: dict[str, Any] = {name: text for name in _WHOLE if (text := clean(fields.get(name, "")).strip())}
    for name in _LISTS:
        lines = [line.strip() for line in clean(fields.get(name, "")).splitlines() if line.strip()]
        if lines:
            made[name] = [] if name != "travel" and len(lines) == 1 and lines[0].casefold() in _NONE else lines
    for name, typed in fields.items():
        part, _, field = name.partition(".")
        text = " ".join(clean(typed).split())
        if part in _PARTS and field and text:
            if name in _AMOUNTS_OF_CASE and text.count(",") == 1:
                text = text.replace(",", ".")
            times = [item for item in re.split(r"[\s,;]+", text) if item]
            made.setdefault(part, {})[field] = times if name == "kratom.times" else text
    certificate = raw if raw is not None else clean(fields.get("certificate", "")).strip().encode()
    if certificate:
        ending = suffix or (".json" if certificate.startswith(b"{") else ".csv")
        made["certificate"] = {"form": ending[1:], "text": certificate.decode("utf-8", errors="replace")}
    return made


def asked_back(inputs: Sequence[InputAnswer]) -> list[tuple[str, InputAnswer, list[tuple[str, str]]]]:
    """What is asked about: its field, and the answers as a button has them and says them."""
    return [(one.field, one, _buttons(one.suggestions)) for one in inputs if one.suggestions]


def corrected_in_case(fields: dict[str, str]) -> dict[str, str]:
    """A form with the one name put in that a button of the answer names: ``medicines|trazadone|trazodone``."""
    field, _, rest = fields.pop("correct", "").partition("|")
    typed, sign, name = rest.partition("|")
    if sign and field in (*_LISTS, "place"):
        lines = fields.get(field, "").splitlines()
        fields[field] = "\n".join(name if " ".join(line.split()) == typed else line for line in lines)
    return fields


# The register.

WANTED = ("words", "design", "frame", "outcome", "country", "sort")

FILES: Mapping[str, tuple[Callable[[House, Wanted], str], str]] = {
    "csv": (lambda house, wanted: studies_csv(house.register.chosen(wanted)), "text/csv; charset=utf-8"),
    "json": (lambda house, wanted: studies_json(house.register.chosen(wanted)), "application/json"),
    "bib": (
        lambda house, wanted: bibtex(cited_by(house.register.chosen(wanted), house.entries)),
        "application/x-bibtex; charset=utf-8",
    ),
}


def wanted_of(house: House, query: Mapping[str, str]) -> tuple[Wanted, Faults]:
    """Which studies a query names."""
    given = Given(query, typed=False)
    for name in sorted(set(query) - set(WANTED)):
        given.wrong(name[:40], f"is no filter; should be one of {', '.join(WANTED)}")
    register = house.register
    wanted = Wanted(
        words=given.text("words") or "",
        design=given.choice("design", register.designs, default=""),
        frame=given.choice("frame", register.frames, default=""),
        outcome=given.choice("outcome", register.outcomes, default=""),
        country=given.choice("country", register.countries, default=""),
        sort=given.choice("sort", tuple(SORTS), default="design"),
    )
    return wanted, first(given.faults)
