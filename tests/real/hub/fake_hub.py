#!/usr/bin/env python3
"""A stand-in for the part of the Hugging Face Hub that gated repos are managed by.

    fake_hub.py [PORT]        says where it listens, on a port of its own choice if none is given

What it answers was read off huggingface_hub 2.4.0 and the documentation of the Hub. Whoever tests
with it moves it under `/fake/`: somebody asks for access, names are hidden, the Hub is away. Needs
nothing but Python.
"""

import base64
import datetime
import http.server
import json
import re
import secrets
import sys
import threading
import urllib.parse

LOCK = threading.Lock()
PAGE = 2
AWAY = {"on": False}
TRANSCRIPT = []

USERS = {"alice": "Alice A", "bob": "Bob B", "carol": "Carol C", "dave": "Dave D"}
# Who a token is of, and what it may.
TOKENS = {"hf_write": ("owner", "write"), "hf_read": ("owner2", "read"), "hf_org": ("acme", "org")}
TOKENS |= {f"hf_{user}": (user, "read") for user in USERS}

CARD = {
    "license": "other",
    "license_name": "acme-research",
    "extra_gated_heading": "Ask for rc1",
    "extra_gated_prompt": "You agree to use it for research.",
    "extra_gated_fields": {
        "Country": "country",
        "Affiliation": "text",
        "Purpose": {"type": "select", "options": ["Research", {"label": "Other", "value": "other"}]},
        "I accept": "checkbox",
    },
    "extra_gated_button_content": "Ask",
}


class Repo:
    """A repo. Those of one group share their requests: one approval opens all of them."""

    def __init__(self, gated, requests=None):
        self.gated = gated
        self.requests = {} if requests is None else requests
        self.reset = {}
        self.hide_users = False


GROUP = {}
REPOS = {
    "acme/rc1": Repo("manual"),
    "acme/auto": Repo("auto"),
    "acme/open": Repo(False),
    "acme/group-a": Repo("manual", GROUP),
    "acme/group-b": Repo("manual", GROUP),
}


def now():
    stamp = datetime.datetime.now(datetime.timezone.utc)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def request(user, status, email=None, fields=None):
    who = {
        "_id": secrets.token_hex(12),
        "avatarUrl": "/avatars/x.svg",
        "fullname": USERS[user],
        "isPro": False,
        "type": "user",
        "user": user,
    }
    made = {"requestId": secrets.token_hex(12), "user": who, "status": status}
    made |= {"timestamp": now(), "grantedBy": None}
    if email:
        who["email"] = email
    if fields:
        made["fields"] = fields
    return made


def gated(repo):
    said = f"Access to model {repo} is restricted and you are not in the authorized list."
    return 403, {"error": said}, {"x-error-code": "GatedRepo", "x-error-message": said}


class Refused(Exception):
    """(status, body, headers)"""


def refuse(status, said, **headers):
    raise Refused(status, {"error": said}, {f"x-error-{name}": value for name, value in headers.items()})


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=None):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def serve(self):
        length = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(length) or b"null")
        url = urllib.parse.urlparse(self.path)
        query = {name: values[0] for name, values in urllib.parse.parse_qs(url.query).items()}
        with LOCK:
            try:
                answered = self.route(url.path, query, body)
            except Refused as refused:
                answered = refused.args
        self.answer(*answered)

    do_GET = do_POST = do_PUT = serve

    def route(self, path, query, body):
        if path.startswith("/fake/"):
            return FAKE[path](query, body)
        agent = (self.headers.get("user-agent") or "").split("/")[0].split(";")[0]
        sent = self.headers.get("authorization") or ""
        who = TOKENS.get(sent.removeprefix("Bearer "))
        TRANSCRIPT.append(
            {"agent": agent, "who": who and who[0], "method": self.command, "path": self.path, "body": body}
        )
        if AWAY["on"]:
            return 503, {"error": "Service Unavailable"}, {}
        if sent and not who:
            said = "Invalid credentials in Authorization header"
            refuse(401, said, message=said)
        if path == "/api/whoami-v2":
            return self.whoami(who)
        found = re.fullmatch(r"/api/models/([^/]+/[^/]+?)(/auth-check|/settings|/user-access-request/\w+)?", path)
        if not found or found[1] not in REPOS:
            refuse(404, "Repository not found", code="RepoNotFound", message="Repository not found")
        name, repo, what = found[1], REPOS[found[1]], found[2] or ""
        if what == "":
            return 200, {"id": name, "sha": "6f6073b", "gated": repo.gated, "cardData": CARD}, {}
        if what == "/auth-check":
            return self.auth_check(name, repo, who)
        if not who or who[1] != "write":
            refuse(403, "Forbidden")
        if what == "/settings":
            repo.gated = body["gated"]
            return 200, {}, {}
        if not repo.gated:
            refuse(400, "Repo is not gated")
        act = what.rpartition("/")[2]
        if self.command == "POST":
            return {"handle": handle, "grant": grant}[act](repo, body)
        return self.page(repo, act, query)

    def whoami(self, who):
        if who is None:
            refuse(401, "Unauthorized")
        name, role = who
        token = {"displayName": "t", "role": role, "createdAt": now()}
        told = {"type": "org" if role == "org" else "user", "id": "1", "name": name, "fullname": name}
        return 200, told | {"orgs": [], "auth": {"type": "access_token", "accessToken": token}}, {}

    def auth_check(self, name, repo, who):
        if not repo.gated:
            return 200, {}, {}
        if who is None:
            refuse(401, "Access is restricted", code="GatedRepo", message="restricted")
        held = repo.requests.get(who[0])
        if who[1] == "write" or (held and held["status"] == "accepted"):
            return 200, {}, {}
        return gated(name)

    def page(self, repo, status, query):
        held = repo.reset if status == "reset" else repo.requests
        listed = [shown(repo, it) for it in held.values() if it["status"] == status]
        start = int(base64.urlsafe_b64decode(query["cursor"])) if "cursor" in query else 0
        headers = {}
        if start + PAGE < len(listed):
            cursor = base64.urlsafe_b64encode(str(start + PAGE).encode()).decode()
            path = urllib.parse.urlparse(self.path).path
            cursor = urllib.parse.quote(cursor)
            headers["Link"] = f'<http://{self.headers["host"]}{path}?cursor={cursor}>; rel="next"'
        return 200, listed[start : start + PAGE], headers


def shown(repo, held):
    hidden = {"user"} if repo.hide_users else set()
    return {name: value for name, value in held.items() if name not in hidden}


def handle(repo, body):
    if "user" in body:
        held = repo.requests.get(body["user"])
    else:
        ids = (it for it in repo.requests.values() if it["requestId"] == body.get("requestId"))
        held = next(ids, None)
    status = body["status"]
    reason = body.get("rejectionReason")
    if status not in ("pending", "accepted", "rejected", "reset"):
        refuse(400, "Invalid status")
    if reason is not None and (status != "rejected" or len(reason) > 200):
        refuse(400, "Invalid rejectionReason")
    if held is None:
        refuse(404, "Access request not found")
    if held["status"] == status:
        refuse(404, f"Access request already {status}")
    held["status"], held["rejectionReason"] = status, reason
    if status == "reset":
        user = held["user"]["user"]
        repo.reset[user] = repo.requests.pop(user)
    return 200, {}, {}


def grant(repo, body):
    user = body["user"]
    if user not in USERS:
        refuse(404, "User not found")
    held = repo.requests.get(user)
    if held and held["status"] == "accepted":
        refuse(400, "User already has access")
    repo.requests[user] = request(user, "accepted")
    return 200, {}, {}


def ask(_, body):
    """Somebody fills in the form of a repo, as one does in a browser."""
    repo, user = REPOS[body["repo"]], body["user"]
    if user in repo.requests:
        refuse(403, "You have asked already")
    status = "accepted" if repo.gated == "auto" else "pending"
    repo.requests[user] = request(user, status, f"{user}@example.org", body.get("fields"))
    return 200, repo.requests[user], {}


def hide(_, body):
    REPOS[body["repo"]].hide_users = body["on"]
    return 200, {}, {}


def away(_, body):
    AWAY["on"] = body["on"]
    return 200, {}, {}


def transcript(_, __):
    return 200, TRANSCRIPT, {}


FAKE = {
    "/fake/ask": ask,
    "/fake/hide": hide,
    "/fake/away": away,
    "/fake/transcript": transcript,
}



class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


if __name__ == "__main__":
    server = Server(("127.0.0.1", int((sys.argv[1:] or ["0"])[0])), Hub)
    print(f"listens on 127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
