"""The pieces that every resource is made of: ids, references, concepts, notes."""

import hashlib
import html
import re
from collections.abc import Iterable
from typing import Any

from equipoise.outputs.fhir.codes import Coding

Resource = dict[str, Any]

LONGEST = 64
"""Letters that an id may have."""


def opening(kind: str, ident: str, words: str) -> Resource:
    """What every resource begins with; ``words`` are its narrative."""
    div = f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{html.escape(words)}</p></div>'
    return {"resourceType": kind, "id": ident, "text": {"status": "generated", "div": div}}


def present(begun: Resource, /, **fields: Any) -> Resource:
    """What was begun, with the fields but without the fields that hold nothing: FHIR forbids an empty list or object."""
    return begun | {name: value for name, value in fields.items() if value is not None and value not in ([], {})}


def concept(coding: Coding, text: str | None = None) -> Resource:
    """A code with the word that we use for it, where that is not its display."""
    system, code, display = coding
    return {"coding": [{"system": system, "code": code, "display": display}], "text": text or display}


def notes(texts: Iterable[str]) -> list[Resource]:
    """Annotations, one a text."""
    return [{"text": text} for text in texts]


def reference(kind: str, ident: str, display: str) -> Resource:
    """A reference to a resource of this bundle."""
    return {"reference": f"{kind}/{ident}", "type": kind, "display": display}


def identity(name: str) -> str:
    """``name`` as FHIR allows an id: letters, digits, hyphens and points, 64 at most; what is cut is told by its hash."""
    held = re.sub(r"[^A-Za-z0-9.-]", ".", name)
    return held if len(held) <= LONGEST else f"{held[: LONGEST - 13]}-{hashed(name)}"


def slug(words: str) -> str:
    """Words as a code: ``some-concerns``."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def hashed(*words: str) -> str:
    """Twelve digits that tell texts apart and never change."""
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()[:12]
