"""The OpenAI SDK for Python and answers that a filter stopped or masked, or that broke.

Reads SLUICE_URL and the key BOB_KEY, whose answers are filtered. Prints one line a check; ends with 1
if one failed.
"""

import os

import openai
from checks import check, main

client = openai.OpenAI(
    base_url=os.environ["SLUICE_URL"] + "/v1", api_key=os.environ["BOB_KEY"], max_retries=0
)


def asked(text):
    return {"model": "open-1", "messages": [{"role": "user", "content": text}]}


def streamed(text):
    """The text as it came, and the reason the last choice ended for."""
    said, reason = "", None
    for chunk in client.chat.completions.create(**asked(text), stream=True):
        for choice in chunk.choices:
            said += choice.delta.content or ""
            reason = choice.finish_reason or reason
    return said, reason


@check
def stopped():
    choice = client.chat.completions.create(**asked("the forbidden thing")).choices[0]
    assert choice.finish_reason == "content_filter", choice
    assert choice.message.content == "this is the ", choice


@check
def stopped_stream():
    assert streamed("the forbidden thing") == ("this is the ", "content_filter")


@check
def masked():
    choice = client.chat.completions.create(**asked("the private thing")).choices[0]
    assert choice.message.content == "write to [email] now", choice
    assert choice.finish_reason == "stop", choice


@check
def masked_stream():
    assert streamed("the private thing") == ("write to [email] now", "stop")


@check
def broken_stream():
    try:
        streamed("the broken thing")
    except openai.APIError as error:
        assert error.code == "upstream_error", error
    else:
        raise AssertionError("an answer that broke off was read as one")


main()
