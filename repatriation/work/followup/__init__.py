"""The time after the return: the plan made with the person, and the visits that follow from it."""
