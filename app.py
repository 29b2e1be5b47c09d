"""The Streamlit script: who is here, the sidebar of sessions, the page."""

import streamlit as st
from pydantic import ValidationError

from components.accounts.api_tokens import TOKEN_DIALOGS
from components.accounts.guests import GUEST_DIALOGS
from components.accounts.identity import draw_door_cookie, known_as
from components.accounts.invitation import is_invited
from components.accounts.proxied import behind_proxy, is_let_through
from components.accounts.ways_in import WAYS_IN_DIALOGS, go_on, offer_to_join
from components.callbacks import call_to_their_end, draw_what_is_gone_anew
from components.decks.dialogs import DECK_DIALOGS
from components.dialogs import draw_dialog
from components.memory.memories import MEMORY_DIALOGS
from components.outage import draw_database_away, draw_settings_wrong
from components.people.dialogs import ADMIN_DIALOGS
from components.people.leaving import LEAVING_DIALOGS
from components.people.receipts import new_receipt
from components.replies.actions import finish_send
from components.resources import get_services
from components.reviews.dialogs import REVIEW_DIALOGS
from components.reviews.visitor import is_asked_for
from components.scripts import load_scripts
from components.sessions.actions import draw_session_notices
from components.sessions.dialogs import SESSION_DIALOGS
from components.sessions.files import FILE_DIALOGS
from components.sessions.moving import MOVING_DIALOGS
from components.sessions.people import PEOPLE_DIALOGS
from components.sidebar.following import begin_to_follow
from components.sidebar.shortcuts import SHORTCUT_DIALOGS
from components.sidebar.sidebar import draw_sidebar
from components.state import (
    CHAT_PAGE,
    DECK_PAGE,
    INSIGHTS_PAGE,
    MEMORY_PAGE,
    OPERATIONS_PAGE,
    PEOPLE_PAGE,
    RECEIPT_PAGE,
    REVIEW_PAGE,
    REVIEWS_PAGE,
    SESSIONS_PAGE,
    SETTINGS_PAGE,
    SIGN_UP_PAGE,
    TEMPLATES_PAGE,
    TRIPS_PAGE,
    note_role,
    settle_session,
)
from components.templates.templates import TEMPLATE_DIALOGS
from components.this_tab import note_tab
from components.transfer.transfer import TRANSFER_DIALOGS
from components.trips.dialogs import TRIP_DIALOGS
from db.engine import DatabaseUnavailableError

DIALOGS = (
    TOKEN_DIALOGS
    | WAYS_IN_DIALOGS
    | GUEST_DIALOGS
    | SESSION_DIALOGS
    | MOVING_DIALOGS
    | FILE_DIALOGS
    | TRANSFER_DIALOGS
    | TEMPLATE_DIALOGS
    | MEMORY_DIALOGS
    | SHORTCUT_DIALOGS
    | REVIEW_DIALOGS
    | PEOPLE_DIALOGS
    | TRIP_DIALOGS
    | DECK_DIALOGS
    | ADMIN_DIALOGS
    | LEAVING_DIALOGS
)

WIDE_PAGES = ("sessions", "deck", "insights", "operations")
LIST_PAGES = ("sessions", "trips")

call_to_their_end()
draw_what_is_gone_anew()
st.set_page_config(page_title="Travel-Bot", page_icon="/app/static/icon.png")
review = st.Page(REVIEW_PAGE, title="Review", url_path="review")
reset = st.Page("pages/public/reset.py", title="New password", url_path="reset")
receipt = st.Page(RECEIPT_PAGE, title="Receipt", url_path="receipt")

try:
    # Nothing of a planner's is drawn or looked up for whoever comes by a link.
    if is_asked_for(review) and is_let_through():
        st.set_page_config(layout="centered")
        load_scripts("review")
        note_tab(signed_in=False)
        st.navigation([st.Page("pages/public/sign_in.py", default=True), review], position="hidden").run()
    else:
        st.logo("/app/static/logo.svg", size="large", icon_image="/app/static/icon.png")
        load_scripts()
        services = get_services()
        user = begin_to_follow()
        note_role(user)
        note_tab(signed_in=user is not None)
        if user is None and behind_proxy():
            paths = ("sessions", "trips", "deck", "templates", "memory", "insights", "reviews", "settings", "review")
            doors = [st.Page("pages/public/nobody.py", title="Travel-Bot", default=True)]
            doors += [st.Page("pages/public/nobody.py", title="Travel-Bot", url_path=path) for path in paths]
            page = st.navigation(doors, position="hidden")
        elif user is None:
            doors = [st.Page("pages/public/sign_in.py", title="Sign in", url_path="sign_in", default=True)]
            if services.accounts.sign_up_open or is_invited():
                doors.append(st.Page(SIGN_UP_PAGE, title="Sign up", url_path="sign_up"))
            doors += [reset, review, receipt] if services.resets.possible else [review, receipt]
            doors += [  # whoever comes for a planner's page signs in there, and then sees it
                st.Page("pages/public/sign_in.py", title="Sign in", url_path=path)
                for path in ("sessions", "trips", "deck", "templates", "memory", "insights", "reviews", "settings")
            ]
            page = st.navigation(doors, position="hidden")
            draw_door_cookie()
        else:
            chat = st.Page(CHAT_PAGE, title="Chat", default=True)
            pages = [
                chat,
                st.Page(SESSIONS_PAGE, title="All sessions", url_path="sessions"),
                st.Page(TRIPS_PAGE, title="Trips", url_path="trips"),
                st.Page(DECK_PAGE, title="Deck", url_path="deck"),
                st.Page(TEMPLATES_PAGE, title="Templates", url_path="templates"),
                st.Page(MEMORY_PAGE, title="Memory", url_path="memory"),
                st.Page(REVIEWS_PAGE, title="Reviews", url_path="reviews"),
                st.Page(INSIGHTS_PAGE, title="Insights", url_path="insights"),
                st.Page(SETTINGS_PAGE, title="Settings", url_path="settings"),
                review,
                receipt,
            ]
            if user.is_admin:
                pages.append(st.Page(OPERATIONS_PAGE, title="Operations", url_path="operations"))
                pages.append(st.Page(PEOPLE_PAGE, title="People", url_path="people"))
            if services.resets.possible:  # by a link, whoever is signed in here
                pages.append(reset)
            if user.is_guest or is_invited():
                pages.append(st.Page(SIGN_UP_PAGE, title="Sign up", url_path="sign_up"))
            page = st.navigation(pages, position="hidden")
            go_on(pages)
            finish_send()
            settle_session(services.sessions, user_id=user.id, on_chat=page == chat)
            draw_sidebar(user, on_chat=page == chat, has_lists=page.url_path in LIST_PAGES)
            draw_session_notices(user_id=user.id)
            offer_to_join(user)
            draw_dialog(DIALOGS, user=user, page=page.url_path)
        st.set_page_config(
            layout="wide" if page.url_path in WIDE_PAGES else "centered"
        )  # unsaid, the last page's stays
        if not new_receipt():
            with known_as(user):
                page.run()
except DatabaseUnavailableError:
    draw_database_away()
except ValidationError as error:
    draw_settings_wrong(error)
