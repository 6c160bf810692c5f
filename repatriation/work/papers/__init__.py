"""Papers of a case: drafted from what is on file, issued with their step, kept sealed, revoked, checked."""
