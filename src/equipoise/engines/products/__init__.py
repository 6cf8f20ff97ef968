"""What is in a product: amounts with their limits of quantitation, limits at a daily amount, the spread between products."""
