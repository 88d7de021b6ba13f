"""The yearly survey: what each school wishes for beside what the plan says, asked by workbook or on the page.

Interface
    ``actions.open_round(session, values, by=…)`` a round with a code and prefilled lines for every school
    ``actions.answer`` / ``actions.add_wish`` from the page; the kind ``survey`` (`intake`) from the workbook
    ``actions.decide(session, wish, values, by=…)`` what the office grants becomes an agreement (`talks`)
    ``queries.standing(session, round, seen_by=…)`` who has answered
"""
