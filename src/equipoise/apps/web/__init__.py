"""The web: pages and a JSON API over one process that holds the evidence, and nothing of who asks."""
