"""The Anthropic SDK for Python through Sluice, in front of a scripted server.

Reads SLUICE_URL and the key BOB_KEY, whose answers are filtered. Prints one line a check; ends with 1
if one failed.
"""

import os

import anthropic
from checks import check, main

client = anthropic.Anthropic(
    base_url=os.environ["SLUICE_URL"], api_key=os.environ["BOB_KEY"], max_retries=0
)


def asked(text, **more):
    messages = [{"role": "user", "content": text}]
    return {"model": "open-1", "max_tokens": 64, "messages": messages, **more}


def streamed(text):
    """The text as it came, and the message that the SDK put together."""
    with client.messages.stream(**asked(text)) as stream:
        said = "".join(stream.text_stream)
        return said, stream.get_final_message()


@check
def whole():
    message = client.messages.create(**asked("hello"))
    assert message.content[0].text == "hello there friend", message
    assert message.stop_reason == "end_turn" and message.role == "assistant", message
    assert message.model == "open-1" and message.id.startswith("msg_"), message
    assert (message.usage.input_tokens, message.usage.output_tokens) == (5, 9), message
    assert message._request_id.startswith("req_"), message._request_id


@check
def stream():
    said, message = streamed("hello")
    assert said == message.content[0].text == "hello there friend", message
    assert message.stop_reason == "end_turn" and message.usage.output_tokens == 9, message


@check
def stopped():
    message = client.messages.create(**asked("the forbidden thing"))
    assert message.stop_reason == "refusal", message
    assert message.stop_details is not None and message.stop_details.type == "refusal", message
    assert message.content[0].text == "this is the ", message


@check
def stopped_stream():
    said, message = streamed("the forbidden thing")
    assert message.stop_reason == "refusal" and message.stop_details is not None, message
    assert said == message.content[0].text == "this is the ", message


@check
def masked():
    message = client.messages.create(**asked("the private thing"))
    assert message.content[0].text == "write to [email] now", message
    assert message.stop_reason == "end_turn", message


@check
def masked_stream():
    said, message = streamed("the private thing")
    assert said == message.content[0].text == "write to [email] now", message
    assert message.stop_reason == "end_turn", message


@check
def broken_stream():
    try:
        streamed("the broken thing")
    except anthropic.APIStatusError as error:
        assert error.body["error"]["type"] == "api_error", error.body
        assert error.body["error"]["code"] == "upstream_error", error.body
    else:
        raise AssertionError("an answer that broke off was read as one")


def refused(kind, call, word, status):
    try:
        call()
    except kind as error:
        assert type(error) is kind, type(error)
        assert error.status_code == status and error.body["error"]["type"] == word, error.body
        assert error.request_id.startswith("req_"), error.request_id
        return error
    raise AssertionError(f"was not refused with {word}")


@check
def error_classes():
    stranger = anthropic.Anthropic(
        base_url=os.environ["SLUICE_URL"], api_key="sk-none", max_retries=0
    )
    hello = asked("hello")
    create = client.messages.create
    refused(
        anthropic.AuthenticationError,
        lambda: stranger.messages.create(**hello),
        "authentication_error",
        401,
    )
    unknown = {**hello, "model": "nothing"}
    refused(anthropic.NotFoundError, lambda: create(**unknown), "not_found_error", 404)
    big = {**hello, "max_tokens": 10_000}
    refused(anthropic.BadRequestError, lambda: create(**big), "invalid_request_error", 400)


@check
def limits():
    raw = client.messages.with_raw_response.create(**asked("hello"))
    assert raw.headers["request-id"] == raw.headers["x-request-id"]
    assert raw.headers["content-type"] == "application/json"
    assert not any(name.startswith("x-ratelimit") for name in raw.headers), raw.headers


main()
