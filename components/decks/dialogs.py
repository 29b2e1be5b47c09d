"""The dialogs of decks, by name."""

from components.decks.look_form import look_dialog
from components.decks.making import make_anew_dialog, rename_dialog
from components.decks.refresh_form import refresh_dialog
from components.decks.versions import versions_dialog
from components.dialogs import Dialogs

DECK_DIALOGS: Dialogs = {
    "deck_look": look_dialog,
    "deck_versions": versions_dialog,
    "deck_rename": rename_dialog,
    "deck_anew": make_anew_dialog,
    "deck_refresh": refresh_dialog,
}
