"""What a reply consists of besides its text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a reply beside its text, in order: kind is reasoning, tool, notice, source, step, or memory.

    *text* is the reasoning, the tool's name, the notice, a source's title, or the memory that the reply used, with
    its id in *call_id*; a step marks where the model went on after its tools.
    *at* is how many characters of the reply's text stood before it. *input* and *output* of a tool are JSON, *input*
    as the model wrote it, which may be broken; None while not known.
    """

    kind: str
    text: str
    at: int = 0
    call_id: str | None = None
    input: str | None = None
    output: str | None = None
    url: str | None = None  # of a source: http or https
