"""Pure functions on arrays, tables and values; strangers to each other."""
