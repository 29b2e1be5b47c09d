"""What stands in for oauth2-proxy, and for a hosting service that signs people in: they know whoever has a cookie."""

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from settings import ROOT
from tests.helpers.processes import free_port, nginx, wait_until_up

COOKIE = "_oauth2_proxy"
FROM = "127.0.0.2"  # where this nginx calls the app from, on Linux: so the test itself is another peer
_NAMES = {"ada": "Ada Lovelace", "eve": "Eve"}


class _OAuth2Proxy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        user = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        if self.path != "/oauth2/auth":
            self._answer(200, {"Content-Type": "text/html"}, b"<title>Sign in</title><h1>Who are you?</h1>")
        elif user is None or user.value not in _NAMES:
            self._answer(401, {}, b"")
        else:
            about = {"User": user.value, "Email": f"{user.value}@example.com"}
            about |= {"Preferred-Username": _NAMES[user.value], "Groups": "planners"}
            self._answer(202, {f"X-Auth-Request-{name}": value for name, value in about.items()}, b"")

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def oauth2_proxy() -> Iterator[int]:
    """Start what nginx asks who somebody is; give its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _OAuth2Proxy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


# As Databricks Apps describe it: the app is asked by another name, and is told of whoever is signed in.
_HOSTED = """
    map $cookie_{cookie} $hosted_user {{ default ""; ada ada@7474; }}
    map $cookie_{cookie} $hosted_email {{ default ""; ada Ada@example.com; }}
    server {{
        listen 127.0.0.1:{port};
        proxy_bind {peer};
        proxy_http_version 1.1;
        location / {{
            proxy_pass http://127.0.0.1:{app};
            proxy_set_header Host app.internal;
            proxy_set_header X-Forwarded-Host $http_host;
            proxy_set_header X-Forwarded-User $hosted_user;
            proxy_set_header X-Forwarded-Email $hosted_email;
            proxy_set_header X-Forwarded-Preferred-Username $hosted_user;
            proxy_set_header X-Forwarded-Access-Token $hosted_user;
            proxy_set_header X-Real-Ip $remote_addr;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $connection_header;
        }}
    }}
"""


@contextmanager
def started_in_front(folder: Path, app: int, asked: int, *, ports: tuple[int, int]) -> Iterator[None]:
    """Start the nginx of deploy/nginx-oauth2-proxy.conf on the first port, and a hosting service on the second."""
    text = (ROOT / "deploy" / "nginx-oauth2-proxy.conf").read_text()
    own, hosted = ports
    for pattern, here, often in (
        (r"listen 80;", f"listen 127.0.0.1:{own};", 1),
        (r"http://oauth2-proxy:4180;", f"http://127.0.0.1:{asked};", 2),
        (r"http://app:8501;", f"http://127.0.0.1:{app};", 2),
        (r"proxy_http_version 1.1;", f"proxy_http_version 1.1; proxy_bind {FROM};", 1),
        (r"/var/log/nginx/", f"{folder}/nginx-", 2),
    ):
        text, count = re.subn(pattern, here, text)
        assert count == often, pattern
    temporary = [
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    ]
    text = text.replace("http {\n", "\n".join(["http {", *temporary, ""]))
    text = text.rstrip().removesuffix("}") + _HOSTED.format(cookie=COOKIE, port=hosted, peer=FROM, app=app) + "}\n"
    file = folder / "nginx.conf"
    file.write_text(f"daemon off;\npid {folder / 'nginx.pid'};\n{'user root;' if os.geteuid() == 0 else ''}\n{text}")
    log = folder / "nginx.log"
    with subprocess.Popen([nginx(), "-p", str(folder), "-c", str(file), "-e", str(log)]) as proxy:
        try:
            wait_until_up(f"http://127.0.0.1:{own}/api/health", log.read_text)
            yield
        finally:
            proxy.terminate()


def two_ports() -> tuple[int, int]:
    return free_port(), free_port()
