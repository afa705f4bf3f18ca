"""Keys that people press who use no pointer."""

from playwright.sync_api import Page

_MOST = 60


def press_tab_to(page: Page, text: str) -> None:
    """Press Tab until something whose first line has this text has the focus."""
    for _ in range(_MOST):
        page.keyboard.press("Tab")
        if text in page.evaluate("document.activeElement.textContent").strip().split("\n")[0]:
            return
    raise AssertionError(f"The keyboard does not reach {text}.")
