"""Cases from workbooks of the trafficking data standard: what each row would open, and opening them."""
