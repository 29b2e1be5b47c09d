"""Files of a review, made when asked for and kept nowhere: what was shared, and receipts of what was decided."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from exports.decks.pdf import deck_pdf
from exports.decks.records import Edition
from exports.reviews.pdf import snapshot_pdf
from exports.reviews.receipt import DecisionRecord, Receipt, receipt_json, receipt_pdf
from exports.reviews.records import Snapshot
from services.errors import ExportRunningError, NotPossibleError
from services.process.one_core import any_core
from services.reviews.records import Decision, LinkSettings, ReviewState, Version, Visit
from services.transfer.transfer import PDF_WAIT_S, ExportFile

ReceiptKind = Literal["pdf", "json"]

_AT_ONCE = 1  # each takes a core
_NO_FILE_NAME = re.compile(r"[^\w]+")
_STATES = {
    ReviewState.OPEN: "Open",
    ReviewState.CHANGES_ASKED: "Changes requested",
    ReviewState.DECLINED: "Declined",
    ReviewState.APPROVED: "Approved",
    ReviewState.OUTDATED: "Outdated",
    ReviewState.ENDED: "Ended",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What a receipt tells: where a link stands, and all decisions, beside the version that it is about."""

    planner: str
    settings: LinkSettings
    state: ReviewState
    approved: int
    decisions: tuple[Decision, ...]
    version: Version
    snapshot: Snapshot


class ReviewFiles:
    """Makes files of what somebody is shown. Raises ExportRunningError while too many are being made."""

    def __init__(self) -> None:
        self._printing = threading.BoundedSemaphore(_AT_ONCE)

    def snapshot(self, visit: Visit, *, zone: tzinfo, deck: Edition | None = None) -> ExportFile:
        """Return what is shown as a PDF, a *deck* as slides. Raises NotPossibleError where it is not allowed."""
        if not visit.settings.download:
            raise NotPossibleError("This is only to be looked at here. Ask whoever sent you the link for a file.")
        content = self._printed(
            lambda: (
                deck_pdf(deck)
                if deck is not None
                else snapshot_pdf(
                    visit.snapshot,
                    audience=visit.settings.audience,
                    planner=visit.planner,
                    version=visit.version.number,
                    shared_at=visit.version.created_at,
                    sha256=visit.version.sha256,
                    zone=zone,
                )
            )
        )
        return ExportFile(f"{_stem(visit.snapshot.title)}.pdf", "application/pdf", content)

    def receipt(self, told: Told, kind: ReceiptKind, *, zone: tzinfo, now: datetime) -> ExportFile:
        """Return a receipt, for people or for programs."""
        receipt = _receipt(told, now)
        stem = f"{_stem(receipt.title)}-receipt"
        if kind == "json":
            return ExportFile(f"{stem}.json", "application/json", receipt_json(receipt))
        return ExportFile(f"{stem}.pdf", "application/pdf", self._printed(lambda: receipt_pdf(receipt, zone=zone)))

    def _printed(self, make: Callable[[], bytes]) -> bytes:
        if not self._printing.acquire(timeout=PDF_WAIT_S):
            raise ExportRunningError("Other PDFs are being made right now. Try again in a minute.")
        try:
            with any_core():
                return make()
        finally:
            self._printing.release()


def _receipt(told: Told, now: datetime) -> Receipt:
    return Receipt(
        title=told.snapshot.title,
        audience=told.settings.audience,
        planner=told.planner,
        state=f"{_STATES[told.state]} ({told.approved} of {told.settings.approvals} approvals)",
        version=told.version.number,
        shared_at=told.version.created_at,
        sha256=told.version.sha256,
        snapshot=told.snapshot,
        decisions=tuple(map(_decision, told.decisions)),
        made_at=now,
    )


def _decision(one: Decision) -> DecisionRecord:
    return DecisionRecord(
        kind=one.kind.value,
        note=one.note,
        name=one.name,
        at=one.at,
        by_phone=one.by_phone,
        recorded_by=None,
        sha256=one.sha256,
        version=one.version,
        outdated=one.outdated,
        replaced=one.replaced,
    )


def _stem(title: str) -> str:
    return _NO_FILE_NAME.sub("-", title).strip("-")[:60] or "review"
