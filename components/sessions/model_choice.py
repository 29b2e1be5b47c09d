"""The model of a session, whether it may remember, and whether it may search the web: one small menu."""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from components.accounts.identity import current_user
from components.labels import escape_label
from components.problems import draw_problem, telling
from components.resources import get_services
from components.usage.money import session_line
from services.accounts.records import User
from services.model_names import model_here, short_name
from services.sessions.records import SessionSummary
from services.usage.records import ModelInfo
from settings import is_demo

_MEMORY_HELP = (
    "On: the assistant uses what it learned in your other sessions and remembers what you say here. "
    "Off: this session knows nothing of the others, and leaves no trace in them."
)
_SEARCH_HELP = (
    "On: the assistant may look things up in the web, and the links of its reply are listed below it as sources. "
    "A search can cost extra at Backboard."
)


def chosen(session: SessionSummary | None, user: User, default_model: str) -> tuple[str, bool]:
    """Return the model and the memory switch of a session, or of the new chat that this tab begins."""
    if session is not None:
        return model_here(session.model, default=default_model), session.memory
    new = st.session_state.get("chat_new", {})
    return model_here(new.get("model"), user.last_model, default=default_model), new.get("memory", True)


def _searches_web(session: SessionSummary | None) -> bool:
    new = st.session_state.get("chat_new", {})
    return session.web_search if session is not None else bool(new.get("web_search", False))


def _on(switch: bool) -> str:
    return "on" if switch else "off"


def model_menu(session: SessionSummary | None, *, model: str, memory: bool) -> None:
    """Draw the menu, of a new chat without a session; Backboard's list is asked for when it is opened."""
    session_id = session.id if session else None
    only_read = session is not None and not session.may_write
    searches = _searches_web(session)
    menu = st.popover(
        escape_label(short_name(model)) + (" :material/travel_explore:" if searches else ""),
        icon=":material/neurology:" if memory else ":material/visibility_off:",
        type="tertiary",
        help=f"Model; memory is {_on(memory)}, web search is {_on(searches)}",
        key=f"chat_model_menu_{session_id}",
        on_change="rerun",
    )
    if not menu.open:
        return
    with menu:
        with st.spinner("Asking for the models …", show_time=False):
            models = {info.id: info for info in get_services().models.all()}
        ids = list(models) if model in models else [model, *models]
        model_key = f"chat_model_{session_id}"
        st.selectbox(
            "Model",
            ids,
            index=ids.index(model),
            format_func=partial(_described, models),
            key=model_key,
            on_change=_take_over,
            disabled=only_read,
            args=(session_id, "model", model_key),
        )
        if facts := _facts(models.get(model)):
            st.caption(facts)
        memory_key = f"chat_memory_{session_id}"
        st.toggle(
            "Memory",
            value=memory,
            key=memory_key,
            help=_MEMORY_HELP,
            on_change=_take_over,
            disabled=only_read,
            args=(session_id, "memory", memory_key),
        )
        search_key = f"chat_web_search_{session_id}"
        st.toggle(
            "Web search",
            value=searches,
            key=search_key,
            help=_SEARCH_HELP,
            on_change=_take_over,
            disabled=only_read,
            args=(session_id, "web_search", search_key),
        )
        if session is not None:
            st.markdown(f":small[{session_line(session)}]")


def default_model_choice(user: User, default_model: str) -> None:
    """Draw the choice of the model that new chats begin with."""
    model = model_here(user.last_model, default=default_model)
    with st.spinner("Asking for the models …", show_time=False):
        models = {info.id: info for info in get_services().models.all()}
    ids = list(models) if model in models else [model, *models]
    st.selectbox(
        "Model for new chats",
        ids,
        index=ids.index(model),
        format_func=partial(_described, models),
        key="settings_model",
        on_change=_choose_default,
        args=(user.id,),
        help="A model that you choose in a chat becomes the one for new chats too.",
    )
    draw_problem("settings_model")


def _choose_default(user_id: int) -> None:
    with telling("settings_model"):
        if model := st.session_state.get("settings_model"):  # nothing is left where they sign out with it
            get_services().accounts.choose_model(user_id, model)


def _take_over(session_id: int | None, setting: str, key: str) -> None:
    """Give a session, or the new chat, what the widget *key* was set to."""
    value = st.session_state[key]
    if session_id is None:
        st.session_state.chat_new = {**st.session_state.get("chat_new", {}), setting: value}
        return
    with telling("chat", of=session_id):
        if user := current_user():
            get_services().sessions.change(session_id, user_id=user.id, **{setting: value})


def _described(models: Mapping[str, ModelInfo], model_id: str) -> str:
    """Return one line of the list, in which a search finds provider and name."""
    info = models.get(model_id)
    if info is None or info.context_tokens is None or is_demo(model_id):
        return model_id
    return f"{model_id} · {_short(info.context_tokens)}"


def _facts(info: ModelInfo | None) -> str:
    """Return how much a model can read at once and what it costs, as far as it is known."""
    if info is None:
        return ""
    if is_demo(info.id):
        return "The demo assistant answers in detail or briefly, to show how models are switched and compared."
    facts = [f"Reads up to {info.context_tokens:,} tokens at once."] if info.context_tokens else []
    if info.free:
        facts.append("It is free.")
    elif info.input_price is not None and info.output_price is not None:
        facts.append(
            f"A million tokens cost \\${info.input_price:,.2f} to read and \\${info.output_price:,.2f} to write."
        )
    return "  \n".join(facts)


def _short(tokens: int) -> str:
    return f"{round(tokens / 1_000_000, 1):g}M" if tokens >= 1_000_000 else f"{tokens // 1000}k"
