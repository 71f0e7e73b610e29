"""From files and a ledger to plans, and what must be known before."""
