"""What will be printed: the bilingual papers of a return, made from a case that knows nothing of paper."""
