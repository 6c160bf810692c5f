"""One case on two installations."""
