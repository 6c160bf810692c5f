"""Two installations that hand cases to each other, and all that may go wrong between them."""
