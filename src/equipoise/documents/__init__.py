"""Findings in an order."""
