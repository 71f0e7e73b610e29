"""The only hands: plans in, reports out."""
