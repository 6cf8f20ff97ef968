"""The only clock of the house."""

from datetime import UTC, date, datetime


def today() -> date:
    """The day on this machine's wall."""
    return datetime.now(tz=UTC).astimezone().date()
