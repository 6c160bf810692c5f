"""What partners' programs are let do: who they are, what they used up, who approved them."""
