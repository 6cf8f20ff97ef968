"""What is in a product: amounts with their limits of quantitation, limits at a daily amount, and the spread between products."""
