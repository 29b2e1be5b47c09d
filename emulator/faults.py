"""Faults: what is to go wrong with a request that asks the model.

A fault is written ``name`` or ``name:value``; several are joined with commas: ``slow_first:2,cut:40``.
They come with one request in the header ``X-Emulator-Fault``, or wait in the queue that ``POST /emulator/faults``
fills. *Chunks* are the events that carry text of the answer (not reasoning). Where an answer has fewer chunks than a
fault names, the fault strikes before the event that would end the stream.

=======================  ==========================================================================================
slow_first:SECONDS       the first byte comes later
slow_tokens:SECONDS      this pause between chunks instead of the usual one
hold:N                   after N chunks the run waits until ``POST /emulator/release``
slow_end:SECONDS         the end is stored and told this long after the last chunk
rate_limited[:SECONDS]   429, with ``Retry-After`` when a value is given; nothing is stored or asked
status:CODE[:html]       this status, with a JSON body or a gateway's HTML page; nothing is stored or asked
lost_reply:CODE[:html]   the same to the caller, but the run is begun and goes on to its end
error_event:N            an ``error`` event after N chunks; the run is FAILED
error_object:N           the same, but its ``error`` is an object ``{"message": ...}``
run_failed[:N]           a ``run_failed`` event after N chunks (0 unless told); the run is FAILED
cut:N                    the connection breaks after N chunks, the run goes on to its end
cut_lost:N               the connection breaks after N chunks and the run dies: FAILED
no_terminal[:N]          the stream ends well-formed after N chunks (all unless told), the run goes on to its end
silence:N                after N chunks nothing more comes and the connection stays open, the run goes on
accumulated              chunks carry ``accumulated_content`` beside their own text
cumulative               the same, and ``content`` holds all text so far too
split_bytes              the bytes come in pieces that are cut inside UTF-8 characters
unicode_separators       the answer begins with a line that has U+2028, U+2029 and U+0085 in it
endless                  the answer is said again and again, a million characters of it unless the run is cancelled
endless_reasoning        the same with what is thought before it
keep_alive[:SECONDS]     SSE comments between events, and while waiting at this interval (1 unless told)
cost_usd:AMOUNT          the event that ends a stream says that the run cost this much (nothing says so otherwise)
no_credit                the answer only says that credits are out, and names no model, as if it were one
odd_end                  the event that ends an answer also names its thread and assistant, its files are objects,
                         and the text of a memory is called ``content``
envelope                 a reply that is not streamed comes as ``{"messages": [...]}``
forget_thread            the thread is deleted, and the request answered with 404
=======================  ==========================================================================================

These strike requests of their own kind, and none that asks the model:

=======================  ==========================================================================================
assistants_object        a list of assistants comes as ``{"assistants": [...]}``
odd_memory               a list of memories, or what a search finds, begins with one that has no id
strict_metadata          500 for a memory to be stored whose metadata holds anything but texts
=======================  ==========================================================================================
"""

import sys
from dataclasses import dataclass, replace
from typing import Any

ALL_CHUNKS = sys.maxsize
SEPARATORS = "One line\u2028the next\u2029a paragraph\u0085and one more. "


@dataclass(frozen=True, slots=True)
class Status:
    """An answer in place of the real one. *retry_after* is the header's value, if there is one."""

    code: int
    html: bool = False
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class Faults:
    """Everything that goes wrong with one request; see the module. Numbers of chunks are None when nothing does."""

    slow_first_s: float = 0.0
    slow_tokens_s: float | None = None
    hold: int | None = None
    slow_end_s: float = 0.0
    status: Status | None = None
    lost_reply: Status | None = None
    error_event: int | None = None
    error_object: int | None = None
    run_failed: int | None = None
    cut: int | None = None
    cut_lost: int | None = None
    no_terminal: int | None = None
    silence: int | None = None
    accumulated: bool = False
    cumulative: bool = False
    split_bytes: bool = False
    unicode_separators: bool = False
    endless: bool = False
    endless_reasoning: bool = False
    keep_alive_s: float | None = None
    cost_usd: float | None = None
    no_credit: bool = False
    odd_end: bool = False
    envelope: bool = False
    forget_thread: bool = False
    assistants_object: bool = False
    odd_memory: bool = False
    strict_metadata: bool = False


_ELSEWHERE = ("assistants_object", "odd_memory", "strict_metadata")  # not where the model is asked
_FLAGS = {
    *_ELSEWHERE,
    "accumulated",
    "cumulative",
    "split_bytes",
    "unicode_separators",
    "endless",
    "endless_reasoning",
    "no_credit",
    "odd_end",
    "envelope",
    "forget_thread",
}
_NUMBERS = {
    "slow_first": "slow_first_s",
    "slow_tokens": "slow_tokens_s",
    "slow_end": "slow_end_s",
    "cost_usd": "cost_usd",
}
_CHUNKS = {"hold", "error_event", "error_object", "cut", "cut_lost", "silence"}


def parse_faults(text: str) -> Faults:
    """Return the faults that *text* names. Raises ValueError with a sentence when it cannot be read."""
    faults = Faults()
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = part.partition(":")
        try:
            faults = replace(faults, **_field(name, value))
        except ValueError as exc:
            raise ValueError(f"The fault {part!r} is not known, or its value is wrong.") from exc
    return faults


def _field(name: str, value: str) -> dict[str, Any]:
    if name in _FLAGS and not value:
        return {name: True}
    if name in _NUMBERS:
        return {_NUMBERS[name]: _not_negative(float(value))}
    if name in _CHUNKS:
        return {name: int(_not_negative(int(value)))}
    match name:
        case "run_failed":
            return {name: int(_not_negative(int(value or 0)))}
        case "no_terminal":
            return {name: int(_not_negative(int(value or ALL_CHUNKS)))}
        case "keep_alive":
            return {"keep_alive_s": _not_negative(float(value or 1))}
        case "rate_limited":
            return {"status": Status(429, retry_after=value or None)}
        case "status" | "lost_reply":
            code, _, body = value.partition(":")
            if body not in ("", "html") or not 400 <= int(code) <= 599:
                raise ValueError(value)
            return {name: Status(int(code), html=body == "html")}
    raise ValueError(name)


def _not_negative(number: float) -> float:
    if not 0 <= number < float("inf"):
        raise ValueError(number)
    return number


class FaultQueue:
    """Faults that wait for the next requests, each for a number of them."""

    def __init__(self) -> None:
        self._waiting: list[tuple[str, Faults, int]] = []

    def add(self, text: str, times: int) -> None:
        """Let these faults strike the next *times* requests. Raises ValueError when they cannot be read."""
        self._waiting.append((text, parse_faults(text), times))

    def take(self, elsewhere: str | None = None) -> Faults:
        """Return the faults of the request that is here now.

        It asks the model, or else is one that the fault *elsewhere* strikes.
        """
        for place, (text, faults, times) in enumerate(self._waiting):
            strikes: list[str | None] = [name for name in _ELSEWHERE if getattr(faults, name)]
            if elsewhere in (strikes or [None]):
                self._waiting[place : place + 1] = [(text, faults, times - 1)] if times > 1 else []
                return faults
        return Faults()

    def waiting(self) -> list[dict[str, object]]:
        """Return what is still to strike, next first."""
        return [{"fault": text, "times": times} for text, _faults, times in self._waiting]

    def clear(self) -> None:
        """Forget what is waiting."""
        self._waiting.clear()
