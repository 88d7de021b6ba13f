"""The yearly report of the plan: what it tells, and the texts that the office writes for a school year."""
