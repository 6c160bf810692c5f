"""A demonstration: made-up people, the bodies that meet them, and cases at every stage by real steps."""
