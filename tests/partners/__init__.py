"""Partners' programs: honest ones, and those that are not."""
