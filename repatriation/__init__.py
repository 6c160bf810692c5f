"""The case-work application: what is seen (web), what is done (work) and what is kept (records)."""
