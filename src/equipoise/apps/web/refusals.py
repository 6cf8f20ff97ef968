"""Answers that say no, made once for each status: a page in the look of the house, JSON under ``/api``, FHIR for hooks."""

from collections.abc import Collection

from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from equipoise.apps.web.guards import HOOKS, Refusal, below
from equipoise.apps.web.house import House
from equipoise.outputs.cds import outcome
from equipoise.outputs.served import deeper

DEEPEST = 8
"""Folders of an address that lead nowhere; links of a page are right down to there."""

WORDS = {
    400: ("This could not be read", "What came is not a form or a document that this address takes. Nothing of it was kept."),
    404: (
        "There is no such page",
        "The address may be mistyped, or the page may have moved. The contents lead everywhere.",
    ),
    405: ("This address takes no such request", "It can be opened, or asked by its form; nothing else."),
    408: ("It took too long to arrive", "What you sent did not arrive in time, and was thrown away. You can send it again."),
    413: ("That is too large", "It was not read. A certificate has 1 MB at most, and a list of medicines 100 names."),
    415: ("This address takes JSON", "The body should be one JSON object, with Content-Type: application/json."),
    422: ("Something in it is not right", "Each field that is wrong is named with what would be right."),
    429: ("One moment, please", "There were very many requests from your network. Please wait a few seconds and try again."),
    500: ("Something went wrong here", "It is our fault, not yours. Nothing that you typed was kept. Please try again."),
    503: ("This took too long", "The answer was not ready in time. Nothing that you typed was kept. Please try again."),
}
"""A title and a sentence for each status. Help stands above them, as on every page."""

OUTCOMES = {
    400: ("invalid", "The request is not as the standard has it; should be as discovery and CDS Hooks 2.0 say."),
    404: ("not-found", "There is no such address; discovery lists the services there are."),
    405: ("not-supported", "This address takes no such request; should be one of those that the header Allow names."),
    429: ("throttled", "There were very many requests from this client; should come again after the seconds of Retry-After."),
    500: ("exception", "Something went wrong here, and nothing of the call was kept."),
    503: ("timeout", "The answer was not ready in time, and nothing of the call was kept; may be asked again."),
}
"""The kind of issue in FHIR's words and a sentence, for the statuses that a call of a hook can get outside its service."""


def words(status: int) -> tuple[str, str]:
    """The title and sentence of a status."""
    return WORDS[_known(status, WORDS)]


def _known(status: int, among: Collection[int]) -> int:
    """The status, or what stands for those of its kind that have no words."""
    return status if status in among else 400 if status < 500 else 500


def path_of(scope: Scope) -> str:
    """The path inside the application, without that of a proxy in front of it."""
    return str(scope["path"]).removeprefix(str(scope.get("root_path", "")))


def refusal(house: House) -> Refusal:
    """Makes refusals in the words above."""
    pages = {status: house.served.page("app-refusal", "refusal", status=status, words=said) for status, said in WORDS.items()}

    def refuse(scope: Scope, status: int) -> Response:
        path = path_of(scope)
        if below(path, HOOKS):
            code, text = OUTCOMES[_known(status, OUTCOMES)]
            return JSONResponse(outcome(code, text), status_code=status, media_type="application/fhir+json")
        if below(path, "/api"):
            title, sentence = words(status)
            return JSONResponse({"error": title, "detail": sentence, "faults": []}, status_code=status)
        page = pages[_known(status, WORDS)]
        for _ in range(min(path.count("/") - 1, DEEPEST)):
            page = deeper(page)
        return Response(page, status_code=status, media_type="text/html")

    return refuse
