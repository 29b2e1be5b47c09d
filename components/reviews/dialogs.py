"""The dialogs of reviews, by name."""

from components.dialogs import Dialogs
from components.reviews.addresses import address_dialog
from components.reviews.asking import ask_dialog
from components.reviews.beside import comments_dialog
from components.reviews.details import shown_dialog
from components.reviews.link_dialogs import (
    edit_dialog,
    extend_dialog,
    new_address_dialog,
    phone_dialog,
    revoke_dialog,
)
from components.reviews.sharing import share_again_dialog, share_dialog

REVIEW_DIALOGS: Dialogs = {
    "review_share": share_dialog,
    "review_address": address_dialog,
    "review_again": share_again_dialog,
    "review_edit": edit_dialog,
    "review_extend": extend_dialog,
    "review_new_address": new_address_dialog,
    "review_revoke": revoke_dialog,
    "review_phone": phone_dialog,
    "review_shown": shown_dialog,
    "review_ask": ask_dialog,
    "message_comments": comments_dialog,
}
