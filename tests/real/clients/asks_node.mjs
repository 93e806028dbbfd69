// One call by the OpenAI SDK for JavaScript, which may ask again twice, and the 429 that it ends in.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and ADA_KEY. Prints `code milliseconds`: why, and how long
// the SDK has taken.

import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const client = new OpenAI({ baseURL, apiKey: process.env.ADA_KEY, maxRetries: 2 });
const messages = [{ role: "user", content: "hello" }];
const began = performance.now();
try {
  await client.chat.completions.create({ model: "open-1", messages, max_tokens: 60 });
} catch (error) {
  if (!(error instanceof OpenAI.RateLimitError)) throw error;
  console.log(error.code, Math.round(performance.now() - began));
}
