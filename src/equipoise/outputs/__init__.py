"""One function a format, from a Document alone."""
