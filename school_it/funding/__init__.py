"""What the town is granted and answers for: programmes as data, grants with their decisions, receipts."""
