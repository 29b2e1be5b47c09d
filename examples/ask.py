"""Ask the assistant from a terminal, and read its reply while it is written: TRAVELBOT_TOKEN=tbt_… python ask.py."""

import os

import httpx

address = os.environ.get("TRAVELBOT_URL", "http://localhost:8501/api") + "/chat"
headers = {"Authorization": f"Bearer {os.environ['TRAVELBOT_TOKEN']}", "Accept": "text/plain"}
with httpx.stream("POST", address, headers=headers, json={"content": input("You: ")}, timeout=60) as reply:
    if reply.is_error:
        reply.read()
        raise SystemExit(reply.json()["detail"])
    for piece in reply.iter_text():
        print(piece, end="", flush=True)
