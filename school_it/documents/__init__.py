"""Papers and photos that belong to things: decisions, receipts, orders, deliveries, invoices, devices, licences.

The bytes lie once per content under HOME/documents, under their SHA-256; a `Link` says to which thing they belong, as
what, and under which name somebody gave them. Who may see or change the thing may see or change its documents.

A later room makes its things carry documents in three steps:

1. In a module that `app.py` imports (like `devices/documented.py`)::

       bearers.carried_by(Bearer(Licence, see=May.SEE_LICENCES, edit=May.EDIT_LICENCES,
                                 address=lambda one: url_for("licences.licence", ident=one.id),
                                 kinds=(DocumentKind.CONTRACT, DocumentKind.INVOICE)))

   `visible` and `editable` of the bearer take the place of the two rights where these are not told by the thing's
   `trace_school_id`; both get the session, the thing and the actor.
2. On the page of the thing one line, which shows, uploads and removes, to those who may::

       {% import "documents/panel.html" as documents %}
       {{ documents.panel(licence) }}

   Several things may share a panel, such as a grant and its decisions: ``documents.panel(grant, *decisions)`` is
   written ``documents.panel_of([grant] + grant.decisions)``.
3. From code: ``actions.attach(session, thing, content, name="Rechnung.pdf", kind=DocumentKind.INVOICE, home=home,
   by=actor)`` inside `transaction()`; ``home`` is that of the settings.

Whoever removes a thing through the mapper takes its links along; bytes that nothing needs any more leave at once
(`actions.let_go`) or at night.
"""
