"""What a program could do with the API of version 0.1.0, it can do with this one."""

import json
from typing import Any

from api.app import create_app
from settings import ROOT

EARLIER = json.loads((ROOT / "tests" / "data" / "openapi-0.1.0.json").read_text("utf-8"))  # without descriptions


def _nobody() -> Any:
    raise AssertionError("not asked at import")


def missing(earlier: Any, now: Any, place: str = "") -> list[str]:
    """Return the places where something that was said is no longer said; more may be said now."""
    if isinstance(earlier, dict) and isinstance(now, dict):
        return [
            problem
            for key, value in earlier.items()
            for problem in (missing(value, now[key], f"{place}/{key}") if key in now else [f"{place}/{key}"])
        ]
    return [] if earlier == now or _same_texts(earlier, now) or _same_parameters(earlier, now) else [place]


def _same_texts(earlier: Any, now: Any) -> bool:
    """Whether two lists of schemas say the same; their descriptions do not count."""
    if not (isinstance(earlier, list) and isinstance(now, list) and len(earlier) == len(now)):
        return False
    return all(not missing(one, other) for one, other in zip(earlier, now, strict=True))


def _same_parameters(earlier: Any, now: Any) -> bool:
    """Whether what a route could be asked with it still can: what is new need not be given."""
    if not (isinstance(earlier, list) and isinstance(now, list) and all(_is_parameter(one) for one in earlier + now)):
        return False
    there = {one["name"]: one for one in now}
    known = {one["name"] for one in earlier}
    return all(one["name"] in there and not missing(one, there[one["name"]]) for one in earlier) and not any(
        one["required"] for one in now if one["name"] not in known
    )


def _is_parameter(one: Any) -> bool:
    return isinstance(one, dict) and {"name", "in", "required"} <= one.keys()


def test_everything_that_the_document_said_it_still_says() -> None:
    assert missing(EARLIER, create_app(_nobody).openapi()) == []


def test_what_is_gone_would_be_found() -> None:
    now = create_app(_nobody).openapi()
    del now["paths"]["/sessions"]["get"]
    schemas = now["components"]["schemas"]
    schemas["SessionOut"]["properties"]["title"]["type"] = "integer"
    schemas["TemplateIn"]["required"] = []
    del now["paths"]["/search"]["get"]["parameters"][0]
    now["paths"]["/memories"]["get"]["parameters"].append({"name": "new", "in": "query", "required": True})

    assert sorted(missing(EARLIER, now)) == [
        "/components/schemas/SessionOut/properties/title/type",
        "/components/schemas/TemplateIn/required",
        "/paths//memories/get/parameters",
        "/paths//search/get/parameters",
        "/paths//sessions/get",
    ]
