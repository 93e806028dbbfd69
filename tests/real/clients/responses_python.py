"""The OpenAI SDK for Python asks `/v1/responses` through Sluice, in front of scripted backends.

Reads SLUICE_URL and the keys ADA_KEY (no filter), BOB_KEY (a filter that stops at `bomb`) and RAY_KEY
(one that puts `[removed]` in its place). What the backend of each model says, streamed and whole:

  says-1    Good morning!
  thinks-1  reasoning `Hm, a bomb?`, then the message `It is a bomb, I say.`
  calls-1   the function `weather` with {"city": "Paris"}
  cut-1     `Once upon a`, cut at its bound of tokens
  fails-1   `Good`, and then its stream breaks, once anybody has asked says-1 to `go on`; never asked for
            whole

Every event and every answer is held to the SDK's own types, which the SDK itself does not do. Prints
one line a check; ends with 1 if one failed.
"""

import json
import os

import openai
import pydantic
from openai.types.responses import Response, ResponseStreamEvent
from checks import check, main

URL = os.environ["SLUICE_URL"] + "/v1"
EVENT = pydantic.TypeAdapter(ResponseStreamEvent)
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "weather of a city",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}


def client(who):
    return openai.OpenAI(base_url=URL, api_key=os.environ[f"{who}_KEY"], max_retries=0)


ada = client("ADA")
bob = client("BOB")
ray = client("RAY")


def whole(who, model, **more):
    """A whole answer, held to its type and to what every answer of Sluice is like."""
    raw = who.responses.with_raw_response.create(model=model, input="hello", **more)
    Response.model_validate_json(raw.text)
    answer = raw.parse()
    mine(answer, model)
    usage(answer)
    return answer


def events(who, model, **more):
    """The events of a stream, each held to its type, and their numbers."""
    all_of_it = []
    for event in who.responses.create(model=model, input="hello", stream=True, **more):
        if not all_of_it and model == "fails-1":
            go_on()
        all_of_it.append(event)
    for event in all_of_it:
        EVENT.validate_json(event.to_json())
    assert [event.sequence_number for event in all_of_it] == list(range(len(all_of_it)))
    kinds = [event.type for event in all_of_it]
    assert kinds[:2] == ["response.created", "response.in_progress"], kinds
    assert len({event.response.id for event in all_of_it if hasattr(event, "response")}) == 1
    mine(all_of_it[-1].response, model)
    return all_of_it


def go_on():
    """Lets a stream of fails-1 break, now that its beginning is here."""
    ada.responses.create(model="says-1", input="go on")


def mine(answer, model):
    assert answer.id.startswith("resp_"), answer.id
    assert answer.model == model, answer.model
    assert answer.created_at > 0 and answer.object == "response"


def usage(answer):
    known = answer.usage
    assert known.total_tokens == known.input_tokens + known.output_tokens > 0, known


def joined(all_of_it, kind="response.output_text.delta"):
    return "".join(event.delta for event in all_of_it if event.type == kind)


def same(all_of_it):
    """The last event repeats what the others said."""
    answer = all_of_it[-1].response
    assert answer.output_text == joined(all_of_it), answer
    done = [event.item for event in all_of_it if event.type == "response.output_item.done"]
    by_id = {item.id: item.to_dict() for item in done}
    assert [by_id[item.id] for item in answer.output] == [item.to_dict() for item in answer.output]
    return answer


@check
def whole_answer():
    answer = whole(ada, "says-1")
    assert (answer.status, answer.error, answer.incomplete_details) == ("completed", None, None)
    assert answer.output_text == "Good morning!", answer.output_text
    assert [item.type for item in answer.output] == ["message"]
    assert answer.output[0].status == "completed"


@check
def streamed():
    all_of_it = events(ada, "says-1")
    kinds = [event.type.removeprefix("response.") for event in all_of_it]
    kinds = [kind for kind in kinds if kind != "output_text.delta"]
    assert kinds == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ], kinds
    answer = same(all_of_it)
    assert answer.output_text == "Good morning!", answer.output_text
    usage(answer)


@check
def final_response():
    with ada.responses.stream(model="says-1", input="hello") as stream:
        snapshots = [event.snapshot for event in stream if hasattr(event, "snapshot")]
        final = stream.get_final_response()
    assert final.output_text == snapshots[-1] == "Good morning!", final
    assert final.status == "completed"


@check
def final_response_of_a_filtered_stream():
    with bob.responses.stream(model="says-1", input="hello") as stream:
        final = stream.get_final_response()
    assert final.output_text == "Good morning!", final


@check
def reasoning():
    answer = whole(ada, "thinks-1")
    assert [item.type for item in answer.output] == ["reasoning", "message"], answer.output
    assert answer.output[0].content[0].text == "Hm, a bomb?", answer.output[0]
    assert answer.output[0].encrypted_content is None
    assert answer.output_text == "It is a bomb, I say."
    all_of_it = events(ada, "thinks-1")
    assert joined(all_of_it, "response.reasoning_text.delta") == "Hm, a bomb?"
    assert same(all_of_it).output_text == "It is a bomb, I say."


@check
def function_call():
    answer = whole(ada, "calls-1", tools=[WEATHER])
    held(answer.output[0])
    held(same(events(ada, "calls-1", tools=[WEATHER])).output[0])
    with ada.responses.stream(model="calls-1", input="hello", tools=[WEATHER]) as stream:
        call = stream.get_final_response().output[0]
    held(call)
    assert call.parsed_arguments == {"city": "Paris"}, call


def held(call):
    assert (call.type, call.name, call.status) == ("function_call", "weather", "completed"), call
    assert call.call_id and call.id.startswith("fc_"), call
    assert json.loads(call.arguments) == {"city": "Paris"}, call


@check
def cut_at_its_bound():
    for answer in (whole(ada, "cut-1"), same(events(ada, "cut-1"))):
        assert answer.status == "incomplete", answer.status
        assert answer.incomplete_details.reason == "max_output_tokens", answer
        assert answer.output_text == "Once upon a", answer.output_text


@check
def stopped():
    answer = whole(bob, "thinks-1")
    filtered(answer)
    all_of_it = events(bob, "thinks-1")
    assert all_of_it[-1].type == "response.incomplete"
    filtered(same(all_of_it))
    assert "bomb" not in "".join(event.to_json() for event in all_of_it)


def filtered(answer):
    assert answer.status == "incomplete", answer.status
    assert answer.incomplete_details.reason == "content_filter", answer
    assert answer.error is None
    assert [item.type for item in answer.output] == ["reasoning"], answer.output
    assert answer.output[0].status == "incomplete"
    assert answer.output[0].content[0].text == "Hm, a ", answer.output[0]
    assert answer.output_text == ""


@check
def no_final_response_of_a_stopped_stream():
    # The SDK gives one only of a stream that ends with `response.completed`.
    with bob.responses.stream(model="thinks-1", input="hello") as stream:
        last = [event for event in stream][-1]
        assert last.type == "response.incomplete", last
        filtered(last.response)
        raises(RuntimeError, stream.get_final_response)


@check
def masked():
    for answer in (whole(ray, "thinks-1"), same(events(ray, "thinks-1"))):
        assert answer.status == "completed", answer.status
        assert answer.output[0].content[0].text == "Hm, a [removed]?", answer.output[0]
        assert answer.output_text == "It is a [removed], I say.", answer.output_text


@check
def failed():
    all_of_it = events(ada, "fails-1")
    assert joined(all_of_it) == "Good"
    last = all_of_it[-1]
    assert last.type == "response.failed", last
    assert last.response.status == "failed"
    assert last.response.error.code == "server_error", last.response.error
    assert last.response.error.message
    with ada.responses.stream(model="fails-1", input="hello") as stream:
        next(iter(stream))
        go_on()
        raises(RuntimeError, stream.get_final_response)


def raises(kind, call):
    try:
        call()
    except kind:
        return
    raise AssertionError(f"{call} raised no {kind}")


main()
