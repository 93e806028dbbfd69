"""Receipts as others check them: the OpenAI SDK for the answer, PyJWT for the signature.

Reads SLUICE_URL and BOB_KEY. Prints one line a check; ends with 1 if one failed.
"""

import hashlib
import json
import os
import urllib.request

import jwt
import openai

URL = os.environ["SLUICE_URL"] + "/v1"
client = openai.OpenAI(base_url=URL, api_key=os.environ["BOB_KEY"], max_retries=0)
chat = {"model": "open", "messages": [{"role": "user", "content": "hello"}]}


def public(receipt):
    """The public key of a receipt, from where anyone has it: without a key of Sluice's."""
    with urllib.request.urlopen(URL + "/receipts/keys") as answer:
        keys = jwt.PyJWKSet.from_dict(json.load(answer))
    return keys[jwt.get_unverified_header(receipt)["kid"]]


def check(name, receipt, text, request_id):
    claims = jwt.decode(
        receipt,
        public(receipt),
        algorithms=["EdDSA"],
        issuer="sluice.test",
        options={"require": ["iss", "jti"], "verify_iat": False},
    )
    assert claims["jti"] == request_id
    assert (claims["model"], claims["licence"]) == ("open", "apache-2.0")
    [choice] = claims["choices"]
    assert choice["sha256"] == hashlib.sha256(text.encode()).hexdigest(), text
    head, said, signature = receipt.split(".")
    forged = dict(claims, model="other")
    said = jwt.utils.base64url_encode(json.dumps(forged).encode()).decode()
    try:
        jwt.decode(".".join([head, said, signature]), public(receipt), algorithms=["EdDSA"])
    except jwt.InvalidSignatureError:
        print("ok", name)
    else:
        raise AssertionError("a forged receipt was taken")


raw = client.chat.completions.with_raw_response.create(**chat)
text = raw.parse().choices[0].message.content
check("whole", raw.headers["x-sluice-receipt"], text, raw.headers["x-request-id"])

raw = client.chat.completions.with_raw_response.create(stream=True, **chat)
chunks = list(raw.parse())
assert chunks[-1].choices[0].finish_reason == "stop"
text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
request_id = raw.headers["x-request-id"]
found = client.get(f"/receipts/{request_id}", cast_to=dict)
check("streamed", found["receipt"], text, request_id)
