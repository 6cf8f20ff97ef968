"""What is wrong with a call, and how it is answered: never with anything that the call held."""


class CallError(Exception):
    """A call that cannot be answered: the HTTP status, the kind of issue in FHIR's words, and what would be right."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(text)
        self.status, self.code, self.text = status, code, text
