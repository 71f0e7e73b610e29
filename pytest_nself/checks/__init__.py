"""What is wrong, or would be: found on copies, said as findings."""
