// The official Node SDKs against a running gateway. TOLLGATE_URL and TOLLGATE_KEY say where it is;
// TOLLGATE_LIMITED_KEY is a key that may use sim-small only.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";

const url = process.env.TOLLGATE_URL;
const key = process.env.TOLLGATE_KEY;
const limitedKey = process.env.TOLLGATE_LIMITED_KEY;
const messages = [{ role: "user", content: "Say something." }];
const tool = {
  name: "get_weather",
  description: "Weather of a city.",
  schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
};

async function collect(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

describe("openai", () => {
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const chat = (more) => client.chat.completions.create({ model: "sim-small", messages, ...more });

  it("answers a chat and names its cost", async () => {
    const { data, response, request_id: id } = await chat({}).withResponse();
    assert.ok(data.choices[0].message.content.length > 0);
    assert.match(response.headers.get("x-tollgate-cost"), /^0\.0*[1-9]\d*$/);
    assert.match(id, /^call_/);
  });

  it("streams, with usage and cost in the last chunk when asked", async () => {
    const chunks = await collect(
      await chat({ stream: true, stream_options: { include_usage: true } }),
    );
    const { usage } = chunks.at(-1);
    assert.equal(usage.total_tokens, usage.prompt_tokens + usage.completion_tokens);
    assert.match(usage.cost, /^0\.0*[1-9]\d*$/);
  });

  it("streams without usage when nobody asked", async () => {
    const chunks = await collect(await chat({ stream: true }));
    assert.ok(chunks.length > 1);
    assert.ok(chunks.every((chunk) => !chunk.usage && chunk.choices.length > 0));
  });

  it("calls tools, whole and streamed", async () => {
    const { schema: parameters, ...named } = tool;
    const tools = [{ type: "function", function: { ...named, parameters } }];
    const answer = await chat({ tools, tool_choice: "required" });
    assert.equal(answer.choices[0].message.tool_calls[0].function.name, "get_weather");
    const whole = await client.chat.completions
      .stream({ model: "sim-small", messages, tools, tool_choice: "required" })
      .finalChatCompletion();
    assert.doesNotThrow(() =>
      JSON.parse(whole.choices[0].message.tool_calls[0].function.arguments),
    );
  });

  it("answers several choices", async () => {
    assert.equal((await chat({ n: 3 })).choices.length, 3);
  });

  it("answers responses, whole and streamed", async () => {
    const ask = { model: "sim-large", input: "Say something." };
    const answer = await client.responses.create(ask);
    assert.ok(answer.output_text.length > 0);
    const events = await collect(await client.responses.create({ ...ask, stream: true }));
    assert.equal(events[0].type, "response.created");
    assert.equal(events.at(-1).type, "response.completed");
    assert.match(events.at(-1).response.usage.cost, /^0\.0*[1-9]\d*$/);
  });

  it("embeds", async () => {
    const { data } = await client.embeddings.create({ model: "sim-embed", input: ["a", "b"] });
    assert.equal(data.length, 2);
    assert.ok(data[0].embedding.every((each) => typeof each === "number"));
  });

  it("completes", async () => {
    const answer = await client.completions.create({ model: "sim-small", prompt: "Once" });
    assert.ok(answer.choices[0].text.length > 0);
  });

  it("lists and retrieves models", async () => {
    const ids = (await collect(await client.models.list())).map((model) => model.id);
    assert.ok(ids.includes("sim-small"));
    assert.equal((await client.models.retrieve("sim-small")).id, "sim-small");
    await assert.rejects(client.models.retrieve("org/unknown"), OpenAI.NotFoundError);
  });

  it("raises the errors of its own classes", async () => {
    const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: "tgk_wrong", maxRetries: 0 });
    const limited = new OpenAI({ baseURL: `${url}/v1`, apiKey: limitedKey, maxRetries: 0 });
    const ask = { model: "sim-large", messages };
    await assert.rejects(stranger.chat.completions.create(ask), OpenAI.AuthenticationError);
    await assert.rejects(limited.chat.completions.create(ask), OpenAI.PermissionDeniedError);
    await assert.rejects(chat({ model: "gpt-nope" }), OpenAI.NotFoundError);
    await assert.rejects(chat({ messages: [] }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError);
      assert.equal(error.param, "messages");
      assert.match(error.requestID, /^call_/);
      return true;
    });
    await assert.rejects(chat({ model: "sim-429" }), OpenAI.RateLimitError);
    await assert.rejects(chat({ model: "sim-billing-stop" }), OpenAI.InternalServerError);
  });

  it("raises when a stream breaks", async () => {
    await assert.rejects(
      async () => collect(await chat({ model: "sim-reset", stream: true })),
      (error) =>
        error instanceof OpenAI.APIError && !(error instanceof OpenAI.APIConnectionError),
    );
  });
});

describe("anthropic", () => {
  const client = new Anthropic({ baseURL: url, apiKey: key, maxRetries: 0 });
  const ask = { model: "sim-large", max_tokens: 200, messages };

  it("answers a message and names its cost", async () => {
    const { data, response, request_id: id } = await client.messages.create(ask).withResponse();
    assert.equal(data.type, "message");
    assert.match(response.headers.get("x-tollgate-cost"), /^0\.0*[1-9]\d*$/);
    assert.match(id, /^call_/);
  });

  it("streams every event in order", async () => {
    const events = await collect(await client.messages.create({ ...ask, stream: true }));
    assert.equal(events[0].type, "message_start");
    assert.equal(events.at(-1).type, "message_stop");
    assert.match(events.at(-2).usage.cost, /^0\.0*[1-9]\d*$/);
    const whole = await client.messages.stream(ask).finalMessage();
    assert.ok(whole.usage.output_tokens > 0);
  });

  it("calls tools", async () => {
    const { schema: input_schema, ...named } = tool;
    const answer = await client.messages
      .stream({ ...ask, tools: [{ ...named, input_schema }], tool_choice: { type: "any" } })
      .finalMessage();
    const call = answer.content.find((block) => block.type === "tool_use");
    assert.equal(call.name, "get_weather");
    assert.equal(typeof call.input, "object");
  });

  it("counts tokens", async () => {
    const counted = await client.messages.countTokens({ model: "sim-large", messages });
    assert.ok(counted.input_tokens > 0);
  });

  it("lists models in its own shape", async () => {
    const models = await collect(await client.models.list());
    assert.ok(models.some((model) => model.id === "sim-large" && model.type === "model"));
  });

  it("takes the key from x-api-key and as a token", async () => {
    const byToken = new Anthropic({ baseURL: url, authToken: key, apiKey: null });
    const byHeader = new Anthropic({
      baseURL: url,
      apiKey: "sk-ant-callers-own",
      defaultHeaders: { "x-api-key": key },
    });
    assert.equal((await byToken.messages.create(ask)).type, "message");
    assert.equal((await byHeader.messages.create(ask)).type, "message");
  });

  it("raises the errors of its own classes", async () => {
    const stranger = new Anthropic({ baseURL: url, apiKey: "tgk_wrong", maxRetries: 0 });
    const limited = new Anthropic({ baseURL: url, apiKey: limitedKey, maxRetries: 0 });
    await assert.rejects(stranger.messages.create(ask), Anthropic.AuthenticationError);
    await assert.rejects(limited.messages.create(ask), Anthropic.PermissionDeniedError);
    await assert.rejects(client.messages.create({ ...ask, model: "claude-nope" }), (error) => {
      assert.ok(error instanceof Anthropic.NotFoundError);
      assert.equal(error.error.error.type, "not_found_error");
      assert.match(error.requestID, /^call_/);
      return true;
    });
  });

  it("raises when a stream breaks", async () => {
    await assert.rejects(
      async () =>
        collect(await client.messages.create({ ...ask, model: "sim-reset", stream: true })),
      (error) =>
        error instanceof Anthropic.APIError && !(error instanceof Anthropic.APIConnectionError),
    );
  });
});
