#!/usr/bin/env python3
"""Receives Luodi's webhooks and believes only the signed ones. Standard library only.

    WEBHOOK_SECRET=whsec_… python3 webhook_receiver.py [port]
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOLERANCE_S = 5 * 60
MAX_BODY_BYTES = 1 << 20


def verify(secret: str, headers, body: bytes, now: float) -> bool:
    """Whether the body is what Luodi sent. `headers` answers `get(name)`; `body` is as it came."""
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    signatures = headers.get("webhook-signature", "")
    if not message_id or not timestamp.isascii() or not timestamp.isdigit():
        return False
    if abs(now - int(timestamp)) > TOLERANCE_S:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    # While the secret is being changed there are two signatures; one of them is enough.
    candidates = (s[len("v1,"):] for s in signatures.split(" ") if s.startswith("v1,"))
    return any(hmac.compare_digest(expected, candidate.encode()) for candidate in candidates)


class Receiver(BaseHTTPRequestHandler):
    seen = set()  # A shop keeps this in its database.

    def do_POST(self):
        length = int(self.headers.get("content-length") or 0)
        body = self.rfile.read(length) if 0 < length <= MAX_BODY_BYTES else b""
        if not verify(os.environ["WEBHOOK_SECRET"], self.headers, body, time.time()):
            return self.answer(401)
        event = json.loads(body)
        if event["id"] not in self.seen:
            self.seen.add(event["id"])
            data = event["data"]
            # Before shipping: is it our order, is it this amount, is it CNY?
            print(event["type"], data.get("order_ref", ""), data.get("amount_fen", ""), flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    if not os.environ.get("WEBHOOK_SECRET", "").startswith("whsec_"):
        sys.exit("set WEBHOOK_SECRET to the secret of the endpoint (whsec_…)")
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 9000
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
