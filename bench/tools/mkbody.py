#!/usr/bin/env python3
"""Writes the request bodies of the benchmark.

mkbody.py FOLDER -> body2k.json body200k.json body2m.json, stream.json stream-paced.json
stream-slow.json (2 KB each)
"""
import json
import os
import sys

MODEL = "gpt-4o-mini"
TEXT = 'The quick brown fox jumps over the lazy dog; "quoted" words, a tab\\t and 10 numbers 12345. ' * 20


def body(size, model=MODEL, stream=False):
    request = {"model": model, "temperature": 0.7, "max_tokens": 256}
    if stream:
        request["stream"] = True
        request["stream_options"] = {"include_usage": True}
    messages = [{"role": "system", "content": "You are a helpful assistant."}]
    request["messages"] = messages
    have = len(dump(request))
    while have < size:
        role = "assistant" if len(messages) % 2 == 0 else "user"
        messages.append({"role": role, "content": TEXT[: max(10, min(900, size - have - 40))]})
        have += len(dump(messages[-1])) + 1
    return dump(request)


def dump(value):
    return json.dumps(value, separators=(",", ":"))


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else "."
    bodies = {
        "body2k": body(2_048),
        "body200k": body(204_800),
        "body2m": body(2_097_152),
        "stream": body(2_048, stream=True),
        "stream-paced": body(2_048, MODEL + "-paced", True),
        "stream-slow": body(2_048, MODEL + "-slow", True),
    }
    for name, text in bodies.items():
        with open(os.path.join(folder, name + ".json"), "w", encoding="utf-8") as out:
            out.write(text)


if __name__ == "__main__":
    main()
