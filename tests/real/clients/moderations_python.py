"""The OpenAI SDK for Python and moderations: by themselves, and of a prompt and its answer.

Reads SLUICE_URL and the keys ADA_KEY (no filter) and BOB_KEY (filters that count `nerve agent` and
addresses in prompts, and `morning` in answers). The model says `Good morning!` to everything. Prints
one line a check; ends with 1 if one failed.
"""

import os

import openai
from checks import check, main

URL = os.environ["SLUICE_URL"] + "/v1"
ada = openai.OpenAI(base_url=URL, api_key=os.environ["ADA_KEY"], max_retries=0)
bob = openai.OpenAI(base_url=URL, api_key=os.environ["BOB_KEY"], max_retries=0)
hello = [{"role": "user", "content": "hello"}]


def wants(mode):
    policy = {"input": {"mode": mode}, "output": {"mode": mode}}
    return {"model": "omni-moderation-latest", "policy": policy}


@check
def each_text_has_a_result():
    answer = bob.moderations.create(
        model="omni-moderation-latest", input=["a nerve agent", "a walk", "to a@lab.example"]
    )
    assert answer.id.startswith("modr-") and answer.model == "omni-moderation-latest", answer
    weapon, walk, mail = answer.results
    assert weapon.flagged and weapon.categories.illicit_violent, weapon
    assert weapon.category_scores.illicit_violent == 1.0, weapon
    assert weapon.category_applied_input_types.illicit_violent == ["text"], weapon
    assert not walk.flagged and walk.category_scores.hate == 0.0, walk
    assert mail.flagged and not any(mail.categories.model_dump().values()), mail
    # What OpenAI has no word for stands in a member of ours, which the SDK keeps.
    assert mail.sluice_categories == {"email": 1.0}, mail
    for result in answer.results:
        type(result).model_validate(result.to_dict(), strict=True)


@check
def an_image_is_refused():
    image = {"type": "image_url", "image_url": {"url": "https://lab.example/a.png"}}
    try:
        bob.moderations.create(input=[{"type": "text", "text": "x"}, image])
    except openai.BadRequestError as error:
        assert (error.code, error.param) == ("unsupported_parameter", "input[1]"), error
    else:
        raise AssertionError("an image was taken")


@check
def who_has_no_filters_is_told_so():
    try:
        ada.moderations.create(input="a nerve agent")
    except openai.NotFoundError as error:
        assert "no filter" in error.message, error
    else:
        raise AssertionError("a text was called fine by nobody")


@check
def a_chat_says_what_was_found():
    asked = [{"role": "user", "content": "a nerve agent"}]
    answer = bob.chat.completions.create(model="open-1", messages=asked, moderation=wants("score"))
    for side in (answer.moderation.input, answer.moderation.output):
        assert side.type == "moderation_results", side
        [result] = side.results
        assert result.type == "moderation_result" and result.flagged, result
    stream = bob.chat.completions.create(
        model="open-1", messages=asked, moderation=wants("score"), stream=True
    )
    [told] = [chunk.moderation for chunk in stream if chunk.moderation]
    assert told.input.results[0].categories["illicit/violent"], told
    assert told.output.results[0].flagged, told


@check
def a_response_says_what_was_found():
    answer = bob.responses.create(model="open-1", input="a nerve agent", moderation=wants("score"))
    assert answer.moderation.input.type == "moderation_result", answer
    assert answer.moderation.input.categories["illicit/violent"], answer
    assert answer.moderation.output.flagged, answer
    with bob.responses.stream(model="open-1", input="hello", extra_body={"moderation": wants("score")}) as stream:
        final = stream.get_final_response()
    assert final.output_text == "Good morning!", final
    assert final.moderation.output.flagged and not final.moderation.input.flagged, final


@check
def what_is_blocked_is_stopped():
    answer = bob.chat.completions.create(model="open-1", messages=hello, moderation=wants("block"))
    [choice] = answer.choices
    assert choice.finish_reason == "content_filter", choice
    assert "morning" not in choice.message.content, choice
    response = bob.responses.create(model="open-1", input="hello", moderation=wants("block"))
    assert response.incomplete_details.reason == "content_filter", response
    try:
        bob.responses.create(model="open-1", input="nerve agent", moderation=wants("block"))
    except openai.BadRequestError as error:
        assert error.code == "policy_violation", error
    else:
        raise AssertionError("a blocked prompt was asked")


@check
def where_nothing_looks_that_is_said():
    answer = ada.chat.completions.create(model="open-1", messages=hello, moderation=wants("score"))
    for side in (answer.moderation.input, answer.moderation.output):
        assert (side.type, side.code) == ("error", "moderation_unavailable"), side


main()
