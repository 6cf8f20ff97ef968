"""Receptors: measurements pooled on the log scale with a between-assay component, and occupancy at a concentration."""
