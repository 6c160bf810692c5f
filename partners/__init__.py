"""What other organisations' systems will meet: their registration, tokens, signed handoffs, and two installations as one."""
