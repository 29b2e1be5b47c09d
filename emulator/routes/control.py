"""The emulator's own endpoints, for tests: what it was asked, and what is to go wrong."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from emulator.context import context
from emulator.errors import ApiError
from emulator.store import MESSAGE, TOOL_OUTPUTS


async def health(_request: Request) -> JSONResponse:
    """Say that the emulator runs."""
    return JSONResponse({"status": "ok"})


async def counts(request: Request) -> JSONResponse:
    """Return how often the model was asked (kept in the state file), and how often each route (since the start)."""
    found = context(request)
    return JSONResponse(
        {
            "messages": found.store.runs.count(MESSAGE),
            "tool_outputs": found.store.runs.count(TOOL_OUTPUTS),
            "requests": dict(sorted(found.requests.items())),
        }
    )


async def runs(request: Request) -> JSONResponse:
    """Return every run that was asked for, oldest first."""
    return JSONResponse(context(request).store.runs.report())


async def waiting_faults(request: Request) -> JSONResponse:
    """Return the faults that wait, next first."""
    return JSONResponse(context(request).faults.waiting())


async def add_faults(request: Request) -> JSONResponse:
    """Queue faults for the next requests: ``{"fault": "cut:3,split_bytes", "times": 1}``, or a list of such."""
    try:
        body = await request.json()
        for one in body if isinstance(body, list) else [body]:
            times = one.get("times", 1)
            if not isinstance(times, int) or times < 1:
                raise ValueError("times is a number of requests, at least 1.")
            context(request).faults.add(one["fault"], times)
    except (ValueError, KeyError, AttributeError) as exc:
        raise ApiError(400, f'Send {{"fault": "name:value", "times": 1}} or a list of such. {exc}') from exc
    return await waiting_faults(request)


async def clear_faults(request: Request) -> JSONResponse:
    """Forget the faults that wait."""
    context(request).faults.clear()
    return JSONResponse([])


async def release(request: Request) -> JSONResponse:
    """Let the runs that are being written go on where a ``hold`` stops them."""
    return JSONResponse({"released": context(request).runner.release()})


ROUTES = [
    Route("/health", health, methods=["GET"]),
    Route("/emulator/counts", counts, methods=["GET"]),
    Route("/emulator/runs", runs, methods=["GET"]),
    Route("/emulator/faults", waiting_faults, methods=["GET"]),
    Route("/emulator/faults", add_faults, methods=["POST"]),
    Route("/emulator/faults", clear_faults, methods=["DELETE"]),
    Route("/emulator/release", release, methods=["POST"]),
]
