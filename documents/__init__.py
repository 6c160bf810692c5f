"""What will be printed: the bilingual papers of a return, rendered from a case without the case knowing of paper."""
