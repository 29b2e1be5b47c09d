"""One link on its own page: its settings, what was decided, what was said, its versions.

In `st.session_state`: `reviews_rows` is {"of": the id of the link, "threads": how many are asked for, "decisions"}.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from components.dialogs import close_dialog, open_dialog
from components.labels import counted, escape_label
from components.problems import telling
from components.resources import get_services
from components.reviews.files import planner_receipts
from components.reviews.link_form import MAY, last_day_of
from components.reviews.link_list import close_link, due_words, gathered, opened_words
from components.reviews.slides import Drawn, draw_slides, slides_of
from components.reviews.snapshot import draw_blocks, first_words, is_entry
from components.reviews.things import changed_since, thing_link
from components.reviews.thread_actions import about_words, draw_threads, new_thread
from components.reviews.words import DECISIONS, THINGS, day, instant, short_hash, state_badge
from components.state import reads_only
from exports.reviews.records import Block, DeckSnapshot
from services.accounts.records import User
from services.reviews.records import Decision, Review, ReviewDetails, ReviewMay, ReviewState, Thread, Version
from services.reviews.state import divided

THREADS_AT_FIRST = 20
DECISIONS_AT_FIRST = 10
_EXTEND, _ADDRESS, _REVOKE = (
    ":material/event: Extend",
    ":material/link: New address",
    ":material/link_off: Revoke",
)


def draw_header(details: ReviewDetails, *, user_id: int, now: datetime) -> None:
    """Draw whose link it is and where it stands."""
    review = details.review
    st.button("All reviews", key="reviews_back", icon=":material/arrow_back:", type="tertiary", on_click=close_link)
    st.title(escape_label(review.settings.audience), anchor=False)
    thing_link(review.thing, escape_label(review.title))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="reviews_where"):
        state_badge(review, changed=bool(changed_since(review.thing, [review], user_id=user_id)))
        told = (due_words(review, today=now.date()), opened_words(review, now=now))
        st.markdown(f":small[{' · '.join(filter(None, told))}]", width="content")


def draw_actions(details: ReviewDetails, *, user_id: int) -> None:
    """Draw what can be done with a link."""
    review = details.review
    about: dict[str, object] = {"review_id": review.id}
    ended = review.state is ReviewState.ENDED
    if review.ended_why:
        _ended(details)
    may_change = details.changeable and not review.revoked and not reads_only()
    ran_out = ended and not review.revoked
    with st.container(horizontal=True, gap="small", key="reviews_do"):
        if ran_out and may_change:
            _action("Extend", "event", open_dialog, args=("review_extend",), about=about)
        if not ended and not reads_only():
            again = about | {"thing": review.thing, "title": review.title}
            _action("Share again", "sync", open_dialog, args=("review_again",), about=again)
        _action(
            "What they saw" if ended else "What they see",
            "visibility",
            open_dialog,
            args=("review_shown",),
            about=about,
        )
        shown = {"sha256": review.version.sha256, "about": f"About {version_words(review.version)}"}
        if review.settings.may is not ReviewMay.LOOK and not reads_only():
            _action("Record a decision", "call", open_dialog, args=("review_phone",), about=about | shown)
        if details.decisions:
            planner_receipts(review.id, user_id=user_id)
        if may_change:
            _action("Edit", "edit", open_dialog, args=("review_edit",), about=about)
        if not review.revoked and not reads_only():
            own = [*([_EXTEND] if review.settings.ends_at and not ran_out else []), _ADDRESS]
            key = f"reviews_menu_{review.id}"
            st.menu_button(
                "More",
                [*(own if may_change else []), _REVOKE],
                key=key,
                icon=":material/more_horiz:",
                on_click=_chosen,
                args=(key, review.id, review.settings.audience),
            )


def _ended(details: ReviewDetails) -> None:
    """Draw why a link ended that nobody revoked, and what opens it again."""
    review = details.review
    st.info(
        f"{escape_label(review.ended_why or '')} This link of theirs ended with that.", icon=":material/link_off:"
    )
    if details.changeable and not reads_only():
        st.button(
            "Share again at a new address",
            key=f"reviews_reopen_{review.id}",
            icon=":material/link:",
            on_click=open_dialog,
            args=("review_new_address",),
            kwargs={"review_id": review.id, "audience": review.settings.audience, "again": True},
        )


def _action(
    label: str, icon: str, opens: Callable[..., None], *, args: tuple[str], about: Mapping[str, object]
) -> None:
    key = f"reviews_do_{args[0].removeprefix('review_')}_{about['review_id']}"
    st.button(label, key=key, icon=f":material/{icon}:", on_click=opens, args=args, kwargs=dict(about))


def _chosen(key: str, review_id: int, audience: str) -> None:
    choice = st.session_state[key]
    if choice == _EXTEND:
        open_dialog("review_extend", review_id=review_id)
    elif choice == _ADDRESS:
        open_dialog("review_new_address", review_id=review_id, audience=audience)
    elif choice == _REVOKE:
        open_dialog("review_revoke", review_id=review_id, audience=audience)


def draw_settings(review: Review) -> None:
    """Draw what was said of a link when it was made, or since."""
    settings = review.settings
    last_day = last_day_of(settings.ends_at)
    ends = "revoked" if review.revoked else "until you revoke it"
    what = THINGS[review.thing.shown].name
    rows = (
        ("They may", MAY[settings.may].lower()),
        *([("Approvals needed", str(settings.approvals))] if settings.may is not ReviewMay.LOOK else []),
        ("Due", escape_label(day(settings.due_on)) if settings.due_on else "no day"),
        (
            "Opened" if review.state is ReviewState.ENDED else "Opens",
            f"until the end of {escape_label(day(last_day))}" if last_day and not review.revoked else ends,
        ),
        ("Passcode", "asked for" if review.has_passcode else "none"),
        ("PDF", "can be downloaded" if settings.download else "cannot be downloaded"),
        ("Shows", "a part of the session" if review.first_id or review.last_id else f"the whole {what}"),
        ("When you share again", "updated" if settings.follows else "updated only if selected"),
    )
    with st.expander("Settings", icon=":material/tune:", key=f"reviews_settings_{review.id}"):
        st.markdown("\n".join(f"- {name}: **{value}**" for name, value in rows))
        if settings.note:
            st.markdown(":small[Note to them]")
            st.text(settings.note)


def draw_versions(versions: Sequence[Version]) -> None:
    """Draw when a link showed what."""
    with st.expander(f"Versions ({len(versions)})", icon=":material/history:", key="reviews_versions"):
        st.markdown("\n".join(f"- V{version_words(one)[1:]}" for one in reversed(versions)))


def version_words(version: Version) -> str:
    """Return, as Markdown, which version it is."""
    return f"version {version.number} of {escape_label(instant(version.created_at))} · {short_hash(version.sha256)}"


def draw_decisions(details: ReviewDetails) -> None:
    """Draw what was decided, latest first; nothing where nobody is asked and nobody has."""
    if details.review.settings.may is ReviewMay.LOOK and not details.decisions:
        return
    st.header("Decisions", anchor=False)
    wanted = _wanted(details.review.id, "decisions", DECISIONS_AT_FIRST)
    if names := divided(details.decisions):
        told = ", ".join(f"“{escape_label(name)}”" for name in names)
        st.info(
            f"Both a yes and a no stand under the name {told}, not from the same browser. Names are not verified, so "
            "both count. If you know which one is meant, record it as a decision by phone: it replaces them.",
            icon=":material/call_split:",
        )
    for decision in details.decisions[::-1][:wanted]:
        _decision(decision)
    if not details.decisions:
        st.caption("Nobody has decided yet.")
    if len(details.decisions) > wanted:
        _more("decisions", DECISIONS_AT_FIRST)


def _decision(decision: Decision) -> None:
    name, icon = DECISIONS[decision.kind]
    marks = [
        ":violet-badge[:material/call: By phone]" if decision.by_phone else "",
        ":gray-badge[:material/history: Outdated]" if decision.outdated else "",
        ":gray-badge[Decided again]" if decision.replaced else "",
    ]
    with st.container(key=f"reviews_decision_{decision.id}", border=True, gap="xsmall"):
        st.markdown(
            " ".join(
                filter(
                    None, (f"{icon} **{name}** by **{escape_label(decision.name)}** :small[(not verified)]", *marks)
                )
            )
        )
        if decision.note:
            st.text(decision.note)
        st.markdown(
            f":small[{escape_label(instant(decision.at))} · about version {decision.version}, "
            f"{short_hash(decision.sha256)}]"
        )


def draw_comments(details: ReviewDetails, *, user_id: int) -> None:
    """Draw what was said on a link, latest first."""
    review = details.review
    with st.container(horizontal=True, vertical_alignment="center", key="reviews_comments_header"):
        st.header("Comments", anchor=False, width="stretch")
        which = st.segmented_control(
            "Threads",
            ["Open", "All"],
            default="Open",
            required=True,
            key="reviews_threads",
            persist_state="session",
            label_visibility="collapsed",
        )
    if not reads_only():
        new_thread(review, user_id=user_id)
    comments = get_services().comments

    def page(limit: int, before: Sequence[Thread]) -> Sequence[Thread]:
        before_id = before[-1].id if before else None
        return comments.threads(
            review.id, user_id=user_id, limit=limit, before_id=before_id, unresolved=which == "Open"
        )

    wanted = _wanted(review.id, "threads", THREADS_AT_FIRST)
    threads, has_more = gathered(page, wanted)
    draw_threads(
        threads,
        thing=review.thing,
        versions={review.id: {one.number: one for one in details.versions}},
        about=_about(review, threads, user_id=user_id),
        user_id=user_id,
        ended={review.id} if review.state is ReviewState.ENDED else (),
    )
    if not threads:
        st.caption("No open comments." if which == "Open" else "No comments yet.")
    if has_more:
        _more("threads", THREADS_AT_FIRST)


def _about(review: Review, threads: Collection[Thread], *, user_id: int) -> dict[int, str]:
    """Return of each thread the beginning of the message that it is about, as the link shows or showed it."""
    about = {one.id: about_words(one, review.thing) for one in threads}
    shown: dict[int | None, dict[str, Block]] = {}

    def block_in(number: int | None, anchor: str) -> Block | None:
        if number not in shown:
            _, snapshot = get_services().reviews.shown(review.id, user_id=user_id, number=number)
            shown[number] = {block.anchor: block for block in snapshot.blocks}
        return shown[number].get(anchor)

    for one in threads:
        if one.anchor is None:
            continue
        if block := block_in(None, one.anchor):
            about[one.id] = f"On “{escape_label(first_words(block))}”"
        elif block := block_in(one.first.version, one.anchor):
            by = "" if is_entry(block) else f" by {escape_label(block.author)}"
            about[one.id] = f"On “{escape_label(first_words(block))}”{by}, which the link no longer shows"
    return about


def _wanted(review_id: int, name: str, at_first: int) -> int:
    """Return how many rows of a link are asked for; of another link than before as many as at first."""
    rows: dict[str, Any] = st.session_state.get("reviews_rows", {})
    if rows.get("of") != review_id:
        rows = st.session_state.reviews_rows = {"of": review_id}
    return int(rows.setdefault(name, at_first))


def _more(name: str, step: int) -> None:
    if st.button("Show more", key=f"reviews_more_{name}", icon=":material/expand_more:"):
        st.session_state.reviews_rows[name] += step
        st.rerun()


@st.dialog("What they see", icon=":material/visibility:", width="medium", on_dismiss=close_dialog)
def shown_dialog(review_id: int, *, user: User) -> None:
    """Show what a link shows, or showed."""
    with telling():
        reviews = get_services().reviews
        versions = reversed(reviews.get(review_id, user_id=user.id).versions)
        names = {one.number: f"{one.number} · {instant(one.created_at)}" for one in versions}
        number = st.selectbox("Version", list(names), format_func=names.__getitem__, key=f"review_shown_{review_id}")
        version, snapshot = reviews.shown(review_id, user_id=user.id, number=number)
        st.subheader(escape_label(snapshot.title), anchor=False)
        if snapshot.thing == "session":
            st.caption(counted(len(snapshot.blocks), "message"))
        if isinstance(snapshot, DeckSnapshot):
            sha256 = version.sha256
            draw_slides(
                slides_of(snapshot.blocks),
                Drawn(sha256, False, partial(reviews.deck, review_id, user_id=user.id, number=number)),
            )
        else:
            draw_blocks(snapshot.blocks)
