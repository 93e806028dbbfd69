// The OpenAI SDK for JavaScript and moderations: by themselves, and of a prompt and its answer.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and the keys ADA_KEY (no filter) and BOB_KEY (filters that
// count `nerve agent` and addresses in prompts, and `morning` in answers). The model says
// `Good morning!` to everything. Prints one line a check; ends with 1 if one failed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const ada = new OpenAI({ baseURL, apiKey: process.env.ADA_KEY, maxRetries: 0 });
const bob = new OpenAI({ baseURL, apiKey: process.env.BOB_KEY, maxRetries: 0 });
const model = "open-1";
const says = (content) => [{ role: "user", content }];
const wants = (mode) => ({
  model: "omni-moderation-latest",
  policy: { input: { mode }, output: { mode } },
});

const checks = {
  async eachTextHasAResult() {
    const input = ["a nerve agent", "a walk", "to a@lab.example"];
    const answer = await bob.moderations.create({ input });
    assert.equal(answer.model, "sluice");
    const [weapon, walk, mail] = answer.results;
    assert.ok(weapon.flagged && weapon.categories["illicit/violent"]);
    assert.equal(weapon.category_scores["illicit/violent"], 1);
    assert.deepEqual(weapon.category_applied_input_types["illicit/violent"], ["text"]);
    assert.ok(!walk.flagged);
    assert.ok(mail.flagged && !Object.values(mail.categories).includes(true));
    // What OpenAI has no word for stands in a member of ours, which the SDK keeps.
    assert.deepEqual(mail.sluice_categories, { email: 1 });
  },

  async anImageIsRefused() {
    const image = { type: "image_url", image_url: { url: "https://lab.example/a.png" } };
    const refused = (error) =>
      error instanceof OpenAI.BadRequestError && error.code === "unsupported_parameter";
    await assert.rejects(bob.moderations.create({ input: [image] }), refused);
  },

  async whoHasNoFiltersIsToldSo() {
    const refused = (error) => error instanceof OpenAI.NotFoundError;
    await assert.rejects(ada.moderations.create({ input: "a nerve agent" }), refused);
  },

  async aChatSaysWhatWasFound() {
    const asked = { model, messages: says("a nerve agent"), moderation: wants("score") };
    const { moderation } = await bob.chat.completions.create(asked);
    for (const side of [moderation.input, moderation.output]) {
      assert.equal(side.type, "moderation_results");
      assert.ok(side.results[0].flagged);
    }
    const told = [];
    for await (const chunk of await bob.chat.completions.create({ ...asked, stream: true })) {
      if (chunk.moderation) told.push(chunk.moderation);
    }
    assert.equal(told.length, 1);
    assert.ok(told[0].input.results[0].categories["illicit/violent"]);
  },

  async aResponseSaysWhatWasFound() {
    const asked = { model, input: "a nerve agent", moderation: wants("score") };
    const { moderation } = await bob.responses.create(asked);
    assert.equal(moderation.input.type, "moderation_result");
    assert.ok(moderation.input.flagged && moderation.output.flagged);
    const final = await bob.responses.stream(asked).finalResponse();
    assert.equal(final.output_text, "Good morning!");
    assert.ok(final.moderation.output.flagged);
  },

  async whatIsBlockedIsStopped() {
    const asked = { model, messages: says("hello"), moderation: wants("block") };
    const [choice] = (await bob.chat.completions.create(asked)).choices;
    assert.equal(choice.finish_reason, "content_filter");
    assert.ok(!choice.message.content.includes("morning"));
    const refused = (error) => error.code === "policy_violation";
    const blocked = { model, input: "nerve agent", moderation: wants("block") };
    await assert.rejects(bob.responses.create(blocked), refused);
  },

  async whereNothingLooksThatIsSaid() {
    const asked = { model, messages: says("hello"), moderation: wants("score") };
    const { moderation } = await ada.chat.completions.create(asked);
    for (const side of [moderation.input, moderation.output]) {
      assert.deepEqual([side.type, side.code], ["error", "moderation_unavailable"]);
    }
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack}`);
  }
}
process.exit(failed ? 1 : 0);
