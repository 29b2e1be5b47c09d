"""A password is hidden, and may come from a manager of passwords or the clipboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.helpers.browser import PASSWORD, App

pytestmark = pytest.mark.browser


def test_password_is_pasted_and_hidden(page: Page, shared_app: App) -> None:
    page.goto(shared_app.url)
    username, password = page.get_by_label("Username"), page.get_by_label("Password", exact=True)
    username.fill(PASSWORD)
    username.press("Control+a")
    username.press("Control+c")

    password.press("Control+v")

    expect(password).to_have_value(PASSWORD)
    assert [password.get_attribute(name) for name in ("type", "autocomplete")] == ["password", "current-password"]
