"""What the decisions on a grant plan for each funding item, and how the authority changes them."""
