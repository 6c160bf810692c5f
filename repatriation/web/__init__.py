"""What is seen: HTTP in, HTML out. There is no SQL here and no rule."""
