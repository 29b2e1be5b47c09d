"""What operators ask: is it alive, is it ready, what are the numbers."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api.account_schemas import Health
from api.dependencies import GuardedRoute, MetricsDep
from api.metrics import CONTENT_TYPE, Metrics
from api.problems import declared
from db.engine import DatabaseUnavailableError

router = APIRouter(tags=["Operations"], route_class=GuardedRoute)


@router.get(
    "/health", responses={503: {"model": Health, "description": "Alive, but not ready: the database is away."}}
)
def health(request: Request, response: Response) -> Health:
    """Say whether this process is alive (it answers) and ready (it can reach its database). Needs no token."""
    try:
        services = request.app.state.get_services()
        services.check_database()
    except DatabaseUnavailableError:
        response.status_code = 503
        return Health(live=True, ready=False, database="away", demo=None)
    return Health(live=True, ready=True, database="ok", demo=services.settings.demo)


_NUMBERS: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get("/metrics", response_class=Response, responses=_NUMBERS | declared(401, 403, 429, 503))
def metrics(request: Request, caller: MetricsDep) -> Response:
    """Return the numbers of this process as Prometheus reads them: to admins' tokens, those for metrics only too."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(caller.services), media_type=CONTENT_TYPE)
