// The OpenAI SDK for JavaScript through Sluice, in front of a real model server.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and the keys ADA_KEY (trusted), BOB_KEY (public, filtered)
// Prints one line a check; ends with 1 if one failed.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const client = (who, options = {}) =>
  new OpenAI({ baseURL, apiKey: process.env[`${who}_KEY`], maxRetries: 0, ...options });
const [ada, bob] = ["ADA", "BOB"].map((who) => client(who));

const messages = [{ role: "user", content: "Say hello to the people of Paris." }];
const chat = { model: "small-1", messages, max_tokens: 24 };
const weather = {
  type: "function",
  function: {
    name: "weather",
    description: "weather of a city",
    parameters: {
      type: "object",
      properties: { city: { type: "string" } },
      required: ["city"],
    },
  },
};

async function all(stream) {
  const chunks = [];
  for await (const chunk of await stream) chunks.push(chunk);
  return chunks;
}

async function refused(kind, call, code, status) {
  const error = await call.then(
    () => assert.fail(`was not refused with ${code}`),
    (error) => error,
  );
  assert.ok(error instanceof kind, `${error.constructor.name} for ${code}: ${error}`);
  assert.equal(error.code, code);
  assert.equal(error.status, status);
  assert.ok(error.requestID, "no request id");
  return error;
}

const checks = {
  async chat() {
    const answer = await ada.chat.completions.create(chat);
    assert.ok(answer.choices[0].message.content);
    assert.equal(answer.model, "small-1");
    assert.ok(answer.usage.completion_tokens > 0);
  },

  async chatStreamed() {
    const chunks = await all(ada.chat.completions.create({ ...chat, stream: true }));
    assert.ok(chunks.map((c) => c.choices[0]?.delta.content ?? "").join(""));
    assert.ok(["stop", "length"].includes(chunks.at(-1).choices[0].finish_reason));
    assert.ok(chunks.every((c) => !c.usage), "a usage that nobody asked for");
  },

  async chatStreamedWithUsage() {
    const options = { stream: true, stream_options: { include_usage: true } };
    const chunks = await all(ada.chat.completions.create({ ...chat, ...options }));
    assert.ok(chunks.at(-1).usage.completion_tokens > 0);
    assert.deepEqual(chunks.at(-1).choices, []);
  },

  async tools() {
    const stream = ada.chat.completions.stream({
      model: "tools-1",
      messages: [{ role: "user", content: "what is the weather in Paris?" }],
      tools: [weather],
      tool_choice: "required",
      temperature: 0,
      max_tokens: 60,
    });
    const final = await stream.finalChatCompletion();
    const call = final.choices[0].message.tool_calls[0];
    assert.equal(call.function.name, "weather");
    assert.ok("city" in JSON.parse(call.function.arguments));
  },

  async embeddings() {
    const answer = await ada.embeddings.create({ model: "embed-1", input: ["a", "b"] });
    assert.equal(answer.data.length, 2);
    assert.ok(answer.data[0].embedding.length > 100);
  },

  async models() {
    const listed = (await all(bob.models.list())).map((model) => model.id).sort();
    assert.deepEqual(listed, ["embed-1", "small-1", "tools-1"]);
    await refused(OpenAI.NotFoundError, bob.models.retrieve("early-1"), "model_not_found", 404);
  },

  async errorClasses() {
    const asks = (who, more) => who.chat.completions.create({ ...chat, ...more });
    const stranger = client("ADA", { apiKey: "sk-none", maxRetries: 2 });
    await refused(OpenAI.AuthenticationError, asks(stranger), "invalid_api_key", 401);
    await refused(OpenAI.NotFoundError, asks(bob, { model: "early-1" }), "model_not_found", 404);
    const big = asks(bob, { max_tokens: 1e6 });
    await refused(OpenAI.BadRequestError, big, "cap_exceeded", 400);
    const strange = asks(ada, { chat_template: "x" });
    const error = await refused(OpenAI.BadRequestError, strange, "unsupported_parameter", 400);
    assert.equal(error.param, "chat_template");
  },

  async filtered() {
    const chunks = await all(
      bob.chat.completions.create({ ...chat, max_tokens: 60, stream: true }),
    );
    assert.equal(chunks.at(-1).choices[0].finish_reason, "content_filter");
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
