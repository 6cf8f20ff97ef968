"""Outside formats to values and tables."""
