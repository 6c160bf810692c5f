"""Handing a case, or work in it, to a partner: composed, sent, received, decided, taken back."""
