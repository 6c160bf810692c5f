"""Stand-ins for what is slow or outside, honest about what they are. The product never uses them."""
