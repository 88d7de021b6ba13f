"""A school's network as a whole: from its lines to the internet down to the rooms, drawn from the chains."""
