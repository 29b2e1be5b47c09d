"""What comes on a link is on the planner's screen within five seconds."""

from components import waking
from services.reviews import live


def test_page_and_watch_look_often_enough() -> None:
    assert waking.LOOK_EVERY_S + live.LOOK_EVERY_S < 5
