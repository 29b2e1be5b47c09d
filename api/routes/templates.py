"""Templates: openings to start sessions from."""

import secrets

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.dependencies import CallerDep, GuardedRoute, TemplateId, WriterDep
from api.problems import declared
from api.routes.chat import SEND
from api.routes.sessions import READ, WRITE, IdempotencyKey
from api.streaming import reply_response
from api.template_schemas import TemplateIn, TemplateList, TemplateOut, TemplateStart
from services.sessions.records import Accepted

router = APIRouter(prefix="/templates", tags=["Templates"], route_class=GuardedRoute)


@router.get("", responses=declared(401, 422, 429, 503))
def list_templates(caller: CallerDep) -> TemplateList:
    """List the caller's templates, at most 100, and those that everybody has."""
    found = [TemplateOut.of(one) for one in caller.services.templates.all(user_id=caller.user_id)]
    return TemplateList(templates=found, count=len(found), next_cursor=None)


@router.post("", status_code=201, responses=declared(401, 403, 413, 422, 429, 503))
def create_template(caller: WriterDep, body: TemplateIn) -> TemplateOut:
    """Save a template. Its name is not yet one of the caller's."""
    return TemplateOut.of(caller.services.templates.add(body.opening(), user_id=caller.user_id))


@router.get("/{template_id}", responses=READ)
def get_template(caller: CallerDep, template_id: TemplateId) -> TemplateOut:
    """Return one template."""
    return TemplateOut.of(caller.services.templates.get(template_id, user_id=caller.user_id))


@router.put("/{template_id}", responses=WRITE)
def change_template(caller: WriterDep, template_id: TemplateId, body: TemplateIn) -> TemplateOut:
    """Write one of the caller's templates anew."""
    return TemplateOut.of(caller.services.templates.change(template_id, body.opening(), user_id=caller.user_id))


@router.delete("/{template_id}", status_code=204, response_class=Response, responses=WRITE)
def delete_template(caller: WriterDep, template_id: TemplateId) -> None:
    """Delete one of the caller's templates; sessions that were started from it stay as they are."""
    caller.services.templates.delete(template_id, user_id=caller.user_id)


@router.post("/{template_id}/start", response_class=Response, responses=SEND)
async def start_from_template(
    request: Request,
    caller: WriterDep,
    template_id: TemplateId,
    body: TemplateStart | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Start a session from a template: send its first message, filled in, and stream the reply."""
    given = body or TemplateStart()

    def start() -> Accepted:
        return caller.services.templates.start(
            template_id,
            given.values,
            user_id=caller.user_id,
            client_message_id=given.message_id or idempotency_key or f"api-{secrets.token_hex(16)}",
            text=given.content,
        )

    accepted = await run_in_threadpool(start)
    return await reply_response(request, caller, accepted.reply_id)
