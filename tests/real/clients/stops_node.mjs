// The OpenAI SDK for JavaScript and answers that a filter stopped or masked, or that broke.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and the key BOB_KEY, whose answers are filtered.
// Prints one line a check; ends with 1 if one failed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const client = new OpenAI({ baseURL, apiKey: process.env.BOB_KEY, maxRetries: 0 });
const asked = (content) => ({ model: "open-1", messages: [{ role: "user", content }] });

/** The choice of a whole answer. */
async function whole(text) {
  return (await client.chat.completions.create(asked(text))).choices[0];
}

/** The text as it came, and the reason the last choice ended for. */
async function streamed(text) {
  let [said, reason] = ["", null];
  const stream = await client.chat.completions.create({ ...asked(text), stream: true });
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      said += choice.delta.content ?? "";
      reason = choice.finish_reason ?? reason;
    }
  }
  return [said, reason];
}

const checks = {
  async stopped() {
    const choice = await whole("the forbidden thing");
    assert.equal(choice.finish_reason, "content_filter");
    assert.equal(choice.message.content, "this is the ");
  },

  async stoppedStream() {
    assert.deepEqual(await streamed("the forbidden thing"), ["this is the ", "content_filter"]);
  },

  async masked() {
    const choice = await whole("the private thing");
    assert.equal(choice.message.content, "write to [email] now");
    assert.equal(choice.finish_reason, "stop");
  },

  async maskedStream() {
    assert.deepEqual(await streamed("the private thing"), ["write to [email] now", "stop"]);
  },

  async brokenStream() {
    const broken = (error) => error instanceof OpenAI.APIError && error.code === "upstream_error";
    await assert.rejects(streamed("the broken thing"), broken);
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
