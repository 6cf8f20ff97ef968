"""One frozen dataclass for each kind of evidence file, and their one reader."""
