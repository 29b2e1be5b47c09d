"""A process of its own that sends one message and writes the reply, until it is killed or interrupted.

    python -m tests.services.replies.child USER_ID TEXT        # settings come from the environment

Says the reply's id, and how the reply ended here.
"""

import signal
import sys
import time

from services.wiring import build_services
from settings import Settings
from tests.helpers.accounts import cheaply

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    services = build_services(Settings(), compare_passwords=cheaply)
    accepted = services.replies.send(sys.argv[2], user_id=int(sys.argv[1]), client_message_id="from-the-child")
    print(accepted.reply_id, flush=True)
    try:
        with services.replies.watch(accepted.reply_id, user_id=int(sys.argv[1])) as watch:
            while watch.next(1).status.unfinished:
                pass
        print(watch.snapshot.status.value, flush=True)
        time.sleep(600)
    except KeyboardInterrupt:
        services.close()
