"""Benchmarks: the product's own work measured against a floor, a goal or itself, all within one run."""
