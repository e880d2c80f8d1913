"""What inputs are, and their pixels."""
