"""Templates on the screen: start from one, write one.

In `st.session_state`: `template_undo` holds the fields of the one deleted last. What goes wrong is told at "session".
"""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

import streamlit as st

from components.dialogs import Dialogs, close_dialog, leave_dialog, open_dialog
from components.labels import escape_label
from components.problems import telling
from components.replies.actions import message_id, send
from components.resources import get_services
from components.sessions.actions import forget_undo
from components.state import TEMPLATES_PAGE, new_chats_trip_id, show_new_chat
from components.undo import undo_bar
from services.accounts.records import User
from services.model_names import model_here, short_name
from services.templates.templates import Opening, Template
from services.texts import MAX_INSTRUCTIONS_CHARS, MAX_MESSAGE_CHARS, MAX_TITLE_CHARS

_SHOWN_ON_WELCOME = 6
_BLANKS_HELP = "What changes from trip to trip goes in braces: {where}. It is asked for when you start."
_INSTRUCTIONS_HELP = "How the assistant should work in this session. Sent with every question."
_EXAMPLES = {  # by blank; those of the templates that everybody has
    "days": "5",
    "where": "Lisbon",
    "month": "May",
    "who": "two adults, one vegetarian",
    "budget": "$2,000",
    "brief": "We have never been to Portugal. We like food, old towns and short walks.",
    "places": "Rome and Athens",
    "home": "Berlin",
    "wishes": "history, good food, no crowds",
    "client": "Maria Silva",
    "planner": "Ada",
    "answer by": "Friday, 12 June",
    "proposal": "Five nights in Alfama, a day trip to Sintra, 1,950 euros for two",
    "how many": "18",
    "dates": "3 to 9 October",
    "arranged": "flights and the first hotel",
    "what happened": "Flight TP 535 to Lisbon was cancelled an hour ago.",
    "where they are now": "Berlin airport",
    "where they must be": "Lisbon",
    "when": "tomorrow at noon",
}
_LAST_MODEL = "The model I used last"


def template_buttons(templates: Sequence[Template], *, user: User, default_model: str) -> None:
    """Draw the first templates as buttons that start from them, and the way to all."""
    with st.container(key="chat_templates", gap="xsmall"):
        st.markdown(":small[**Start from a template**]")
        with st.container(key="chat_templates_row", horizontal=True, gap="small"):
            for template in templates[:_SHOWN_ON_WELCOME]:
                key = f"chat_template_{template.id}"
                start_button(template, key=key, label=template.name, user=user, default_model=default_model)
            st.page_link(TEMPLATES_PAGE, label="All templates", icon=":material/arrow_forward:")


def start_button(template: Template, *, key: str, label: str, user: User, default_model: str) -> None:
    """Draw a button that starts from a template; it asks for the blanks first, if there are any."""
    st.button(
        escape_label(label),
        key=key,
        icon=":material/play_arrow:" if label == "Start" else ":material/description:",
        on_click=_begin,
        args=(template, model_here(template.model, user.last_model, default=default_model)),
    )


def template_card(template: Template, *, user: User, default_model: str) -> None:
    """Draw one template: what it says, and what can be done with it."""
    with st.container(border=True, key=f"templates_card_{template.id}", gap="xsmall"):
        st.markdown(f"**{escape_label(template.name)}**")
        st.markdown(f":small[{escape_label(_described(template))}]")
        with st.expander("What it says", type="compact", key=f"templates_text_{template.id}"):
            for label, text in (("Instructions", template.instructions), ("First message", template.first_message)):
                if text:
                    st.markdown(f":small[**{label}**]")
                    st.text(text)
        with st.container(horizontal=True, gap="small"):
            start_button(
                template, key=f"templates_start_{template.id}", label="Start", user=user, default_model=default_model
            )
            if template.built_in:
                _edit_button("Save a copy", ":material/content_copy:", template, id_=None)
            else:
                _edit_button("Edit", ":material/edit:", template, id_=template.id)
                st.button(
                    "Delete",
                    key=f"templates_delete_{template.id}",
                    icon=":material/delete:",
                    type="tertiary",
                    on_click=_delete,
                    args=(template.id, user.id),
                )


def new_template() -> None:
    """Open the dialog for an empty template. A callback."""
    _edit(Opening(name=""), None)


def draw_template_undo(*, user_id: int) -> None:
    """Offer to bring back the template deleted last."""
    if gone := st.session_state.get("template_undo"):
        text = f"Deleted “{escape_label(gone['name'])}”."
        undo_bar(text, key="templates", undo=_undo, args=(user_id,), close=_forget_undo)


def _described(template: Template) -> str:
    switches = [
        *([short_name(template.model)] if template.model else []),
        *(["memory off"] if not template.memory else []),
        *(["web search"] if template.web_search else []),
    ]
    asks = f"Asks for {', '.join(template.blanks)}." if template.blanks else ""
    sends = "" if template.first_message else "You write the first message."
    return " · ".join([one for one in (asks, sends) if one] + switches) or "Sends its first message as it is."


def _edit_button(label: str, icon: str, template: Template, *, id_: str | None) -> None:
    st.button(label, key=f"templates_edit_{template.id}", icon=icon, on_click=_edit, args=(template, id_))


def _edit(opening: Opening, template_id: str | None) -> None:
    known = {field.name: getattr(opening, field.name) for field in fields(Opening)}
    open_dialog("template_edit", template_id=template_id, opening=known)


def _begin(template: Template, model: str) -> None:
    if template.blanks:
        open_dialog("template_start", template_id=template.id)
    else:
        _start(template, template.filled({}), model)


def _start(template: Template, text: str, model: str) -> None:
    """Begin a chat as a template says, in the trip of a new chat that is shown; send its first message, if any."""
    show_new_chat(new_chats_trip_id() if st.session_state.get("chat_on_page") else None)
    st.session_state.chat_new = {
        "model": model,
        "memory": template.memory,
        "web_search": template.web_search,
        "instructions": template.instructions,
    }
    if text:
        send(text, None, message_id(), model, template.memory)


def _delete(template_id: str, user_id: int) -> None:
    forget_undo()
    with telling("session"):
        gone = asdict(get_services().templates.delete(template_id, user_id=user_id))
        st.session_state.template_undo = {name: value for name, value in gone.items() if name != "id"}


def _forget_undo() -> None:
    st.session_state.pop("template_undo", None)


def _undo(user_id: int) -> None:
    forget_undo()
    with telling("session"):
        get_services().templates.add(Opening(**st.session_state.template_undo), user_id=user_id)
        _forget_undo()


@st.dialog("Start from a template", icon=":material/description:", on_dismiss=close_dialog)
def _start_dialog(template_id: str, *, user: User) -> None:
    with telling():
        template = get_services().templates.get(template_id, user_id=user.id)
        text = _filled_form(template)
        if text is not None:
            default_model = get_services().settings.default_model
            _start(template, text, model_here(template.model, user.last_model, default=default_model))
            leave_dialog()


def _filled_form(template: Template) -> str | None:
    """Draw the form that asks for the blanks of a template; return the first message once it is to be sent.

    What is missing is told above the button, where one looks.
    """
    lines = template.first_message.splitlines()
    with st.form("template_start", border=False):
        st.markdown(f"**{escape_label(template.name)}**")
        values = {}
        for number, blank in enumerate(template.blanks):
            long = any(line.strip() in (f"{{{blank}}}", f"{{ {blank} }}") for line in lines)
            field = st.text_area if long else st.text_input
            example = _EXAMPLES.get(blank)
            values[blank] = field(
                f"{escape_label(blank[0].upper() + blank[1:])} \\*",
                key=f"template_blank_{template.id}_{number}",
                placeholder=f"For example: {example}" if example else None,
            )
        st.markdown(":small[\\* Required]")
        missing = st.empty()
        if not st.form_submit_button("Start", type="primary", key="template_start_go"):
            return None
        text = None
        with missing, telling():
            text = template.filled(values)
        return text


@st.dialog("Template", icon=":material/description:", width="medium", on_dismiss=close_dialog)
def _edit_dialog(template_id: str | None, opening: dict[str, Any], *, user: User) -> None:
    wanted = _edit_form(Opening(**opening))
    if wanted is None:
        return
    with telling():
        templates = get_services().templates
        if template_id is None:
            templates.add(wanted, user_id=user.id)
        else:
            templates.change(template_id, wanted, user_id=user.id)
        st.session_state.session_news = f"Saved the template “{escape_label(wanted.name)}”."
        leave_dialog()


def _edit_form(opening: Opening) -> Opening | None:
    """Draw the form with a template's fields; return them as typed once they are to be saved."""
    ids: list[str | None] = [None, *(info.id for info in get_services().models.all())]
    if opening.model not in ids:
        ids.append(opening.model)
    with st.form("template_edit", border=False):
        name = st.text_input("Name", value=opening.name, max_chars=MAX_TITLE_CHARS, key="template_name")
        instructions = st.text_area(
            "Instructions for the assistant",
            value=opening.instructions,
            max_chars=MAX_INSTRUCTIONS_CHARS,
            help=_INSTRUCTIONS_HELP,
            key="template_instructions",
        )
        first_message = st.text_area(
            "First message",
            value=opening.first_message,
            max_chars=MAX_MESSAGE_CHARS,
            help=_BLANKS_HELP,
            placeholder="Please plan {days} days in {where}.",
            key="template_first_message",
        )
        model = st.selectbox(
            "Model",
            ids,
            index=ids.index(opening.model),
            format_func=_model_name,
            key="template_model",
        )
        with st.container(horizontal=True):
            memory = st.toggle("Memory", value=opening.memory, key="template_memory")
            web_search = st.toggle("Web search", value=opening.web_search, key="template_web_search")
        saved = st.form_submit_button("Save", type="primary", key="template_save")
    if not saved:
        return None
    return Opening(name or "", instructions or "", first_message or "", model, memory, web_search)


def _model_name(model: str | None) -> str:
    return model or _LAST_MODEL


TEMPLATE_DIALOGS: Dialogs = {"template_start": _start_dialog, "template_edit": _edit_dialog}
