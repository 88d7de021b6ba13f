"""Measures of the schools: what each is to get out of a programme; they belong to a grant only from the decision on."""
