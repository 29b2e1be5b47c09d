"""Names of models (`provider/name`): which one answers here, and how people read it."""

from settings import is_demo


def model_here(*models: str | None, default: str) -> str:
    """Return the first of *models* that is there now, else *default*, which tells whether the demo assistant answers.

    The demo's models are there in the demo only, and no others are.
    """
    return next((model for model in models if model and is_demo(model) == is_demo(default)), default)


def short_name(model: str) -> str:
    """Return a model's name without its provider; the demo's would say nothing so."""
    return model if is_demo(model) else model.partition("/")[2]


def who_answered(model: str) -> str:
    """Return who wrote a reply, for the line below it."""
    name = model.partition("/")[2]
    return f"Demo assistant, {name}" if is_demo(model) else name


def changed_sentence(before: str, now: str) -> str:
    """Say that another model goes on with a session, as the one before is not there any more."""
    if is_demo(now):
        return f"The demo assistant answers from here on: without a Backboard key there is no {before}."
    return f"From here on {now} answers, no longer the demo assistant."
