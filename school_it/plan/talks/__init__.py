"""The yearly investment talk with each school: its dossier, its minutes, and what was agreed.

Interface
    ``actions.hold(session, school, values, by=…)`` the minutes; ``agree`` an agreement; ``settle`` its end
    ``queries.by_school(session, year, seen_by=…)`` with whom the year's talk was held
    ``rules.beyond(agreed, gap)`` what agreements need beyond the gap: so they stand in the budget
    ``dossier.gather(session, school, year, on, seen_by=…)`` everything the talk is about
"""
