"""One session: its messages, the reply being written, and the box to write in."""

from functools import partial

import streamlit as st

from components.accounts.guests import guest_notice
from components.accounts.identity import require_user
from components.chat.composer import composer
from components.chat.drafts import keep_drafts
from components.chat.messages import (
    budgets_ms,
    message_place,
    note,
    place_in_turn,
    planner_message,
    reply,
    reply_end,
    reply_place,
    reply_so_far,
    unanswered,
)
from components.chat.offers import offers_in
from components.chat.others import (
    begin_to_watch,
    beside_stream,
    gone_id,
    gone_notice,
    leave_gone,
    remember_shared,
    watch_others,
)
from components.chat.trip_line import trip_line
from components.chat.welcome import readers_welcome, welcome
from components.chat.window import (
    earlier_button,
    later_buttons,
    note_box,
    open_window,
    scroll_to_message,
    scroll_to_top,
    wait_for_dialog,
    watch_session,
)
from components.dialogs import dialog_is_open
from components.labels import escape_label
from components.problems import unless_away
from components.replies.actions import stop
from components.replies.stream import ReplyStream
from components.resources import get_services
from components.reviews.beside import comments_button, reviews_menu
from components.sessions.actions import session_menu
from components.sessions.dialogs import instructions_button
from components.sessions.ending import ending_line
from components.sessions.files import files_menu
from components.sessions.model_choice import chosen, model_menu
from components.sessions.people import people_button
from components.sessions.samples import SAMPLE_BADGE, offer_samples
from components.sidebar.marks import refresh_marks_at_end
from components.sidebar.shortcuts import STOP
from components.state import active_session_id, new_chat, new_chats_trip_id
from components.templates.templates import template_buttons
from components.usage.limit_notice import limit_notice
from services.errors import NotFoundError, NotPossibleError
from settings import ROOT

user = require_user()
services = get_services()
session_id = active_session_id()
session, trip, new_in = None, None, new_chats_trip_id()

try:
    if session_id is not None:
        session = services.sessions.get(session_id, user_id=user.id)
        trip = services.trip_names.find(session.trip_id, user_id=user.id)
    elif new_in is not None:
        trip = services.trip_names.changeable(new_in, user_id=user.id)
except (NotFoundError, NotPossibleError) as exc:
    if session_id is None or not leave_gone(session_id):
        st.warning(exc.message, icon=":material/search_off:")
        if user.may_write:
            st.button("New chat", key="chat_instead", icon=":material/edit_square:", on_click=new_chat)
        st.stop()
    session_id = None

st.html(ROOT / "static" / "chat.css")
if session is None and not user.may_write:
    gone_notice()
    readers_welcome(user)
    st.stop()
keep_drafts(user_id=user.id, moved_from=gone_id())
# Fragments that run by themselves have their place before whatever comes and goes: it is there whenever they run.
watch_place = st.container(key="chat_watch")
drawn = None
if session:
    remember_shared(session)
with watch_place:
    if session and session.is_shared:
        drawn = begin_to_watch(session, user_id=user.id)  # before the messages are read
        watch_others(session.id, drawn, user_id=user.id)
    else:
        st.empty()
instructions = session.instructions if session else st.session_state.get("chat_new", {}).get("instructions")
model, memory = chosen(session, user, services.settings.default_model)
with st.container(key="chat_header", horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
    title = f"**{escape_label(session.title)}**" if session else "**New chat**"
    with st.container(gap=None, width="stretch"):
        st.markdown(f"{title} {SAMPLE_BADGE}" if session and session.sample else title)
        trip_line(trip)
    if session:
        people_button(session)
        files_menu(session.id, user_id=user.id, may_write=session.may_write)
    open_comments = reviews_menu(session, user_id=user.id) if session else {}
    instructions_button(session_id, instructions, may_write=session is None or session.may_write)
    model_menu(session, model=model, memory=memory)
    if session:
        session_menu(session, user_id=user.id)
limit_notice(user)
ending_line(session, user_id=user.id)
if user.is_guest:
    guest_notice(user)

window = open_window(session.id if session else None, user_id=user.id)
if session is None:
    composer(None, user_id=user.id, model=model, memory=memory)
    scroll_to_top()
    with place_in_turn(window["turn"]):  # where messages would be, but never where the first ones will be
        gone_notice()
        welcome("" if user.is_guest else user.name, model=model, memory=memory, trip=trip)
        offer_samples(user_id=user.id)
        template_buttons(
            services.templates.all(user_id=user.id), user=user, default_model=services.settings.default_model
        )
    st.stop()

history = services.sessions.history(
    session.id, user_id=user.id, limit=window["limit"], before_id=window["before_id"], at_id=window["at_id"]
)
note_box(window, is_there=session.may_write)
# After the history: what is sent between the two is then in neither, and the reply before it, which ends, shows it.
follows = window["hit_id"] is None  # whoever came for a message stays there
stop_place = composer(session, user_id=user.id, model=model, memory=memory, follows=follows)
last = history.messages[-1] if history.messages and not history.has_later else None
writing = last if last and last.status.unfinished else None
scroll_to_message(window, history.messages)
messages_place = place_in_turn(window["turn"])
budgets = budgets_ms(history.messages)
offers = offers_in(history.messages)
card = partial(offers.draw, session=session, user_id=user.id)
with messages_place:
    earlier_button(history)
    for message in history.messages:
        if message is not writing:
            with message_place(message.id, marked=message.id == window["hit_id"]):
                match message.role:
                    case "user":
                        planner_message(message, session, author=history.names.get(message.author_id))
                    case "assistant":
                        reply(
                            message,
                            session,
                            budget_ms=budgets[message.id],
                            below=card if offers.of(message.id) else None,
                        )
                    case _:
                        note(message, session)
                comments_button(session.id, message.id, open_comments, at_end=message.role == "user")
    later_buttons(history)
    if last and last.role == "user" and session.may_write:
        unanswered(last)
    if not history.messages:
        st.caption("No messages yet. Write the first one below.")

with unless_away():  # what was read can be shown all the same
    if user.last_session_id != session.id:
        services.sessions.open(session.id, user_id=user.id)
    if session.unseen and last and not writing:
        services.sessions.mark_seen(session.id, user_id=user.id)

if not writing:
    refresh_marks_at_end()  # the reply may have ended since the sidebar was drawn
else:
    if session.may_write:
        stop_place.button(
            "Stop",
            key="chat_stop",  # one for all replies: the last one's, of another name, would stand beside it
            icon=":material/stop_circle:",
            shortcut=STOP,
            on_click=stop,
            args=(session.id, writing.id),
        )
    if dialog_is_open():
        with messages_place, message_place(writing.id):
            reply_so_far(writing)
        with watch_place:
            wait_for_dialog(writing.id, user_id=user.id)
        st.stop()
    with messages_place, message_place(writing.id), services.replies.watch(writing.id, user_id=user.id) as watch:
        stream = ReplyStream(
            watch,
            reply_place(),
            asked_at=writing.created_at,
            readers=lambda: services.replies.readers,
            meanwhile=beside_stream(session.id, drawn, user_id=user.id),
        )
        try:
            stream.follow()
        except NotFoundError:  # it is not for this planner any more
            st.rerun()
        stop_place.empty()
        services.sessions.mark_seen(session.id, user_id=user.id)
        refresh_marks_at_end()
        last = services.sessions.history(session.id, user_id=user.id, limit=1).messages[-1]
        if last.id != writing.id or services.follow_ups.all(session.id, user_id=user.id):
            st.rerun()  # the session went on in another tab, or what still waits can be sent now
        if offers.are_replaced_by(last.parts):
            st.rerun()  # only the last proposal is offered
        with stream.end_place.container():
            now_offered = offers_in([last])
            reply_end(last, session, below=partial(now_offered.draw, session=session, user_id=user.id))

if not history.has_later:
    with watch_place:
        watch_session(session, last_id=last.id if last else None, user_id=user.id, busy=writing is not None)
