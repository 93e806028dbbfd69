"""Does things on a Hub with Hugging Face's own client.

HUB_URL says where. Each line of standard input is a list, [TOKEN, WHAT, REPO, KEY, REASON], the last
ones where they are needed; for each, one line says what came of it as JSON. KEY is a name, or `id:` and
the id of a request.
"""

import json
import os
import sys

from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError
from huggingface_hub.utils import get_session, hf_raise_for_status

URL = os.environ["HUB_URL"]


def key(text):
    return {"request_id": text[3:]} if text.startswith("id:") else {"user": text}


def listed(api, repo, status):
    lists = {
        "pending": api.list_pending_access_requests,
        "accepted": api.list_accepted_access_requests,
        "rejected": api.list_rejected_access_requests,
    }
    return [[it.username, it.request_id, it.status, it.email, it.fields] for it in lists[status](repo)]


def reset(api, repo, whose):
    """The client has no word for it yet; the wire has."""
    body = {"requestId": whose[3:]} if whose.startswith("id:") else {"user": whose}
    url = f"{URL}/api/models/{repo}/user-access-request/handle"
    told = get_session().post(
        url, headers=api._build_hf_headers(), json=body | {"status": "reset", "resetReason": "ended"}
    )
    hf_raise_for_status(told)


def check(api, repo):
    try:
        api.auth_check(repo)
        return "granted"
    except GatedRepoError:
        return "gated"
    except RepositoryNotFoundError:
        return "not_found"


WHAT = {
    "list": listed,
    "accept": lambda api, repo, whose: api.accept_access_request(repo, **key(whose)),
    "reject": lambda api, repo, whose, why: api.reject_access_request(repo, **key(whose), rejection_reason=why),
    "cancel": lambda api, repo, whose: api.cancel_access_request(repo, **key(whose)),
    "grant": lambda api, repo, whose: api.grant_access(repo, whose),
    "reset": reset,
    "gate": lambda api, repo, how: api.update_repo_settings(repo, gated={"false": False}.get(how, how)),
    "check": check,
    "whoami": lambda api: api.whoami()["name"],
}

for line in sys.stdin:
    token, what, *words = json.loads(line)
    try:
        came = WHAT[what](HfApi(endpoint=URL, token=token), *words)
    except HfHubHTTPError as error:
        came = {"status": error.response.status_code}
    print(json.dumps(came), flush=True)
