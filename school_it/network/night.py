"""What happens with the network at night: what the outlets say is plugged, wherever it could not be before."""

from __future__ import annotations

from sqlalchemy import select

from school_it import jobs
from school_it.database import transaction
from school_it.errors import N_
from school_it.jobs import Facts, Work
from school_it.network.models import Outlet
from school_it.network.wiring import joining, places, ports


@jobs.nightly("network.join", N_("Dosen mit Verteilern und Ports verbinden"), order=48)
def join(work: Work) -> Facts | None:
    """Outlets of a time before racks and ports were kept, and switches whose type has become known since."""
    with transaction() as session:
        outlets = list(session.scalars(select(Outlet)))
        places.settle(session, places.named(outlets), by=work.by)
        made = ports.fit_devices(session)
        joining.join(session, joining.all_schools(session))
    return {"outlets": len(outlets), "ports": made}
