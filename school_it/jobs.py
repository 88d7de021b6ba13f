"""Long work: put down as a job, done by the worker, with progress that moves, can be left, found again and cancelled.

Interface
    ``@task("imports.apply", N_("Datei einlesen"))`` above ``def apply(work: Work, **facts)`` declares a kind of work;
    its facts are plain JSON values (ids, words), never objects.
    ``start(session, "imports.apply", by=actor, title=…, **facts) -> Job`` puts it down inside a transaction; the queue
    gets it after the commit (``enqueue_started``, called by `database.transaction` listeners).
    Inside: ``work.progress(done, of, sentence)`` moves the bar and raises `Cancelled` where somebody cancelled.
"""
