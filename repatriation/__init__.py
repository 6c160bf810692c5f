"""Repatriation: the way home of a trafficked person, kept as one case between the countries that share it."""
