"""``school-it worker`` and ``school-it nightly``."""

from __future__ import annotations

import logging

import click
from flask import current_app

from school_it import cli
from school_it.database import db
from school_it.jobs import queries
from school_it.jobs import worker as process
from school_it.jobs.models import Job, State
from school_it.jobs.queue import here
from school_it.jobs.work import run


@click.command()
@cli.guarded
def worker() -> None:
    """Aufträge abarbeiten, bis Strg-C oder SIGTERM kommt; »school-it serve« startet das von selbst."""
    logging.getLogger("school_it").setLevel(logging.INFO)
    process.work(current_app._get_current_object())  # type: ignore[attr-defined]


@click.command()
@cli.as_json
@cli.guarded
def nightly(as_json: bool) -> None:
    """Die nächtlichen Arbeiten jetzt tun, soweit sie für heute noch fehlen."""
    started = process.begin_night(at_once=True)
    waiting = [job.id for job in db.session().scalars(queries.nights_waiting())]
    for number in waiting:
        run(here().app, number)
    db.session.remove()
    done = [_facts(job) for number in waiting if (job := db.session().get(Job, number))]
    failed = [facts for facts in done if facts["state"] != State.DONE]
    text = "\n".join(f"{facts['title']}: {facts['sentence'] or facts['state']}" for facts in done)
    cli.answer(
        {"started": started, "jobs": done},
        as_json=as_json,
        text=text or "Für heute ist schon alles getan.",
        code=cli.FAILED if failed else cli.DONE,
    )


def _facts(job: Job) -> dict[str, object]:
    sentence = job.sentence_said
    return {
        "kind": job.kind,
        "title": str(job.title_said),
        "state": job.state.value,
        "sentence": str(sentence) if sentence else "",
        "result": job.result,
    }
