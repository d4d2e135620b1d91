#!/usr/bin/env python3
"""Wire cases for Tollgate. Python 3.11, standard library only.

  TOLLGATE_URL=http://localhost:8080 TOLLGATE_ADMIN_TOKEN=tga_... python3 run.py [--only PREFIX]... [--list] [-v] [--json FILE]

Starts a scripted upstream on 127.0.0.1, registers one provider, model and price for each case through /api/v1, sends the case's
request, and compares what reached the upstream, what came back, and what GET /api/v1/calls/{id} shows.
"""
import argparse, http.client, json, os, re, socket, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HERE = os.path.dirname(os.path.abspath(__file__))
SSE_TYPE = "text/event-stream; charset=utf-8"
CANARY = "sk-upstream-canary"
INFERENCE = re.compile(r"/(chat/completions|messages|responses|completions|embeddings)$")

# ---------------------------------------------------------------------------------------------- matchers
class Env(dict): pass

def typename(v):
    return "null" if v is None else "bool" if isinstance(v, bool) else "int" if isinstance(v, int) else "number" if isinstance(v, float) else \
        "string" if isinstance(v, str) else "array" if isinstance(v, list) else "object"

MISSING = object()

def joined_text(v):
    """Text of a content that may be a string, a block, or a list of blocks; blocks are joined by a newline."""
    if v is None or v is MISSING: return ""
    if isinstance(v, str): return v
    if isinstance(v, dict): v = [v]
    return "\n".join(x if isinstance(x, str) else (x.get("text") or "") for x in v if isinstance(x, (str, dict)))

def short(v, n=160):
    if v is MISSING: return "nothing"
    s = json.dumps(v, ensure_ascii=False); return s if len(s) <= n else s[:n] + "..."

def same_number(a, b):
    try: return not isinstance(a, bool) and not isinstance(b, bool) and abs(float(a) - float(b)) < 1e-9
    except (TypeError, ValueError): return False

def match(m, v, path, env):
    """None when v satisfies m, else a sentence."""
    if isinstance(m, dict) and len(m) == 1 and next(iter(m)).startswith("$"):
        op, a = next(iter(m.items())); return OPS[op](a, v, path, env)
    if isinstance(m, dict):
        if not isinstance(v, dict): return f"{path}: expected an object, got {short(v)}"
        for k, mm in m.items():
            e = match(mm, v.get(k, MISSING), f"{path}.{k}", env)
            if e: return e
        return None
    if isinstance(m, list):
        if not isinstance(v, list): return f"{path}: expected a list, got {short(v)}"
        if len(v) != len(m): return f"{path}: expected {len(m)} elements, got {len(v)}: {short(v)}"
        for i, (mm, vv) in enumerate(zip(m, v)):
            e = match(mm, vv, f"{path}[{i}]", env)
            if e: return e
        return None
    if v is MISSING: return f"{path}: missing, expected {short(m)}"
    if isinstance(m, bool) or m is None or isinstance(v, bool): return None if m is v else f"{path}: expected {short(m)}, got {short(v)}"
    if isinstance(m, (int, float)): return None if isinstance(v, (int, float)) and same_number(m, v) else f"{path}: expected {m}, got {short(v)}"
    return None if m == v else f"{path}: expected {short(m)}, got {short(v)}"

def op_any(a, v, p, env):
    errs = []
    for m in a:
        e = match(m, v, p, env)
        if not e: return None
        errs.append(e)
    return " | ".join(errs[:4])

def op_all(a, v, p, env):
    for m in a:
        e = match(m, v, p, env)
        if e: return e

def op_json(a, v, p, env):
    if not isinstance(v, str): return f"{p}: expected a string of JSON, got {short(v)}"
    try: x = json.loads(v)
    except ValueError: return f"{p}: not JSON: {short(v)}"
    return match(a, x, p + "<json>", env)

def op_set(a, v, p, env, exact=True):
    if not isinstance(v, list): return f"{p}: expected a list, got {short(v)}"
    if exact and len(v) != len(a): return f"{p}: expected {len(a)} elements in any order, got {len(v)}: {short(v)}"
    left = list(range(len(v)))
    for m in a:
        hit = next((i for i in left if not match(m, v[i], p, Env(env))), None)
        if hit is None: return f"{p}: no element matches {short(m)} in {short(v, 400)}"
        match(m, v[hit], p, env); left.remove(hit)

def op_blocks(a, v, p, env):
    if isinstance(v, str): v = [{"type": "text", "text": v}]
    if not isinstance(v, list): return f"{p}: expected blocks, got {short(v)}"
    return match(a, v, p, env)

def op_bind(a, v, p, env):
    e = match(a.get("m", {"$any": [{"$type": "string"}, {"$type": "int"}]}), v, p, env)
    if not e: env[a["name"]] = v
    return e

def op_len(a, v, p, env):
    return match(a, len(v), p + ".length", env) if isinstance(v, (list, str, dict)) else f"{p}: has no length: {short(v)}"

def op_nokeys(a, v, p, env):
    """No key of these names anywhere inside."""
    if isinstance(v, dict):
        for k, x in v.items():
            if k in a: return f"{p}.{k}: must not be there"
            e = op_nokeys(a, x, f"{p}.{k}", env)
            if e: return e
    elif isinstance(v, list):
        for i, x in enumerate(v):
            e = op_nokeys(a, x, f"{p}[{i}]", env)
            if e: return e

def op_nowhere(a, v, p, env):
    s = "" if v is MISSING else json.dumps(v, ensure_ascii=False)
    return next((f"{p}: must not contain {t!r}" for t in a if t in s), None)

def op_somewhere(a, v, p, env):
    s = "" if v is MISSING else json.dumps(v, ensure_ascii=False)
    return next((f"{p}: must contain {t!r}: {s[:200]}" for t in a if t not in s and json.dumps(t, ensure_ascii=False)[1:-1] not in s), None)

def op_same_text(a, v, p, env):
    """Blocks or string whose text, white space squeezed, equals a (a string), or matches it."""
    t = " ".join(joined_text(v).split())
    return match(a if not isinstance(a, str) else " ".join(a.split()), t, p + "<text>", env)

def op_first(a, v, p, env):
    return match(a, v[0], p + "[0]", env) if isinstance(v, list) and v else f"{p}: expected a non-empty list, got {short(v)}"

def op_last(a, v, p, env):
    return match(a, v[-1], p + "[-1]", env) if isinstance(v, list) and v else f"{p}: expected a non-empty list, got {short(v)}"

OPS = {
    "$eq": lambda a, v, p, env: None if v is not MISSING and v == a and typename(v) == typename(a) else f"{p}: expected exactly {short(a)}, got {short(v)}",
    "$absent": lambda a, v, p, env: None if v is MISSING else f"{p}: must be absent, got {short(v)}",
    "$none": lambda a, v, p, env: None if v is MISSING or v is None else f"{p}: must be absent or null, got {short(v)}",
    "$empty": lambda a, v, p, env: None if v is MISSING or v in (None, "", [], {}) else f"{p}: must be empty, got {short(v)}",
    "$present": lambda a, v, p, env: None if v is not MISSING and v is not None else f"{p}: must be present",
    "$any": op_any, "$all": op_all, "$json": op_json,
    "$not": lambda a, v, p, env: f"{p}: must not match {short(a)}, got {short(v)}" if not match(a, v, p, Env(env)) else None,
    "$re": lambda a, v, p, env: None if isinstance(v, str) and re.search(a, v, re.S) else f"{p}: expected /{a}/, got {short(v)}",
    "$type": lambda a, v, p, env: None if v is not MISSING and (typename(v) == a or (a == "number" and typename(v) == "int")) else f"{p}: expected {a}, got {short(v)}",
    "$set": op_set, "$has": lambda a, v, p, env: op_set(a, v, p, env, exact=False), "$blocks": op_blocks, "$len": op_len,
    "$ge": lambda a, v, p, env: None if isinstance(v, (int, float)) and v >= a else f"{p}: expected >= {a}, got {short(v)}",
    "$le": lambda a, v, p, env: None if isinstance(v, (int, float)) and v <= a else f"{p}: expected <= {a}, got {short(v)}",
    "$num": lambda a, v, p, env: None if v is not MISSING and same_number(a, v) else f"{p}: expected the number {a}, got {short(v)}",
    "$bind": op_bind, "$same": lambda a, v, p, env: None if a in env and env[a] == v else f"{p}: expected what was at {a} ({short(env.get(a))}), got {short(v)}",
    "$nokeys": op_nokeys, "$nowhere": op_nowhere, "$somewhere": op_somewhere, "$text": op_same_text, "$first": op_first, "$last": op_last,
    "$zero": lambda a, v, p, env: None if v is MISSING or v in (None, 0) else f"{p}: expected 0 or nothing, got {short(v)}",
}

# ---------------------------------------------------------------------------------------------- upstream
class Upstream:
    """Answers by the first segment of the path, which names the case."""
    def __init__(self, port=0):
        up = self; self.scripts = {}; self.seen = {}; self.lock = threading.Lock()
        class H(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"; disable_nagle_algorithm = True
            def log_message(self, *a): pass
            def do_HEAD(self): self.serve()
            def do_GET(self): self.serve()
            def do_DELETE(self): self.serve()
            def do_POST(self): self.serve()
            def body(self):
                if "chunked" in (self.headers.get("transfer-encoding") or "").lower():
                    raw = b""
                    while (n := int(self.rfile.readline().split(b";")[0], 16)): raw += self.rfile.read(n); self.rfile.readline()
                    self.rfile.readline(); return raw
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            def serve(self):
                raw = self.body(); url = urllib.parse.urlsplit(self.path)
                parts = url.path.split("/", 2); case = parts[1] if len(parts) > 1 else ""; rest = "/" + (parts[2] if len(parts) > 2 else "")
                script = up.scripts.get(case)
                if script is None: return self.plain(404, {}, b'{"error":{"message":"no such case"}}')
                try: body = json.loads(raw) if raw else None
                except ValueError: body = {"$unparsed": raw.decode("utf-8", "replace")}
                rec = {"method": self.command, "path": urllib.parse.unquote(rest), "raw_path": rest, "query": dict(urllib.parse.parse_qsl(url.query)),
                       "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body, "raw": raw.decode("utf-8", "replace")}
                if self.command != "POST" or not INFERENCE.search(rest) or (script.get("only") and not rest.endswith(tuple(script["only"]))):
                    with up.lock: up.seen.setdefault(case, []).append({**rec, "other": True})
                    for want, ans in (script.get("get") or {}).items():
                        if rest.rstrip("/").endswith(want): return self.answer(ans)
                    return self.plain(404, {"content-type": "application/json"}, b'{"error":{"message":"Not Found","type":"invalid_request_error","code":"unknown_url"}}')
                with up.lock:
                    seen = up.seen.setdefault(case, []); n = sum(1 for s in seen if not s.get("other")); seen.append(rec)
                answers = script["answers"]; self.answer(answers[min(n, len(answers) - 1)])
            def plain(self, st, hs, out):
                self.send_response(st)
                for k, v in hs.items(): self.send_header(k, v)
                self.send_header("content-length", str(len(out))); self.end_headers()
                if self.command != "HEAD": self.wfile.write(out)
            def answer(self, a):
                if a.get("delay_ms"): time.sleep(a["delay_ms"] / 1000)
                st, hs = a.get("status", 200), dict(a.get("headers") or {})
                try:
                    if "sse" in a:
                        hs.setdefault("content-type", SSE_TYPE); self.send_response(st)
                        for k, v in hs.items(): self.send_header(k, v)
                        if a.get("close"):
                            self.send_header("connection", "close"); self.end_headers(); self.close_connection = True
                            for piece in pieces(a):
                                if isinstance(piece, float): time.sleep(piece); continue
                                self.wfile.write(piece); self.wfile.flush()
                            return
                        self.send_header("transfer-encoding", "chunked"); self.end_headers()
                        for piece in pieces(a): 
                            if isinstance(piece, float): time.sleep(piece); continue
                            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece)); self.wfile.flush()
                        if a.get("cut"):
                            self.close_connection = True; self.connection.shutdown(socket.SHUT_RDWR); return
                        self.wfile.write(b"0\r\n\r\n")
                    else:
                        out = json.dumps(a["json"], ensure_ascii=False).encode() if "json" in a else a.get("text", "").encode()
                        hs.setdefault("content-type", "application/json" if "json" in a else "text/plain")
                        if a.get("close"):
                            self.send_response(st)
                            for k, v in hs.items(): self.send_header(k, v)
                            self.send_header("connection", "close"); self.end_headers(); self.close_connection = True; self.wfile.write(out); return
                        self.plain(st, hs, out)
                except OSError: self.close_connection = True
        class S(ThreadingHTTPServer): request_queue_size = 128; daemon_threads = True
        self.srv = S(("127.0.0.1", port), H); self.port = self.srv.server_address[1]
        threading.Thread(target=self.srv.serve_forever, daemon=True).start()

def pieces(a):
    """The bytes of a scripted event stream, cut as the case asks."""
    eol = a.get("eol", "\n"); out = []
    for x in a["sse"]:
        if isinstance(x, str): out.append(x.encode()); continue
        if "sleep_ms" in x: out.append(x["sleep_ms"] / 1000.0); continue
        s = ""
        if "comment" in x: s += ":" + x["comment"] + eol
        if "event" in x: s += "event:" + a.get("space", " ") + x["event"] + eol
        if "data" in x:
            d = x["data"] if isinstance(x["data"], str) else json.dumps(x["data"], ensure_ascii=a.get("ascii", False), separators=(",", ":"))
            s += "".join("data:" + a.get("space", " ") + line + eol for line in d.split("\n"))
        out.append((s + eol).encode())
    cut = a.get("chunk")
    if cut == "one": return [b"".join(x for x in out if isinstance(x, bytes))]
    if isinstance(cut, int):
        raw = b"".join(x for x in out if isinstance(x, bytes)); return [raw[i:i + cut] for i in range(0, len(raw), cut)]
    return out

# ---------------------------------------------------------------------------------------------- streams of the caller
def parse_sse(raw):
    events, ev, data, comments = [], None, [], 0
    for line in raw.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if line == "":
            if data: events.append((ev, "\n".join(data)))
            ev, data = None, []
        elif line.startswith(":"): comments += 1
        else:
            k, _, v = line.partition(":"); v = v[1:] if v.startswith(" ") else v
            if k == "event": ev = v
            elif k == "data": data.append(v)
    return events, bool(data), comments

def load(events, bad):
    out = []
    for ev, d in events:
        if d.strip() == "[DONE]": out.append((ev, "[DONE]")); continue
        try: out.append((ev, json.loads(d)))
        except ValueError: bad.append(("json", f"data is not JSON: {d[:120]!r}"))
    return out

def read_chat(events, bad):
    ch = {}; s = {"text": "", "reasoning": "", "refusal": "", "tool_calls": [], "finish_reason": None, "usage": None, "role": None, "done": False, "error": None, "chunks": 0}
    ids = set(); models = set(); after_usage = False
    evs = load(events, bad)
    for i, (ev, d) in enumerate(evs):
        if d == "[DONE]":
            s["done"] = True
            if i != len(evs) - 1: bad.append(("done-last", "[DONE] is not the last event"))
            continue
        if not isinstance(d, dict): bad.append(("json", "a chunk is not an object")); continue
        if d.get("error"): s["error"] = d["error"]; continue
        s["chunks"] += 1
        if d.get("object") != "chat.completion.chunk": bad.append(("object", f"object is {d.get('object')!r}"))
        if not isinstance(d.get("choices"), list): bad.append(("choices", "chunk without choices list")); continue
        if d["choices"] or d.get("usage"): ids.add(d.get("id")); models.add(d.get("model"))
        if d.get("usage"):
            s["usage"] = d["usage"]
            if d["choices"] and any(c.get("delta") for c in d["choices"]): s["usage_with_content"] = True
        for c in d["choices"]:
            st = ch.setdefault(c.get("index"), {"text": "", "reasoning": "", "refusal": "", "tools": {}, "finish": None, "role": None, "n": 0, "thinking_blocks": []})
            delta = c.get("delta") or {}; st["n"] += 1
            moved = any(delta.get(k) for k in ("content", "tool_calls", "refusal"))
            if st["finish"] and moved: bad.append(("after-finish", "content after finish_reason"))
            if delta.get("role"):
                if st["role"] is None and st["n"] > 1 and moved is False and (st["text"] or st["tools"]): bad.append(("role-first", "role comes after content"))
                st["role"] = delta["role"]
            elif st["role"] is None and moved: bad.append(("role-first", "content before the role"))
            if isinstance(delta.get("content"), str): st["text"] += delta["content"]
            for k in ("reasoning_content", "reasoning"):
                if isinstance(delta.get(k), str): st["reasoning"] += delta[k]; break
            if isinstance(delta.get("refusal"), str): st["refusal"] += delta["refusal"]
            for b in delta.get("thinking_blocks") or []: st["thinking_blocks"].append(b)
            for t in delta.get("tool_calls") or []:
                ix = t.get("index")
                if not isinstance(ix, int): bad.append(("tool-index", "tool call delta without index")); ix = len(st["tools"])
                x = st["tools"].get(ix)
                if x is None:
                    x = st["tools"][ix] = {"id": t.get("id"), "type": t.get("type"), "function": {"name": "", "arguments": ""}}
                    if not t.get("id") or not (t.get("function") or {}).get("name"): bad.append(("tool-first", f"first delta of tool call {ix} lacks id or name"))
                    if t.get("type") not in ("function", "custom"): bad.append(("tool-first", f"first delta of tool call {ix} lacks its type"))
                f = t.get("function") or {}
                if f.get("name") and not x["function"]["name"]: x["function"]["name"] = f["name"]
                x["function"]["arguments"] += f.get("arguments") or ""
            if c.get("finish_reason"):
                if st["finish"]: bad.append(("one-finish", "more than one finish_reason"))
                st["finish"] = c["finish_reason"]
    if len(ids) > 1: bad.append(("one-id", f"chunks have several ids: {sorted(map(str, ids))[:3]}"))
    if ids and not all(ids): bad.append(("one-id", "a chunk has an empty id"))
    if len(models) > 1 or (models and not all(models)): bad.append(("one-model", f"chunks name models {sorted(map(str, models))[:3]}"))
    for st in ch.values():
        if sorted(st["tools"]) != list(range(len(st["tools"]))): bad.append(("tool-index", f"tool indexes are {sorted(st['tools'])}"))
        if not st["finish"] and not s["error"]: bad.append(("finish", "no finish_reason"))
    if not s["done"] and not s["error"]: bad.append(("done", "no [DONE]"))
    if 0 in ch:
        c0 = ch[0]; s.update(text=c0["text"], reasoning=c0["reasoning"], refusal=c0["refusal"], finish_reason=c0["finish"], role=c0["role"],
                             tool_calls=[c0["tools"][k] for k in sorted(c0["tools"])], thinking_blocks=c0["thinking_blocks"])
    s["choices"] = {str(k): {"text": v["text"], "finish_reason": v["finish"]} for k, v in ch.items()}
    return s

DELTA_OF = {"text": {"text_delta", "citations_delta"}, "tool_use": {"input_json_delta"}, "thinking": {"thinking_delta", "signature_delta"}, "server_tool_use": {"input_json_delta"}}

def read_messages(events, bad):
    s = {"content": [], "stop_reason": None, "stop_sequence": None, "usage": {}, "start_usage": None, "delta_usage": None, "id": None, "role": None, "model": None, "error": None, "done": False, "pings": 0, "events": []}
    started = stopped = delta_seen = False; open_block = None; raw_json = {}
    for ev, d in load(events, bad):
        if d == "[DONE]": bad.append(("no-done", "[DONE] in an Anthropic stream")); continue
        t = d.get("type"); s["events"].append(t)
        if ev != t: bad.append(("event-line", f"event line {ev!r} for type {t!r}"))
        if t == "ping": s["pings"] += 1; continue
        if t == "error": s["error"] = d.get("error"); continue
        if stopped: bad.append(("after-stop", f"{t} after message_stop"))
        if t == "message_start":
            if started: bad.append(("one-start", "message_start twice"))
            started = True; m = d.get("message") or {}
            for k in ("id", "type", "role", "model", "content", "usage"):
                if k not in m: bad.append(("start-shape", f"message_start lacks message.{k}"))
            if m.get("content") != []: bad.append(("start-shape", "message_start.message.content is not []"))
            s["id"], s["role"], s["model"], s["start_usage"] = m.get("id"), m.get("role"), m.get("model"), m.get("usage"); s["usage"].update(m.get("usage") or {}); continue
        if not started: bad.append(("start-first", f"{t} before message_start"))
        if t == "content_block_start":
            if open_block is not None: bad.append(("block-overlap", "a block starts while another is open"))
            if d.get("index") != len(s["content"]): bad.append(("block-index", f"block index {d.get('index')}, expected {len(s['content'])}"))
            if delta_seen: bad.append(("block-late", "a block after message_delta"))
            open_block = d.get("index"); b = json.loads(json.dumps(d.get("content_block") or {})); s["content"].append(b); raw_json[len(s["content"]) - 1] = ""
            if b.get("type") == "tool_use" and b.get("input") != {}: bad.append(("tool-input", "tool_use starts with an input other than {}"))
        elif t == "content_block_delta":
            if d.get("index") != open_block: bad.append(("block-closed", f"delta for block {d.get('index')}, open is {open_block}")); continue
            b, x = s["content"][-1], d.get("delta") or {}; k = x.get("type")
            if b.get("type") in DELTA_OF and k not in DELTA_OF[b["type"]]: bad.append(("delta-type", f"{k} in a {b.get('type')} block"))
            if k == "text_delta": b["text"] = b.get("text", "") + x.get("text", "")
            elif k == "thinking_delta": b["thinking"] = b.get("thinking", "") + x.get("thinking", "")
            elif k == "signature_delta": b["signature"] = b.get("signature", "") + x.get("signature", "")
            elif k == "input_json_delta": raw_json[len(s["content"]) - 1] += x.get("partial_json", "")
            elif k == "citations_delta": b["citations"] = (b.get("citations") or []) + [x.get("citation")]
        elif t == "content_block_stop":
            if d.get("index") != open_block: bad.append(("block-closed", f"stop of block {d.get('index')}, open is {open_block}"))
            b = s["content"][-1] if s["content"] else {}
            if b.get("type") in ("tool_use", "server_tool_use") and raw_json.get(len(s["content"]) - 1):
                try: b["input"] = json.loads(raw_json[len(s["content"]) - 1])
                except ValueError: bad.append(("tool-json", f"tool input is not JSON: {raw_json[len(s['content']) - 1][:80]!r}"))
            open_block = None
        elif t == "message_delta":
            if open_block is not None: bad.append(("delta-open", "message_delta while a block is open"))
            delta_seen = True; x = d.get("delta") or {}
            if x.get("stop_reason"): s["stop_reason"] = x["stop_reason"]
            if "stop_sequence" in x: s["stop_sequence"] = x["stop_sequence"]
            if x.get("stop_details"): s["stop_details"] = x["stop_details"]
            if isinstance(d.get("usage"), dict): s["delta_usage"] = d["usage"]; s["usage"].update({k: v for k, v in d["usage"].items() if v is not None})
            else: bad.append(("delta-usage", "message_delta without usage"))
        elif t == "message_stop": stopped = s["done"] = True
    if not s["error"]:
        if not started: bad.append(("start-first", "no message_start"))
        if open_block is not None: bad.append(("block-closed", "a block is never closed"))
        if not s["stop_reason"]: bad.append(("stop-reason", "no stop_reason"))
        if not stopped: bad.append(("stop", "no message_stop"))
    return s

def read_responses(events, bad):
    s = {"text": "", "refusal": "", "reasoning": "", "output": [], "response": None, "terminal": None, "error": None, "events": [], "created": None}
    last_seq = None; items = {}; parts = {}; args = {}; done_items = {}
    for i, (ev, d) in enumerate(load(events, bad)):
        if d == "[DONE]": continue
        if not d.get("type") and d.get("error"): s["error"] = d["error"]; s["error_shape"] = "chat"; continue
        t = d.get("type"); s["events"].append(t)
        if ev != t: bad.append(("event-line", f"event line {ev!r} for type {t!r}"))
        q = d.get("sequence_number")
        if not isinstance(q, int): bad.append(("sequence", f"{t} lacks sequence_number"))
        elif last_seq is not None and q <= last_seq: bad.append(("sequence", f"sequence_number {q} after {last_seq}"))
        last_seq = q if isinstance(q, int) else last_seq
        if s["terminal"]: bad.append(("after-terminal", f"{t} after {s['terminal']}"))
        if t == "error": s["error"] = {k: v for k, v in d.items() if k != "sequence_number"}; continue
        if t == "response.created":
            if i != 0: bad.append(("created-first", "response.created is not first"))
            s["created"] = d.get("response")
        elif len(s["events"]) == 1: bad.append(("created-first", f"first event is {t}"))
        oi, ci = d.get("output_index"), d.get("content_index")
        if t == "response.output_item.added":
            if oi in items: bad.append(("item-added", f"output index {oi} added twice"))
            if any(k not in done_items for k in items): bad.append(("item-overlap", "an item starts while another is open"))
            items[oi] = d.get("item") or {}
            if not items[oi].get("id"): bad.append(("item-added", "item without id"))
        elif t == "response.output_item.done":
            if oi not in items: bad.append(("item-added", f"done without added at {oi}"))
            elif (d.get("item") or {}).get("id") != items[oi].get("id"): bad.append(("item-id", "item id changes between added and done"))
            done_items[oi] = d.get("item")
        elif t == "response.content_part.added":
            if oi not in items: bad.append(("item-added", "content part before its item"))
            parts[(oi, ci)] = ""
        elif t in ("response.output_text.delta", "response.refusal.delta"):
            if oi not in items: bad.append(("item-added", f"{t} before output_item.added"))
            if (oi, ci) not in parts: bad.append(("part-added", f"{t} before content_part.added")); parts[(oi, ci)] = ""
            parts[(oi, ci)] += d.get("delta") or ""
            s["text" if "text" in t else "refusal"] += d.get("delta") or ""
        elif t == "response.output_text.done":
            if d.get("text") != parts.get((oi, ci), ""): bad.append(("text-done", "output_text.done differs from the deltas"))
        elif t == "response.function_call_arguments.delta":
            if oi not in items: bad.append(("item-added", f"{t} before output_item.added"))
            args[oi] = args.get(oi, "") + (d.get("delta") or "")
        elif t == "response.function_call_arguments.done":
            if oi in args and d.get("arguments") != args[oi]: bad.append(("args-done", "arguments.done differs from the deltas"))
            args.setdefault(oi, d.get("arguments") or "")
        elif t in ("response.reasoning_summary_text.delta", "response.reasoning_text.delta"): s["reasoning"] += d.get("delta") or ""
        elif t in ("response.completed", "response.incomplete", "response.failed"): s["terminal"] = t; s["response"] = d.get("response")
    s["output"] = [done_items[k] for k in sorted(done_items, key=lambda x: (x is None, x))]
    if not s["error"] and not s["terminal"]: bad.append(("terminal", "no terminal event"))
    if s["terminal"] in ("response.completed", "response.incomplete"):
        for k in items:
            if k not in done_items: bad.append(("item-done", f"output item {k} is never done"))
        r = s["response"] or {}
        if [x.get("type") for x in r.get("output") or []] != [x.get("type") for x in s["output"] if x]: bad.append(("final-output", "output of the last event differs from the items streamed"))
        for it in s["output"]:
            if it and it.get("type") == "function_call":
                try: json.loads(it.get("arguments") or "")
                except ValueError: bad.append(("args-json", f"arguments are not JSON: {it.get('arguments')!r}"))
    return s

READERS = {"chat": read_chat, "messages": read_messages, "responses": read_responses}

def dialect_of(path):
    p = urllib.parse.urlsplit(path).path
    return "messages" if p.endswith("/messages") or p.endswith("count_tokens") else "responses" if "/responses" in p else "chat"

# ---------------------------------------------------------------------------------------------- the gateway
class Gateway:
    def __init__(self, url, token):
        u = urllib.parse.urlsplit(url); self.host, self.port, self.token = u.hostname, u.port or 80, token
        self.run = f"{int(time.time() * 1000) % 10**9}"
    def raw(self, method, path, headers, body, timeout=40):
        c = http.client.HTTPConnection(self.host, self.port, timeout=timeout); cut = False
        try:
            t_sent = time.time(); data = b""; c.request(method, path, body, headers); r = c.getresponse(); hs = {}
            for k, v in r.getheaders(): hs[k.lower()] = v
            self.marks = []
            try:
                if "text/event-stream" in hs.get("content-type", ""):
                    data = b""
                    while (piece := r.read1(65536)): data += piece; self.marks.append((time.time() - t_sent, len(data)))
                else: data = r.read()
            except (http.client.IncompleteRead, ConnectionError, socket.timeout) as e: data = data or getattr(e, "partial", b""); cut = True
            return r.status, hs, data, cut
        finally: c.close()
    def admin(self, method, path, body=None):
        st, hs, raw, _ = self.raw(method, "/api/v1" + path, {"authorization": "Bearer " + self.token, "content-type": "application/json"}, None if body is None else json.dumps(body))
        try: return st, json.loads(raw)
        except ValueError: return st, raw.decode("utf-8", "replace")
    def setup(self):
        st, p = self.admin("POST", "/projects", {"name": f"wire-{self.run}", "business_unit": None})
        if st not in (200, 201): sys.exit(f"POST /projects -> {st} {p}")
        st, k = self.admin("POST", "/keys", {"name": f"wire-{self.run}", "project": p["id"], "models": None, "expires_at": None, "metadata": {}, "budget": None})
        if st not in (200, 201): sys.exit(f"POST /keys -> {st} {k}")
        self.key = k["key"]
    def prepare(self, case, profile, upstream):
        """Registers what a case needs; returns (public model, problem)."""
        name = f"h{self.run}-{case['id']}"; body = {"name": name, "kind": profile["kind"], "base_url": f"http://127.0.0.1:{upstream.port}/{case['id']}{profile.get('base', '')}",
                "credential": CANARY, "allow_private_network": True, "options": {**profile.get("options", {}), **case.get("options", {})}}
        st, j = self.admin("POST", "/providers", body)
        if st == 400 and body["options"] and profile.get("options_may_go"): body["options"] = case.get("options", {}); st, j = self.admin("POST", "/providers", body)
        if st not in (200, 201): return name, f"POST /providers ({profile['kind']}) -> {st} {short(j, 200)}"
        dep = {"provider": name, "model": case["upstream_model"], "priority": 0, "weight": 1}
        if profile.get("canonical") or case.get("canonical_model"): dep["canonical_model"] = case.get("canonical_model") or case["upstream_model"]
        public = (case.get("public_model") or name).replace("$RUN", self.run)
        st, j = self.admin("POST", "/models", {"name": public, "deployments": [dep]})
        if st not in (200, 201): return public, f"POST /models -> {st} {short(j, 200)}"
        price = {"provider": name, "model": dep.get("canonical_model") or case["upstream_model"], "effective_from": "2026-01-01T00:00:00Z"}
        price.update(case.get("price") or {"input": "1.00", "cached_input": "0.10", "cache_write": "1.25", "output": "4.00"})
        st, j = self.admin("PUT", "/prices", price)
        if st not in (200, 201): return public, f"PUT /prices -> {st} {short(j, 200)}"
        return public, None
    def call_row(self, call_id, until):
        end = time.time() + 4; row = None
        while time.time() < end:
            st, row = self.admin("GET", "/calls/" + call_id)
            if st == 200 and not until(row): return row
            time.sleep(0.1)
        return row if isinstance(row, dict) else None

def fill(x, model, port, case_id):
    if isinstance(x, str): return x.replace("$MODEL", model).replace("$UPSTREAM", f"http://127.0.0.1:{port}/{case_id}")
    if isinstance(x, list): return [fill(y, model, port, case_id) for y in x]
    if isinstance(x, dict) and len(x) == 1 and "$repeat" in x: return x["$repeat"][0] * x["$repeat"][1]
    if isinstance(x, dict): return {fill(k, model, port, case_id): fill(v, model, port, case_id) for k, v in x.items()}
    return x

def replay(x, prev):
    """Puts the assistant message of the step before where a step says $PREV_MESSAGE, and so on, exactly as a client would that knows no extension."""
    if x == "$PREV_MESSAGE": return prev["message"]
    if x == "$PREV_OUTPUT": return prev["output"]
    if isinstance(x, str): return x.replace("$PREV_TOOL_ID", prev.get("tool_id") or "none")
    if isinstance(x, list):
        out = []
        for y in x:
            if y == "$PREV_OUTPUT": out += prev["output"] or []
            else: out.append(replay(y, prev))
        return out
    if isinstance(x, dict): return {k: replay(v, prev) for k, v in x.items()}
    return x

def previous(body, stream, dialect):
    p = {"message": None, "output": None, "tool_id": None}
    if dialect == "chat" and isinstance(body, dict) and body.get("choices"):
        p["message"] = body["choices"][0].get("message"); t = (p["message"] or {}).get("tool_calls") or [{}]; p["tool_id"] = t[0].get("id")
    elif dialect == "messages":
        b = body if isinstance(body, dict) and body.get("content") is not None else stream
        if b: p["message"] = {"role": "assistant", "content": b["content"]}; p["tool_id"] = next((x.get("id") for x in b["content"] if x.get("type") == "tool_use"), None)
    elif dialect == "responses":
        b = body if isinstance(body, dict) and body.get("output") is not None else stream
        if b: p["output"] = b["output"]; p["tool_id"] = next((x.get("call_id") for x in b["output"] if x and x.get("type") == "function_call"), None)
    return p

def auth(kind, key):
    return {"bearer": {"authorization": "Bearer " + key}, "x-api-key": {"x-api-key": key}, "api-key": {"api-key": key}, "none": {}}[kind]

# ---------------------------------------------------------------------------------------------- judging
def names_it(names, *texts):
    """A name of one or two letters must stand alone; others may be part of a longer one (stop in stop_sequences)."""
    t = " ".join(str(x) for x in texts if x).lower()
    return any(n.lower() in t if len(n) > 2 else re.search(rf"(?<![a-z0-9_]){re.escape(n.lower())}(?![a-z0-9_])", t) for n in names)

def judge(exp, got, dialect):
    """None, or why this expectation does not hold. `got` has status, headers, body, stream, rules, upstream (list), row (function)."""
    env = Env(); ups = [u for u in got["upstream"] if not u.get("other")]
    err = got["body"].get("error") if isinstance(got["body"], dict) else None
    if isinstance(err, dict) and err.get("code") == "endpoint_not_supported" and not got.get("may_be_unsupported"): return "endpoint_not_supported: this translation does not exist"
    if "refused" in exp:
        if got["status"] not in (400, 422): return f"status {got['status']}, expected 400 naming {'/'.join(exp['refused'])}"
        err = got["body"].get("error") if isinstance(got["body"], dict) else None
        if not isinstance(err, dict): return f"400 without an error object: {short(got['body'])}"
        if ups: return "refused, but a request reached the upstream"
        if not names_it(exp["refused"], err.get("param"), err.get("message")): return f"400 does not name {'/'.join(exp['refused'])}: {short(err)}"
        return None
    want = exp.get("status", 200); e = match(want, got["status"], "status", env)
    if e: return f"{e}; {short(got['body'], 240)}"
    if "dropped" in exp and not names_it(exp["dropped"], got["headers"].get("x-tollgate-dropped")):
        return f"x-tollgate-dropped is {got['headers'].get('x-tollgate-dropped')!r}, expected it to name {'/'.join(exp['dropped'])}"
    if "headers" in exp:
        e = match(exp["headers"], got["headers"], "header", env)
        if e: return e
    if "upstream_count" in exp:
        e = match(exp["upstream_count"], len(ups), "upstream calls", env)
        if e: return e
    if "upstream" in exp:
        if not ups: return "nothing reached the upstream"
        e = match(exp["upstream"], ups[exp.get("upstream_at", -1)], "upstream", env)
        if e: return e
    if "body" in exp:
        e = match(exp["body"], got["body"], "body", env)
        if e: return e
    if "stream" in exp:
        if got["stream"] is None: return f"no event stream ({got['headers'].get('content-type')}): {short(got['body'])}"
        if "soon" in exp:
            needle, ms = exp["soon"]; at = got["text"].encode().find(needle.encode())
            when = next((t for t, n in got["marks"] if n >= at + len(needle.encode())), None)
            if at < 0 or when is None or when * 1000 > ms: return f"{needle!r} came after {when and round(when * 1000)} ms, expected within {ms} ms: the stream is held back"
        skip = set(exp.get("skip_rules", []))
        for name, text in got["rules"]:
            if name not in skip: return f"stream rule {name}: {text}"
        e = match(exp["stream"], got["stream"], "stream", env)
        if e: return e
    if "call" in exp:
        m = exp["call"]; row = got["row"](lambda r: match(m, r, "call", Env(env)))
        if row is None: return "no call row"
        e = match(m, row, "call", env)
        if e: return e
    return None

def run_case(case, profiles, gw, up, verbose):
    prof = profiles[case["profile"]]; cid = case["id"]
    up.scripts[cid] = {"answers": [], "only": prof.get("only"), "get": {**(case.get("get") or {}), **{k: v for k, v in (prof.get("get") or {}).items() if k not in (case.get("get") or {})}}}
    model, problem = gw.prepare(case, prof, up)
    if problem: return problem
    sub = lambda x: fill(x, model, up.port, cid)
    up.scripts[cid]["answers"] = sub(case["upstream"] if isinstance(case["upstream"], list) else [case["upstream"]])
    up.scripts[cid]["get"] = sub(up.scripts[cid]["get"])
    up.seen[cid] = []
    steps = case["steps"] if "steps" in case else [{"client": case["client"], "expect": case["expect"]}]
    prev = {"message": None, "output": None, "tool_id": None}
    for n, step in enumerate(steps):
        c = replay(sub(step["client"]), prev) if n else sub(step["client"]); path = c.get("path", "/v1/chat/completions"); dialect = c.get("dialect") or dialect_of(path)
        hs = {"content-type": "application/json", **auth(c.get("auth", "x-api-key" if dialect == "messages" else "bearer"), gw.key)}
        if dialect == "messages": hs.setdefault("anthropic-version", "2023-06-01")
        hs.update({k.lower(): v for k, v in (c.get("headers") or {}).items()})
        before = len([u for u in up.seen[cid] if not u.get("other")])
        raw_body = c["raw"].encode() if "raw" in c else json.dumps(c.get("body")).encode() if "body" in c else None
        try: st, rh, raw, cut = gw.raw(c.get("method", "POST"), path, hs, raw_body, c.get("timeout", 40))
        except (OSError, http.client.HTTPException) as e: return f"step {n + 1}: no answer: {e!r}"
        text = raw.decode("utf-8", "replace"); stream = None; rules = []; body = None
        if "text/event-stream" in rh.get("content-type", ""):
            if "\ufffd" in text and "\ufffd" not in json.dumps(case, ensure_ascii=False): rules.append(("utf8", "broken UTF-8"))
            ev, half, comments = parse_sse(text)
            if half: rules.append(("half-event", "the last event is not ended by a blank line"))
            stream = READERS[dialect](ev, rules); stream["cut"] = cut; stream["comments"] = comments
        else:
            try: body = json.loads(text)
            except ValueError: body = text
        seen = [u for u in up.seen[cid] if not u.get("other")][before:]
        got = {"status": st, "headers": rh, "body": body, "stream": stream, "rules": rules, "upstream": seen, "cut": cut, "may_be_unsupported": case.get("may_be_unsupported"), "text": text, "marks": getattr(gw, "marks", []),
               "row": lambda until: gw.call_row(rh.get("x-request-id", "none"), until)}
        if verbose:
            print(f"--- {cid} step {n + 1}: {st} {json.dumps({k: v for k, v in rh.items() if k.startswith(('x-', 'retry', 'content-type'))})}")
            for u in seen: print("  upstream", u["method"], u["raw_path"], u["query"], json.dumps(u["body"], ensure_ascii=False)[:3000])
            print("  client", text[:4000])
        prev = previous(body, stream, dialect)
        exp = sub(step["expect"]); alts = exp["any"] if "any" in exp else [exp]; errs = []
        for a in alts:
            if "any" in exp: a = {**{k: v for k, v in exp.items() if k != "any"}, **a}
            try: e = judge(a, got, dialect)
            except Exception as x: e = f"judge failed: {x!r}"
            if not e: errs = []; break
            errs.append(e)
        if errs: return (f"step {n + 1}: " if len(steps) > 1 else "") + "  ||  ".join(dict.fromkeys(errs))
    return None

def load_cases():
    profiles = json.load(open(os.path.join(HERE, "cases", "_profiles.json"))); cases = []
    for f in sorted(os.listdir(os.path.join(HERE, "cases"))):
        if f.endswith(".json") and not f.startswith("_"):
            g = json.load(open(os.path.join(HERE, "cases", f), encoding="utf-8"))
            for c in g["cases"]: c["group"] = g["group"]; cases.append(c)
    ids = [c["id"] for c in cases]; dup = {i for i in ids if ids.count(i) > 1}
    if dup: sys.exit(f"duplicate ids: {dup}")
    return profiles, cases

def main():
    ap = argparse.ArgumentParser(); ap.add_argument("--only", action="append", default=[], metavar="PREFIX"); ap.add_argument("--list", action="store_true")
    ap.add_argument("-v", action="store_true"); ap.add_argument("--json", metavar="FILE"); ap.add_argument("--port", type=int, default=int(os.environ.get("WIRE_UPSTREAM_PORT", "0")))
    ap.add_argument("--skip", action="append", default=[], metavar="PREFIX")
    a = ap.parse_args(); profiles, cases = load_cases()
    cases = [c for c in cases if (not a.only or any(c["id"].startswith(p) or c["group"].startswith(p) for p in a.only)) and not any(c["id"].startswith(p) for p in a.skip)]
    if a.list:
        for c in cases: print(f"{c['id']}  w{c['weight']}  [{c['group']}] {c['title']}  ({c['source']})")
        print(f"{len(cases)} cases"); return
    url, token = os.environ.get("TOLLGATE_URL"), os.environ.get("TOLLGATE_ADMIN_TOKEN")
    if not url or not token: sys.exit("TOLLGATE_URL and TOLLGATE_ADMIN_TOKEN are needed")
    gw = Gateway(url, token); gw.setup(); up = Upstream(a.port); ok = bad = w_ok = w_all = 0; results = {}; groups = {}
    for c in cases:
        try: e = run_case(c, profiles, gw, up, a.v)
        except Exception as x: e = f"harness: {x!r}"
        g = groups.setdefault(c["group"], [0, 0]); g[0 if not e else 1] += 1; w_all += c["weight"]; results[c["id"]] = e
        if e: bad += 1; print(f"FAIL {c['id']} w{c['weight']} {c['title']}: {e[:700]}", flush=True)
        else: ok += 1; w_ok += c["weight"]
    for g, (o, b) in groups.items(): print(f"  {g}: {o} passed, {b} failed")
    if a.json: json.dump(results, open(a.json, "w"), indent=1, ensure_ascii=False)
    print(f"{ok} passed, {bad} failed  (weighted {w_ok} of {w_all})")
    sys.exit(1 if bad else 0)

if __name__ == "__main__": main()
