"""Questions over many cases at once: how many there are of a kind, and which.

Each kind of case is said once, as a question for its ids; a number on a board counts it and the list behind
the number pages through it, so that the two cannot disagree. What is asked of cases that an organisation has
no part in gives numbers and nothing else.
"""
