"""A person's record as FHIR R4 to a chart: what bears on kratom and medicines, who said it, and what could not be read."""

from equipoise.intake.fhir.chart import Chart, Patient, Problem, Unread, chart
from equipoise.intake.fhir.kratom import Said, Use
from equipoise.intake.fhir.medicines import ListedMedicine, Standing
from equipoise.intake.fhir.observations import Result
from equipoise.intake.fhir.resources import Coding, Concept, FhirError
from equipoise.intake.fhir.written import Written, bare, written

__all__ = [
    "Chart",
    "Coding",
    "Concept",
    "FhirError",
    "ListedMedicine",
    "Patient",
    "Problem",
    "Result",
    "Said",
    "Standing",
    "Unread",
    "Use",
    "Written",
    "bare",
    "chart",
    "written",
]
