"""Schul-IT put together: the one module that knows every room and every door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from exports import survey_views as _survey_workbooks  # noqa: F401 - pages of the door
from exports.evidence import health as _evidence_looked_at  # noqa: F401 - declares a check of the doctor
from exports.evidence.views import bp as evidence
from exports.template_views import bp as form_templates
from exports.views import bp as exports
from imports import forgetting as _files_forget  # noqa: F401 - says what it keeps of people
from imports.attention import waiting_files
from imports.views import bp as imports
from school_it import foundation, jobs, serving, settings, undo, web
from school_it.access import May
from school_it.accounts import leavers as _accounts_forget  # noqa: F401 - likewise
from school_it.accounts import night as _accounts_at_night  # noqa: F401 - declares its work
from school_it.accounts import signing_in
from school_it.accounts.views import bp as accounts
from school_it.devices import documented as _devices_carry_documents  # noqa: F401 - says which may carry them
from school_it.devices import forgetting as _devices_forget  # noqa: F401 - likewise
from school_it.devices import undo as device_undo
from school_it.devices.api import api as device_api
from school_it.devices.views import bp as devices
from school_it.devices.views.earmark import bp as earmark
from school_it.devices.views.own import bp as own_devices
from school_it.devices.views.returns import bp as returns
from school_it.documents import health as _documents_looked_at  # noqa: F401 - declares a check of the doctor
from school_it.documents import night as _documents_at_night  # noqa: F401 - declares its work
from school_it.documents.views import bp as documents
from school_it.funding import documented as _funding_carries_documents  # noqa: F401 - likewise
from school_it.funding import undo as funding_undo
from school_it.funding.api import api as funding_api
from school_it.funding.views import bp as funding
from school_it.jobs.api import api as job_api
from school_it.jobs.views import bp as job_pages
from school_it.ledger import undo as ledger_undo
from school_it.ledger.views import bp as ledger
from school_it.licences import documented as _licences_carry_documents  # noqa: F401 - likewise
from school_it.licences import forgetting as _licences_forget  # noqa: F401 - likewise
from school_it.licences import night as _licences_at_night  # noqa: F401 - declares its work
from school_it.licences import undo as licence_undo
from school_it.licences.api import api as licence_api
from school_it.licences.views import bp as licences
from school_it.network import night as _network_at_night  # noqa: F401 - declares its work
from school_it.network import undo as network_undo
from school_it.network.api import api as network_api
from school_it.network.views import bp as network
from school_it.network.wiring import following as _ports_follow_devices  # noqa: F401 - declares what it does
from school_it.operations import alarms as _alarms  # noqa: F401 - declares a duty of the worker
from school_it.operations import night as _operations_at_night  # noqa: F401 - declares its work
from school_it.overview import attention
from school_it.overview.batches import bp as batches
from school_it.overview.deadlines import night as _reminders  # noqa: F401 - declares its work
from school_it.overview.deadlines.views import bp as deadlines
from school_it.overview.nights import failing_nights
from school_it.overview.views import bp as overview
from school_it.people import undo as people_undo
from school_it.people.api import api as people_api
from school_it.people.views import bp as people
from school_it.plan import undo as plan_undo
from school_it.plan.survey import views as _survey_pages  # noqa: F401 - pages of the plan
from school_it.plan.talks import views as _talk_pages  # noqa: F401 - likewise
from school_it.plan.views import bp as plan
from school_it.plan.views.open_data import open_data
from school_it.procurement import documented as _orders_carry_documents  # noqa: F401 - likewise
from school_it.procurement import panels as _origins  # noqa: F401 - draws on pages of earlier rooms
from school_it.procurement.views import bp as procurement
from school_it.schools import undo as school_undo
from school_it.schools.api import api as school_api
from school_it.schools.views import bp as schools
from school_it.web import api, frame, panels, show
from start import Commands

BLUEPRINTS = (
    overview,
    batches,
    deadlines,
    accounts,
    schools,
    people,
    devices,
    own_devices,
    returns,
    earmark,
    documents,
    funding,
    procurement,
    ledger,
    licences,
    network,
    plan,
    open_data,
    imports,
    form_templates,
    evidence,
    exports,
    job_pages,
)
APIS = (school_api, people_api, funding_api, device_api, licence_api, network_api, job_api)
UNDOINGS = (
    *school_undo.UNDOINGS,
    *people_undo.UNDOINGS,
    *funding_undo.UNDOINGS,
    *device_undo.UNDOINGS,
    *ledger_undo.UNDOINGS,
    *licence_undo.UNDOINGS,
    *network_undo.UNDOINGS,
    *plan_undo.UNDOINGS,
)


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The product as a Flask application; `overrides` and what it raises as in `foundation.laid`."""
    app = foundation.laid(overrides)
    wanted: settings.Settings = app.config["SCHOOL_IT"]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    if wanted.TRUSTED_PROXIES:
        hops = wanted.TRUSTED_PROXIES
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    jobs.prepare(app, wanted)
    undo.know(*UNDOINGS)
    for part in (web, frame, show, panels, signing_in, serving):
        part.prepare(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    api.prepare(app, APIS)
    attention.also_ask(May.SEE_IMPORTS, waiting_files)
    attention.also_ask(May.SEE_JOBS, failing_nights)
    app.cli.commands = Commands()  # those of the house alone, not what extensions bring along
    return app


def served() -> Flask:
    """The application of a process of the web server, see `start.served`."""
    serving.step_aside()
    return serving.ready(create_app())
