"""What the town's devices are worth in its books, and whether the finance department's list says the same."""
