"""Telling officers what is due: who is told, in the inbox and by mail, and when."""
