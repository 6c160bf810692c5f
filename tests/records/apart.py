"""Processes of their own, started quickly: forked from a server that has imported what they need."""

import multiprocessing

APART = multiprocessing.get_context("forkserver")
APART.set_forkserver_preload(["repatriation.records.migrations", "repatriation.records.writing", "pytest"])
