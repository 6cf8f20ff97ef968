"""Why a value is not there: three different things, kept apart."""

from enum import Enum


class Missing(Enum):
    """A value that a source does not give, or could not give. A field that is absent was not looked for."""

    NOT_REPORTED = "not-reported"
    """The source was read and does not say."""
    NOT_APPLICABLE = "not-applicable"
    """The question makes no sense for this record."""

    def __str__(self) -> str:
        return self.value.replace("-", " ")
