"""What somebody sees whom a proxy should have signed in, and did not."""

from components.accounts.proxied import draw_nobody

draw_nobody()
