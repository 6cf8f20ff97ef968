"""A monograph as one FHIR R5 Bundle of evidence; ``docs/fhir.md`` has the table of what becomes what."""

from equipoise.outputs.fhir.bundle import fhir_bundle, monograph_fhir
from equipoise.outputs.fhir.codes import BASE, CERTAINTY

__all__ = ["BASE", "CERTAINTY", "fhir_bundle", "monograph_fhir"]
