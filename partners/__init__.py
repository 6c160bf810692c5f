"""What partners' systems will meet: registration, tokens, signed handoffs, two installations as one."""
