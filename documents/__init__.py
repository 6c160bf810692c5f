"""What will be printed: the bilingual papers of a return. A case knows nothing of paper; papers read a case."""
