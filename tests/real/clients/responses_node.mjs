// The OpenAI SDK for JavaScript asks `/v1/responses` through Sluice, in front of scripted backends.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and the keys ADA_KEY (no filter), BOB_KEY (a filter that
// stops at `bomb`) and RAY_KEY (one that puts `[removed]` in its place). responses_python.py says
// what the backend of each model answers. Prints one line a check; ends with 1 if one failed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const client = (who) =>
  new OpenAI({ baseURL, apiKey: process.env[`${who}_KEY`], maxRetries: 0 });
const [ada, bob, ray] = ["ADA", "BOB", "RAY"].map(client);

const weather = {
  type: "function",
  name: "weather",
  strict: true,
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
};

const ask = (model, more = {}) => ({ model, input: "hello", ...more });

async function events(who, model, more) {
  const stream = await who.responses.create(ask(model, { stream: true, ...more }));
  const all = [];
  for await (const event of stream) {
    if (model === "fails-1" && !all.length) await goOn();
    all.push(event);
  }
  assert.deepEqual(
    all.map((event) => event.sequence_number),
    all.map((_, number) => number),
  );
  return all;
}

/** Lets a stream of fails-1 break, now that its beginning is here. */
const goOn = () => ada.responses.create({ model: "says-1", input: "go on" });

/** What the SDK puts together, beside what the last event of the same stream says. */
async function final(who, model, more = {}) {
  const stream = who.responses.stream(ask(model, more));
  const all = [];
  for await (const event of stream) {
    if (model === "fails-1" && !all.length) await goOn();
    all.push(event);
  }
  return [await stream.finalResponse(), all.at(-1)];
}

const textOf = (all) =>
  all
    .filter((event) => event.type === "response.output_text.delta")
    .map((event) => event.delta)
    .join("");

function held(call) {
  assert.equal(call.type, "function_call");
  assert.equal(call.name, "weather");
  assert.deepEqual(JSON.parse(call.arguments), { city: "Paris" });
}

function filtered(answer) {
  assert.equal(answer.status, "incomplete");
  assert.equal(answer.incomplete_details.reason, "content_filter");
  assert.equal(answer.output[0].content[0].text, "Hm, a ");
  assert.equal(answer.output.length, 1);
}

const checks = {
  async whole() {
    const answer = await ada.responses.create(ask("says-1"));
    assert.equal(answer.output_text, "Good morning!");
    assert.equal(answer.status, "completed");
    assert.ok(answer.usage.total_tokens > 0);
  },

  async streamed() {
    const all = await events(ada, "says-1");
    assert.equal(textOf(all), "Good morning!");
    assert.equal(all[0].type, "response.created");
    assert.equal(all.at(-1).type, "response.completed");
    assert.equal(all.at(-1).response.model, "says-1");
  },

  async finalResponse() {
    const [answer, last] = await final(ada, "says-1");
    assert.equal(answer.output_text, "Good morning!");
    assert.equal(last.type, "response.completed");
  },

  async reasoning() {
    const [answer] = await final(ada, "thinks-1");
    assert.deepEqual(
      answer.output.map((item) => item.type),
      ["reasoning", "message"],
    );
    assert.equal(answer.output[0].content[0].text, "Hm, a bomb?");
    assert.equal(answer.output_text, "It is a bomb, I say.");
  },

  async functionCall() {
    const [answer] = await final(ada, "calls-1", { tools: [weather] });
    held(answer.output[0]);
    held((await ada.responses.create(ask("calls-1", { tools: [weather] }))).output[0]);
  },

  async cutAtItsBound() {
    const { response } = (await events(ada, "cut-1")).at(-1);
    assert.equal(response.incomplete_details.reason, "max_output_tokens");
    assert.equal((await ada.responses.create(ask("cut-1"))).output_text, "Once upon a");
  },

  async stopped() {
    const all = await events(bob, "thinks-1");
    assert.equal(all.at(-1).type, "response.incomplete");
    filtered(all.at(-1).response);
    assert.ok(!JSON.stringify(all).includes("bomb"));
    filtered(await bob.responses.create(ask("thinks-1")));
    const [answer] = await final(bob, "thinks-1");
    filtered(answer);
  },

  async masked() {
    const [answer] = await final(ray, "thinks-1");
    assert.equal(answer.output_text, "It is a [removed], I say.");
  },

  async failed() {
    const last = (await events(ada, "fails-1")).at(-1);
    assert.equal(last.type, "response.failed");
    assert.equal(last.response.error.code, "server_error");
    const [answer] = await final(ada, "fails-1");
    assert.equal(answer.status, "failed");
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
process.exitCode = failed ? 1 : 0;
