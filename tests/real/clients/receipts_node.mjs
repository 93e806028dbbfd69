// Receipts as others check them: the OpenAI SDK for the answer, Node's own crypto for the signature.
//
// Reads SLUICE_URL, CLIENT_NODE_MODULES and BOB_KEY. Prints one line a check; ends with 1 if one
// failed.

import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import { createRequire } from "node:module";

const require = createRequire(`${process.env.CLIENT_NODE_MODULES}/x.js`);
const { default: OpenAI } = require("openai");

const baseURL = `${process.env.SLUICE_URL}/v1`;
const client = new OpenAI({ baseURL, apiKey: process.env.BOB_KEY, maxRetries: 0 });
const chat = { model: "open", messages: [{ role: "user", content: "hello" }] };

// Anyone has the public keys: no key of Sluice's is sent.
const { keys } = await (await fetch(`${baseURL}/receipts/keys`)).json();

function check(name, receipt, text, requestId) {
  const [head, said, signature] = receipt.split(".");
  const { alg, kid } = JSON.parse(Buffer.from(head, "base64url"));
  assert.equal(alg, "EdDSA");
  const key = createPublicKey({ key: keys.find((key) => key.kid === kid), format: "jwk" });
  const signed = (part) =>
    verify(null, Buffer.from(`${head}.${part}`), key, Buffer.from(signature, "base64url"));
  assert.ok(signed(said), "the signature is not good");
  assert.ok(!signed(`${said.slice(0, -1)}_`), "a changed receipt is taken");
  const claims = JSON.parse(Buffer.from(said, "base64url"));
  assert.equal(claims.iss, "sluice.test");
  assert.equal(claims.jti, requestId);
  assert.equal(claims.choices.length, 1);
  assert.equal(claims.choices[0].sha256, createHash("sha256").update(text, "utf8").digest("hex"));
  console.log(`ok ${name}`);
}

const whole = await client.chat.completions.create(chat).withResponse();
const text = whole.data.choices[0].message.content;
check("whole", whole.response.headers.get("x-sluice-receipt"), text, whole.request_id);

const streamed = await client.chat.completions.create({ ...chat, stream: true }).withResponse();
const chunks = [];
for await (const chunk of streamed.data) chunks.push(chunk);
assert.equal(chunks.at(-1).choices[0].finish_reason, "stop");
const said = chunks.map((chunk) => chunk.choices[0].delta.content ?? "").join("");
const found = await client.get(`/receipts/${streamed.request_id}`);
check("streamed", found.receipt, said, streamed.request_id);
