"""Programmes as data: those that come as files, how sure each value is, and what a programme says beyond its sheet.

Interface
    ``shipped.every(home)`` the programmes of the files, by code
    ``facts.about(programme.facts, field, value)`` whence a value is, ``terms.of(programme.terms)`` the further values
    ``compare.lines(shipped, programme)`` what taking it over would change; ``versions.of(session, programme)``
"""
