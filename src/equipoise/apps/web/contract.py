"""What the API promises, as OpenAPI 3.1: every operation, what it takes, and the schemas of what it says."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from equipoise import __version__
from equipoise.apps.web import questions
from equipoise.apps.web.given import SMALLEST
from equipoise.apps.web.house import House
from equipoise.documents.explorer import SORTS
from equipoise.outputs.assessment import SCHEMA as ASSESSMENT
from equipoise.outputs.exposure import SCHEMA as EXPOSURE
from equipoise.outputs.interactions import SCHEMA as INTERACTIONS
from equipoise.outputs.json import SCHEMA as MONOGRAPH
from equipoise.outputs.law import SCHEMA as LAW
from equipoise.outputs.product import SCHEMA as PRODUCT

Json = dict[str, Any]

_ANSWERS: Mapping[str, Path] = {
    "assessment": ASSESSMENT,
    "exposure": EXPOSURE,
    "interactions": INTERACTIONS,
    "law": LAW,
    "monograph": MONOGRAPH,
    "product": PRODUCT,
}
_SOMETHING = r"[^\s\u0000-\u001f\u007f-\u009f]"
"""Text that holds a sign which is seen."""
_OURS = "A server on a laptop or in a house of its own. Nothing that is sent to it is kept or logged."


def _schema(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _text(most: int, right: str, **more: Any) -> Json:
    return {"type": "string", "maxLength": most, "description": right, **more}


def _optional(schema: Json) -> Json:
    """Null says what leaving it out says."""
    return {"anyOf": [schema, {"type": "null"}]}


def _amount(right: str) -> Json:
    return _optional({"type": "number", "minimum": float(SMALLEST), "maximum": 1000, "description": right})


def _object(properties: Json, required: tuple[str, ...] = ()) -> Json:
    return {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}


def _questions() -> dict[str, Json]:
    """What each question takes."""
    place = _text(200, f"A place: {questions.A_PLACE}.")
    form = _optional({"type": "string", "enum": list(questions.FORMS)})
    return {
        "InteractionsQuestion": _object(
            {
                "names": {
                    "type": "array",
                    "minItems": 1,
                    "maxItems": questions.MOST_NAMES,
                    "items": {"type": "string", "maxLength": questions.LONGEST_NAME, "pattern": _SOMETHING},
                    "description": "Medicines as typed. Each is answered for; one that is only similar is never taken.",
                }
            },
            ("names",),
        ),
        "LawQuestion": _object(
            {
                "place": place,
                "substance": _optional({"type": "string", "enum": list(questions.SUBSTANCES), "default": "leaf"}),
                "form": form,
                "action": _optional({"type": "string", "enum": list(questions.ACTIONS), "default": "possess"}),
                "on": _optional({"type": "string", "format": "date", "description": "The day; today without it."}),
                "age": _optional({"type": "integer", "minimum": 0, "maximum": questions.OLDEST}),
            },
            ("place",),
        ),
        "ProductQuestion": _object(
            {
                "certificate": _object(
                    {
                        "form": {"type": "string", "enum": list(questions.CERTIFICATE_FORMS)},
                        "text": {"type": "string", "description": "The certificate, as docs/certificates.md shows."},
                    },
                    ("form", "text"),
                ),
                "place": _optional(place),
                "grams_per_day": _amount("The amount that a person reports for a day."),
                "serving_g": _amount("Weight of a serving."),
                "container_g": _amount("Weight in the package."),
                "unit_g": _amount("Weight of one capsule or tablet."),
                "form": form,
                "people": _optional({"type": "string", "enum": list(questions.PEOPLE)}),
            },
            ("certificate",),
        ),
        "ExposureQuestion": {
            "type": "object",
            "description": "An intake that a person reports: the field `kratom` of a case, as docs/assessment.md shows.",
        },
        "Case": {
            "type": "object",
            "description": "One person, as docs/assessment.md shows. Everything is optional.",
        },
    }


def _refusal() -> Json:
    fault = _object({"field": {"type": "string"}, "message": {"type": "string"}}, ("field", "message"))
    return _object(
        {
            "error": {"type": "string"},
            "detail": {"type": "string"},
            "faults": {"type": "array", "items": fault, "description": "Each field that is wrong, and what would be right."},
        },
        ("error", "detail", "faults"),
    )


def _answer(name: str, schema: Json) -> dict[str, Json]:
    """The schema of an answer and of its parts, as components of one description."""
    held = {key: value for key, value in schema.items() if key not in {"$schema", "$id", "$defs"}}
    parts = {f"{name}-{part}": value for part, value in schema.get("$defs", {}).items()}
    whole = json.dumps({name: held, **parts})
    made: dict[str, Json] = json.loads(whole.replace('"#/$defs/', f'"#/components/schemas/{name}-'))
    return made


def _said(description: str, schema: Json) -> Json:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _refusals(*statuses: int) -> Json:
    """Answers that say no; every address may say 429, and 503 where an answer takes too long."""
    words = {
        400: "The body is not JSON.",
        404: "There is none of this name.",
        408: "The body did not arrive in time.",
        413: "The body is too large.",
        415: "The body is of another type.",
        422: "A field is wrong.",
        429: "Too many requests of one client.",
        503: "The answer took too long.",
    }
    return {str(status): _said(words[status], _schema("Refusal")) for status in sorted({*statuses, 429, 503})}


def _reading(summary: str, description: str, schema: Json, *, parameters: list[Json] | None = None, no: int = 0) -> Json:
    name = summary.lower().replace(" ", "-")
    return {
        "get": {
            "operationId": name,
            "summary": summary,
            "description": description,
            **({"parameters": parameters} if parameters else {}),
            "responses": {"200": _said("The answer.", schema), **_refusals(*((no,) if no else ()))},
        }
    }


def _asking(summary: str, description: str, question: str, answer: Json, example: Json) -> Json:
    return {
        "post": {
            "operationId": summary.lower().replace(" ", "-"),
            "summary": summary,
            "description": description,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _schema(question), "example": example}},
            },
            "responses": {"200": _said("The answer.", answer), **_refusals(400, 408, 413, 415, 422)},
        }
    }


def _named(description: str) -> list[Json]:
    return [{"name": "id", "in": "path", "required": True, "description": description, "schema": {"type": "string"}}]


def _filters(house: House) -> list[Json]:
    register = house.register
    words: dict[str, tuple[str, ...]] = {
        "design": register.designs,
        "frame": register.frames,
        "outcome": register.outcomes,
        "country": register.countries,
        "sort": tuple(SORTS),
    }
    made = [
        {
            "name": name,
            "in": "query",
            "description": f"One of {len(held)} words of the register.",
            "schema": {"type": "string", "enum": list(held)},
        }
        for name, held in words.items()
    ]
    free = {"type": "string", "maxLength": 200}
    return [{"name": "words", "in": "query", "description": "Words that all stand in its record.", "schema": free}, *made]


def openapi(house: House) -> Json:
    """The description of the API over one house."""
    answers = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in _ANSWERS.items()}
    schemas: dict[str, Json] = {**_questions(), "Refusal": _refusal()}
    for name, schema in answers.items():
        schemas |= _answer(name, schema)
    text = {"type": "string"}
    parts = ("id", "question", "statement", "certainty", "as_of")
    brief = _object(dict.fromkeys(parts, text), parts)
    listed = _object({"findings": {"type": "array", "items": brief}}, ("findings",))
    studies = _object({"studies": {"type": "array", "items": {"type": "object"}}}, ("studies",))
    certificate = {"form": "csv", "text": "Analyte,Result,Unit\nMitragynine,14.2,mg/g\nLead,0.4,ug/g\n"}
    intake = {"product": "powder", "grams": 3, "times_per_day": 2}
    paths = {
        "/api/findings": _reading("Findings", "Every finding in a line.", listed),
        "/api/findings/{id}": _reading(
            "One finding",
            "A finding whole: its number, certainty and why, sources, and how to compute it again.",
            _schema("monograph-finding"),
            parameters=_named("The id of a finding."),
            no=404,
        ),
        "/api/studies": _reading(
            "Studies", "The register of studies, or some of it.", studies, parameters=_filters(house), no=422
        ),
        "/api/references/{id}": _reading(
            "One reference", "A source.", {"type": "object"}, parameters=_named("The id of a source."), no=404
        ),
        "/api/law": _asking(
            "Law",
            "What the law says of a product and an action at a place. Legal information, not legal advice.",
            "LawQuestion",
            _schema("law"),
            {"place": "US-TN", "substance": "leaf", "action": "possess", "age": 30},
        ),
        "/api/interactions": _asking(
            "Interactions",
            "What is known of kratom with some medicines. Not recognised, no data and unknown are answers.",
            "InteractionsQuestion",
            _schema("interactions"),
            {"names": ["venlafaxine", "Seroquel 50 mg"]},
        ),
        "/api/product": _asking(
            "Product",
            "A lab certificate against limits of toxicology, of law and of microbes.",
            "ProductQuestion",
            _schema("product"),
            {"certificate": certificate, "place": "US-RI", "grams_per_day": 6},
        ),
        "/api/exposure": _asking(
            "Exposure",
            "Concentrations that a model gives for an intake that a person reports. It proposes none and is not for dosing.",
            "ExposureQuestion",
            _schema("exposure"),
            intake,
        ),
        "/api/assessment": _asking(
            "Assessment",
            "All that bears on one person. No diagnosis, no dose, no order to start or stop anything.",
            "Case",
            _schema("assessment"),
            {"age": 41, "place": "US-TN", "medicines": ["sertraline"], "kratom": {"use": "now", **intake}},
        ),
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Equipoise",
            "version": __version__,
            "summary": f"{house.document.title}: {house.document.subtitle}",
            "description": _OURS,
            "license": {"name": "CC BY 4.0 (evidence), Apache-2.0 (code)", "identifier": "CC-BY-4.0 AND Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas},
    }
