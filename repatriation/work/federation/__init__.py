"""Cases that another installation has as well: offering them, taking them up, and settling their steps."""
