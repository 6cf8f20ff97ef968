"""Equipoise: a living, computable monograph."""

__version__ = "0.1.0"
