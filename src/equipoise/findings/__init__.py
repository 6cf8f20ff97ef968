"""Finding and Certainty; one module for each engine: choose records, run the engine, say what it means."""
