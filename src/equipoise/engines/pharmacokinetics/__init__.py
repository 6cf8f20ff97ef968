"""Concentrations over time after a reported intake, in one person or a population."""
