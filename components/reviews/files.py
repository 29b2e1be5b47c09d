"""Files of a review, sent over the page's own connection when they are asked for: they have no address.

What is asked for is made in the run of the click, allowed anew by the service, and gone from the page in the next.
"""

import base64
import time
from collections.abc import Callable

import streamlit as st

from components.labels import planner_zone
from components.problems import telling
from components.resources import get_services
from components.reviews.visitor import Visitor
from components.scripts import tell
from services.reviews.records import Visit
from services.transfer.transfer import ExportFile


def snapshot_button(visitor: Visitor, visit: Visit) -> None:
    """Offer what is shown as a PDF, where that is allowed."""
    if visit.settings.download:
        _file_button(
            "Download as PDF",
            key="review_pdf",
            make=lambda: get_services().visits.snapshot_pdf(visitor.token, visitor.key, zone=planner_zone()),
        )


def receipt_buttons(visitor: Visitor) -> None:
    """Offer receipts to whoever has decided."""
    if (key := visitor.key) is None:
        return
    receipt, zone = get_services().visits.receipt, planner_zone()
    _file_button(
        "Receipt (PDF)", key="review_receipt_pdf", make=lambda: receipt(visitor.token, key, kind="pdf", zone=zone)
    )
    _file_button(
        "Receipt (JSON)", key="review_receipt_json", make=lambda: receipt(visitor.token, key, kind="json", zone=zone)
    )


def planner_receipts(review_id: int, *, user_id: int) -> None:
    """Offer a planner receipts of what was decided on a link."""
    receipt, zone = get_services().reviews.receipt, planner_zone()
    _file_button(
        "Receipt (PDF)",
        key=f"reviews_receipt_pdf_{review_id}",
        make=lambda: receipt(review_id, user_id=user_id, kind="pdf", zone=zone),
    )
    _file_button(
        "Receipt (JSON)",
        key=f"reviews_receipt_json_{review_id}",
        make=lambda: receipt(review_id, user_id=user_id, kind="json", zone=zone),
    )


def _file_button(label: str, *, key: str, make: Callable[[], ExportFile]) -> None:
    with st.container(key=f"{key}_place", width="content", gap=None):
        if not st.button(label, key=key, icon=":material/download:"):
            st.empty()
            return
        with telling(task="make that file"):
            file = make()
            content = base64.b64encode(file.content).decode()
            name = base64.b64encode(file.name.encode()).decode()
            tell("download", {"name": name, "type": file.media_type, "content": content, "once": str(time.time_ns())})
