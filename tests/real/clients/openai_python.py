"""The OpenAI SDK for Python through Sluice, in front of a real model server.

Reads SLUICE_URL and the keys ADA_KEY (trusted), BOB_KEY (public, filtered) and RAY_KEY (few calls a
minute). Prints one line a check; ends with 1 if one failed.
"""

import json
import os
import time

import openai
from checks import check, main

URL = os.environ["SLUICE_URL"] + "/v1"


def client(who, **options):
    return openai.OpenAI(base_url=URL, api_key=os.environ[f"{who}_KEY"], **options)


ada = client("ADA", max_retries=0)
bob = client("BOB", max_retries=0)

HELLO = [{"role": "user", "content": "Say hello to the people of Paris."}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
        },
    },
}
WORDS = ["the", "you", "is", "of", "and", "to", "hello", "paris", "people"]


def refused(kind, call, code, status):
    try:
        call()
    except kind as error:
        assert type(error) is kind, f"{type(error)} for {code}"
        assert error.code == code, f"{error.code}, not {code}"
        assert error.status_code == status
        assert error.request_id, "no request id"
        return error
    raise AssertionError(f"was not refused with {code}")


@check
def chat():
    answer = ada.chat.completions.create(model="small-1", messages=HELLO, max_tokens=24)
    assert answer.choices[0].message.content, answer
    assert answer.model == "small-1", answer.model
    assert answer.id.startswith("chatcmpl-"), answer.id
    assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0, answer.usage


@check
def chat_streamed():
    stream = ada.chat.completions.create(
        model="small-1", messages=HELLO, max_tokens=24, stream=True
    )
    chunks = list(stream)
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text, chunks
    assert chunks[-1].choices[0].finish_reason in ("stop", "length"), chunks[-1]
    assert all(c.usage is None for c in chunks), "a usage that nobody asked for"
    assert {c.model for c in chunks} == {"small-1"}
    assert len({c.id for c in chunks}) == 1


@check
def chat_streamed_with_usage():
    stream = ada.chat.completions.create(
        model="small-1",
        messages=HELLO,
        max_tokens=24,
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = list(stream)
    usage = chunks[-1].usage
    assert usage.prompt_tokens > 0 and usage.completion_tokens > 0, chunks[-1]
    assert chunks[-1].choices == []


@check
def tools():
    answer = ada.chat.completions.create(
        model="tools-1",
        messages=[{"role": "user", "content": "what is the weather in Paris?"}],
        tools=[WEATHER],
        tool_choice="required",
        temperature=0,
        max_tokens=60,
    )
    call = answer.choices[0].message.tool_calls[0]
    assert call.function.name == "weather", call
    assert "city" in json.loads(call.function.arguments), call
    assert answer.choices[0].finish_reason == "tool_calls"


@check
def tools_streamed():
    with ada.chat.completions.stream(
        model="tools-1",
        messages=[{"role": "user", "content": "what is the weather in Paris?"}],
        tools=[WEATHER],
        tool_choice="required",
        temperature=0,
        max_tokens=60,
    ) as stream:
        final = stream.get_final_completion()
    call = final.choices[0].message.tool_calls[0]
    assert call.function.name == "weather", call
    assert "city" in json.loads(call.function.arguments), call


@check
def completion():
    answer = ada.completions.create(model="small-1", prompt="Once upon a time", max_tokens=12)
    assert answer.choices[0].text, answer
    assert answer.model == "small-1"


@check
def completion_streamed():
    stream = ada.completions.create(
        model="small-1", prompt="Once upon a time", max_tokens=12, stream=True
    )
    assert "".join(c.choices[0].text for c in stream if c.choices)


@check
def embeddings():
    answer = ada.embeddings.create(model="embed-1", input=["good morning", "good night"])
    assert len(answer.data) == 2, answer
    assert len(answer.data[0].embedding) > 100
    assert answer.model == "embed-1"
    assert answer.usage.prompt_tokens > 0
    plain = ada.embeddings.create(model="embed-1", input="good", encoding_format="float")
    assert isinstance(plain.data[0].embedding[0], float)


@check
def models():
    listed = {model.id for model in ada.models.list()}
    assert listed == {"small-1", "tools-1", "embed-1", "early-1"}, listed
    assert {model.id for model in bob.models.list()} == {"small-1", "tools-1", "embed-1"}
    assert ada.models.retrieve("small-1").owned_by == "lab"
    refused(
        openai.NotFoundError, lambda: bob.models.retrieve("early-1"), "model_not_found", 404
    )


@check
def error_classes():
    def asks(who, **more):
        return lambda: who.chat.completions.create(**{"model": "small-1", "messages": HELLO} | more)

    stranger = openai.OpenAI(base_url=URL, api_key="sk-none", max_retries=2)
    began = time.monotonic()
    refused(openai.AuthenticationError, asks(stranger), "invalid_api_key", 401)
    assert time.monotonic() - began < 5, "it retried what cannot succeed"
    refused(openai.NotFoundError, asks(bob, model="early-1"), "model_not_found", 404)
    refused(openai.NotFoundError, asks(bob, model="none-1"), "model_not_found", 404)
    refused(openai.BadRequestError, asks(bob, max_tokens=10**6), "cap_exceeded", 400)
    error = refused(
        openai.BadRequestError,
        asks(ada, extra_body={"chat_template": "x"}),
        "unsupported_parameter",
        400,
    )
    assert error.param == "chat_template", error.param
    refused(
        openai.BadRequestError,
        lambda: ada.embeddings.create(model="small-1", input="x"),
        "unsupported_operation",
        400,
    )


@check
def filtered():
    answer = bob.chat.completions.create(model="small-1", messages=HELLO, max_tokens=60)
    assert answer.choices[0].finish_reason == "content_filter", answer
    clean(answer.choices[0].message.content or "")
    stream = bob.chat.completions.create(
        model="small-1", messages=HELLO, max_tokens=60, stream=True
    )
    chunks = list(stream)
    assert chunks[-1].choices[0].finish_reason == "content_filter", chunks[-1]
    clean("".join(c.choices[0].delta.content or "" for c in chunks if c.choices))


def clean(text):
    shown = [word for word in WORDS if word in text.lower().split()]
    assert not shown, f"{shown} in {text!r}"


main()
