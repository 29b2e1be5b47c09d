"""Customers: who trips are planned for."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.dependencies import CallerDep, CustomerId, GuardedRoute, WriterDep
from api.problems import declared
from api.routes.sessions import READ, WRITE
from api.schemas import WITHOUT_NUL
from api.trip_schemas import CustomerChange, CustomerIn, CustomerList, CustomerOut
from services.trips.places import MAX_CURSOR_CHARS

router = APIRouter(prefix="/customers", tags=["Customers"], route_class=GuardedRoute)


@router.get("", responses=declared(401, 422, 429, 503))
def list_customers(
    caller: CallerDep,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[
        str | None, Query(max_length=MAX_CURSOR_CHARS, description="`next_cursor` of the page before.")
    ] = None,
    q: Annotated[str, Query(max_length=200, pattern=WITHOUT_NUL, description="A part of the name.")] = "",
) -> CustomerList:
    """List by name the caller's customers, and those of the trips that the caller is a member of."""
    page = caller.services.customers.page(user_id=caller.user_id, limit=limit, cursor=cursor or None, words=q)
    return CustomerList.of(page)


@router.post("", status_code=201, responses=declared(401, 403, 409, 413, 422, 429, 503))
def create_customer(caller: WriterDep, body: CustomerIn) -> CustomerOut:
    """Create a customer. What is said in the sessions of its trips is remembered about it, and about nobody else."""
    return CustomerOut.of(caller.services.customers.create(user_id=caller.user_id, **body.model_dump()))


@router.get("/{customer_id}", responses=READ)
def get_customer(caller: CallerDep, customer_id: CustomerId) -> CustomerOut:
    """Return one customer."""
    return CustomerOut.of(caller.services.customers.get(customer_id, user_id=caller.user_id))


@router.patch("/{customer_id}", responses=WRITE)
def change_customer(caller: WriterDep, customer_id: CustomerId, body: CustomerChange) -> CustomerOut:
    """Change one of the caller's own customers."""
    given = body.model_dump(include=body.model_fields_set)
    return CustomerOut.of(caller.services.customers.change(customer_id, user_id=caller.user_id, **given))


@router.delete("/{customer_id}", status_code=204, response_class=Response, responses=WRITE)
def delete_customer(caller: WriterDep, customer_id: CustomerId) -> None:
    """Delete one of the caller's own customers, and all that is remembered about it; its trips go on without one."""
    caller.services.customers.delete(customer_id, user_id=caller.user_id)
