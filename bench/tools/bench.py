#!/usr/bin/env python3
"""The measuring part of bench/run: starts everything, measures in interleaved rounds, prints one table."""
import argparse
import ctypes
import glob
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(HERE)
BUILD = os.path.join(HERE, "build")
DATA = os.path.join(BUILD, "data")
TICK_US = 1_000_000 // os.sysconf("SC_CLK_TCK")
CHUNKS = 100
FRESH = 3  # rounds in the same JVMs, when two candidates are compared: each JVM compiles the same build another way
DISTURBED = 0.1  # share of the machine that others take; beyond it a measurement is repeated
ON = "key check, parse, a hold on two accounts, a durable settle and call row before the answer, metrics, cost, capture metadata"


@dataclass(frozen=True)
class Load:
    """One row of the table. Counts are for a full run; --quick divides them."""

    name: str
    text: str
    body: str
    connections: int
    calls: int
    warm: int
    goal: str
    nginx: str = "PORT"
    upstream: str = "UPSTREAM"
    chunks: int = 0
    rate: int = 0
    direct: bool = False
    capture: str = "metadata"


LOADS = [
    Load("json", "c=16, 2 KB in, 1 KB out", "body2k", 16, 20_000, 40_000, "2.5"),
    Load("json256", "c=256, 2 KB in, 1 KB out", "body2k", 256, 20_000, 160_000, ""),
    Load("full", "as json, with content", "body2k", 16, 20_000, 20_000, "3.2", capture="full"),
    Load("stream", "c=16, 100 chunks at once", "stream", 16, 2_000, 16_000, "1.6",
         nginx="PORT_STREAM", chunks=CHUNKS),
    Load("paced", "c=64, 100 chunks, 10 ms apart", "stream-paced", 64, 640, 256, "2.6",
         nginx="PORT_PACED", upstream="UPSTREAM_PACED", chunks=CHUNKS, direct=True),
    Load("rate", "200/s, 2 KB in, 1 KB out", "body2k", 32, 2_000, 400, "see note", rate=200, direct=True),
    Load("200k", "c=16, 200 KB in, 1 KB out", "body200k", 16, 2_000, 2_000, ""),
    Load("2m", "c=4, 2 MB in, 1 KB out", "body2m", 4, 200, 200, ""),
]
SLOW = "slow"


class Failed(Exception):
    """Ends the run with a message and status 1."""


# --- processes -------------------------------------------------------------------------------------

class Processes:
    """What was started here. Each is in its own session, so that Ctrl-C reaches only this program."""

    def __init__(self):
        self.running = []
        self.libc = ctypes.CDLL(None)

    def start(self, command, log=None, env=None, **options):
        out = open(os.path.join(BUILD, log), "ab") if log else subprocess.PIPE
        parent = os.getpid()

        def child():
            self.libc.prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: ends with this program, however that ends
            if os.getppid() != parent:
                os._exit(1)

        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, env=env,
                                   stderr=subprocess.STDOUT if log else None, start_new_session=True,
                                   preexec_fn=child, **options)
        if log:
            out.close()
        self.running.append(process)
        return process

    def forget(self, process):
        self.running.remove(process)

    def stop(self, process, patience=80):
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.forget(process)

    def stop_all(self):
        for process in reversed(list(self.running)):
            self.stop(process)
        # A gateway that is stopped while it starts may leave its database behind.
        for pid in databases():
            os.kill(pid, signal.SIGINT)
        end = time.monotonic() + 10
        while databases() and time.monotonic() < end:
            time.sleep(0.1)


PROCESSES = Processes()


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on, or None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return None


def cpu_us(pid, reaped=False):
    """User and system time; with those of its children that have ended if asked."""
    fields = stat_of(pid)
    return 0 if fields is None else TICK_US * sum(map(int, fields[11:15 if reaped else 13]))


def children(pid):
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            fields = stat_of(entry)
            if fields and int(fields[1]) == pid:
                found.append(int(entry))
    return found


def rss_kb(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmRSS:")), 0)
    except OSError:
        return 0


def busy_us():
    """User and system time of the whole machine."""
    with open("/proc/stat", encoding="ascii") as file:
        return TICK_US * sum(map(int, file.readline().split()[1:4]))


def is_quiet(seconds=0.15):
    before = busy_us()
    time.sleep(seconds)
    return (busy_us() - before) / 1e6 / seconds / os.cpu_count() < 0.3


def await_quiet(limit):
    """Waits for a moment in which others leave the machine alone, but not for ever."""
    end = time.monotonic() + limit
    while not is_quiet() and time.monotonic() < end:
        pass


def databases():
    """The PostgreSQL servers that run in the data folder."""
    found = []
    for path in glob.glob(os.path.join(DATA, "**", "postmaster.pid"), recursive=True):
        try:
            with open(path, encoding="utf-8") as file:
                pid = int(file.readline())
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
                if os.path.dirname(path) in file.read():
                    found.append(pid)
        except (OSError, ValueError):
            pass
    return found


def free_ports(count):
    sockets = []
    for _ in range(count):
        each = socket.socket()
        each.bind(("127.0.0.1", 0))
        sockets.append(each)
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def await_port(port, process, log):
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
    raise Failed(f"{os.path.basename(process.args[0])} did not start; see {os.path.join(BUILD, log)}")


# --- the candidates --------------------------------------------------------------------------

class Nginx:
    def __init__(self, ports):
        os.makedirs(os.path.join(BUILD, "nginx-tmp"), exist_ok=True)
        with open(os.path.join(HERE, "nginx.conf.in"), encoding="utf-8") as file:
            text = file.read()
        for name, value in {**ports, "BUILD": BUILD}.items():
            text = text.replace(f"@{name}@", str(value))
        conf = os.path.join(BUILD, "nginx.conf")
        with open(conf, "w", encoding="utf-8") as file:
            file.write(text)
        self.process = PROCESSES.start(["nginx", "-p", BUILD, "-c", conf], "nginx.log")
        await_port(ports["PORT"], self.process, "nginx-error.log")
        self.workers = children(self.process.pid)

    def cpu(self):
        return sum(map(cpu_us, self.workers))


class Postgres:
    """A gateway's own database, found by its folder."""

    def __init__(self, data):
        found = glob.glob(os.path.join(data, "**", "postmaster.pid"), recursive=True)
        if len(found) != 1:
            raise Failed(f"there should be one PostgreSQL in {data}, there are {len(found)}")
        with open(found[0], encoding="utf-8") as file:
            lines = file.read().splitlines()
        self.pid, self.port = int(lines[0]), int(lines[3])
        self.folder = os.path.dirname(os.path.dirname(found[0]))

    def cpu(self):
        # Server processes come and go: those that ended are in the postmaster's account.
        return cpu_us(self.pid, True) + sum(cpu_us(child, True) for child in children(self.pid))


class Gateway:
    """One candidate: a build, set up as usual or by a plan (see README.md)."""

    def __init__(self, models, name="gateway", jar=None, plan=None):
        self.name = name
        self.jar = jar or os.environ.get("TOLLGATE_JAR")
        self.plan = plan or {}
        self.data = os.path.join(DATA, name)
        self.port, self.ops = free_ports(2)
        self.models = models
        self.sent = 0
        self.keys = None
        self.token = None
        self.start()

    def start(self):
        options = ["--port", str(self.port), "--ops-port", str(self.ops), "--grpc-port", "0", "--data", self.data]
        env = {**os.environ, "NO_PROXY": "localhost,127.0.0.1"}
        log = os.path.join(BUILD, self.name + ".log")
        open(log, "w", encoding="utf-8").close()
        self.process = PROCESSES.start(program(self.jar) + options, self.name + ".log", env=env)
        while True:
            with open(log, encoding="utf-8", errors="replace") as file:
                text = file.read()
            if "Tollgate is ready" in text:
                break
            if self.process.poll() is not None:
                raise Failed("the gateway did not start:\n" + text[-2000:])
            time.sleep(0.05)
        with open(os.path.join(self.data, "dev.env"), encoding="utf-8") as file:
            self.token = re.search(r"TOLLGATE_ADMIN_TOKEN='?([^'\s]+)", file.read()).group(1)
        self.postgres = Postgres(self.data)
        if self.keys is None:
            self.set_up()

    def restart(self):
        PROCESSES.stop(self.process)
        self.start()

    def api(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"}
        connection.request(method, "/api/v1" + path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        if response.status >= 300:
            raise Failed(f"{method} /api/v1{path}: {response.status} {text.decode(errors='replace')}")
        return json.loads(text)

    def set_up(self):
        projects = {capture: self.api("POST", "/projects", {"name": "bench-" + capture, "capture": capture,
                                                            **self.plan.get("project", {})})
                    for capture in ("metadata", "full")}
        for model, port in self.models.items():
            provider = "bench-" + model
            self.api("POST", "/providers", {
                "name": provider, "kind": "openai", "base_url": f"http://127.0.0.1:{port}/v1",
                "credential": "sk-bench", "allow_private_network": True})
            self.api("POST", "/models", {
                "name": model, "deployments": [{"provider": provider, "model": model}]})
            self.api("PUT", "/prices", {
                "provider": provider, "model": model, "effective_from": "2025-01-01T00:00:00Z",
                "input": "0.15", "cached_input": "0.075", "output": "0.60"})
        # Every call is held and settled on two accounts; none is ever near its limit.
        budget = {"limit": "1000000", "window": "month", "policy": "refuse"}
        self.keys = {capture: self.api("POST", "/keys", {
            "name": "bench-" + capture, "project": project["id"], "budget": budget,
            **self.plan.get("key", {})})["key"]
            for capture, project in projects.items()}
        self.api("PUT", "/budgets", {"scope": "tenant", **budget})
        if "ledger_settings" in self.plan:
            self.api("PATCH", "/ledger/settings", self.plan["ledger_settings"])

    def cpu(self):
        return cpu_us(self.process.pid)

    def recorded(self):
        """Calls in the usage report, and what they cost."""
        total = self.api("GET", "/usage?group_by=model")["total"]
        return total["calls"], float(total["cost"])


def java(jar):
    return [os.path.join(os.environ["JAVA_HOME"], "bin", "java"), "-XX:+UseG1GC", "-Xms1g", "-Xmx1g",
            "--sun-misc-unsafe-memory-access=allow", "--enable-native-access=ALL-UNNAMED",
            *os.environ.get("TOLLGATE_JAVA_OPTS", "").split(), "-jar", jar]


def program(jar):
    if not jar:
        return [os.path.join(ROOT, "tollgate"), "dev"]
    return java(jar) + command_word(jar)


WORDS = {}


def command_word(jar):
    """Early builds know no other command than dev and take its options directly."""
    if jar not in WORDS:
        plain = [os.path.join(os.environ["JAVA_HOME"], "bin", "java"), "-jar", jar, "dev", "--help"]
        text = subprocess.run(plain, capture_output=True, text=True, check=False)
        WORDS[jar] = [] if "Unmatched argument" in text.stdout + text.stderr else ["dev"]
    return WORDS[jar]


# --- one measurement -------------------------------------------------------------------------------

class Bench:
    def __init__(self, options):
        self.options = options
        self.slow_chunks = 6 if options.quick else 40
        names = ["UPSTREAM", "UPSTREAM_PACED", "UPSTREAM_SLOW", "PORT", "PORT_STREAM", "PORT_PACED"]
        self.ports = dict(zip(names, free_ports(len(names))))
        self.upstreams = [
            self.upstream("UPSTREAM", CHUNKS, 0),
            self.upstream("UPSTREAM_PACED", CHUNKS, 10),
            self.upstream("UPSTREAM_SLOW", self.slow_chunks, 500),
        ]
        self.nginx = Nginx(self.ports)
        models = {
            "gpt-4o-mini": self.ports["UPSTREAM"],
            "gpt-4o-mini-paced": self.ports["UPSTREAM_PACED"],
            "gpt-4o-mini-slow": self.ports["UPSTREAM_SLOW"]}
        self.gateways = {}
        plan = None
        if options.against_plan:
            with open(options.against_plan, encoding="utf-8") as file:
                plan = json.load(file)
        if options.against or plan is not None:
            self.gateways["old"] = Gateway(models, "old", options.against)
        self.gateway = Gateway(models, plan=plan)
        self.gateways["gateway"] = self.gateway
        self.others = []
        self.tries = 1 if options.quick else 3
        self.patience = 0 if options.quick else 6

    def upstream(self, name, chunks, interval):
        port = self.ports[name]
        process = PROCESSES.start([os.path.join(BUILD, "fakeup"), "-p", str(port), "-n", str(chunks),
                                   "-i", str(interval)], "fakeup.log")
        await_port(port, process, "fakeup.log")
        return process

    def command(self, port, body, connections, calls, rate=0, spread=0, limit=300, capture="metadata", to="gateway"):
        gateway = self.gateways.get(to, self.gateway)
        command = [os.path.join(BUILD, "httpload"), "-p", str(port), "-b", os.path.join(BUILD, body + ".json"),
                   "-c", str(connections), "-n", str(calls), "-t", str(limit),
                   "-P", str(gateway.process.pid),
                   "-H", "Authorization: Bearer " + gateway.keys[capture]]
        if rate:
            command += ["-r", str(rate)]
        if spread:
            command += ["-S", str(spread)]
        return command

    def measured(self, who, commands, chunks=0):
        """Runs loads at the same time and adds the CPU time of everybody to the first one's result."""
        ours = lambda: (sum(cpu_us(p.pid) for p in self.upstreams) + self.nginx.cpu()
                        + sum(g.cpu() + g.postgres.cpu() for g in self.gateways.values()))
        gateway = self.gateways.get(who, self.gateway)
        postgres = gateway.postgres
        subject = {"nginx": self.nginx.cpu, "direct": lambda: 0}.get(who, gateway.cpu)
        before, database, all_before, machine = subject(), postgres.cpu(), ours(), busy_us()
        began = time.monotonic()
        processes = [PROCESSES.start(command, text=True) for command in commands]
        results = []
        for process in processes:
            text = process.communicate()[0]
            PROCESSES.forget(process)
            try:
                results.append(json.loads(text))
            except ValueError:
                raise Failed("httpload failed: " + " ".join(process.args)) from None
        time.sleep(0.3)  # what is written in batches behind the answers counts, too
        first = results[0]
        first["cpu"] = subject() - before
        first["database"] = postgres.cpu() - database
        load = sum(r["self_cpu_us_per_req"] * (r["ok"] + r["non200"] + r["errs"]) for r in results)
        rest = busy_us() - machine - (ours() - all_before) - load
        first["others"] = max(0, rest / 1e6 / (time.monotonic() - began) / os.cpu_count())
        for result in results:
            if who in self.gateways:
                gateway.sent += result["ok"] + result["non200"] + result["errs"]
            result["bad"] = result["errs"] + result["non200"] + result["unfinished"] + result["nodone"]
        if chunks and first["chunks"] != first["ok"] * chunks:
            first["bad"] += 1
            first["lost_chunks"] = first["ok"] * chunks - first["chunks"]
        first["bad"] = sum(result["bad"] for result in results)
        first["all"] = results[1:]
        return first

    def count(self, calls):
        return max(16, calls // 20) if self.options.quick else calls

    def load(self, load, who, calls, rate=0):
        port = {"direct": self.ports[load.upstream], "nginx": self.ports[load.nginx],
                **{name: each.port for name, each in self.gateways.items()}}[who]
        command = self.command(port, load.body, min(load.connections, calls), calls, rate,
                               capture=load.capture, to=who)
        return self.measured(who, [command], load.chunks)

    def warm(self, load, results):
        for who in self.candidates():
            result = self.load(load, who, self.count(load.warm))
            results.bad(f"{load.name} {who} warm-up", result)
        say(f"  warm {load.name}")

    def renew(self):
        for gateway in self.gateways.values():
            gateway.restart()

    def candidates(self):
        """Two gateways against each other, or the gateway against nginx."""
        return list(self.gateways) if len(self.gateways) > 1 else ["nginx", "gateway"]

    def round(self, load, results):
        order = self.candidates()
        if len(self.gateways) > 1 and results.rounds_of(load.name) % 2:
            order.reverse()
        for who in (["direct"] if load.direct else []) + order:
            tries = []
            while not tries or (tries[-1]["others"] > DISTURBED and len(tries) < self.tries):
                await_quiet(self.patience)
                tries.append(self.load(load, who, self.count(load.calls), load.rate))
                results.bad(f"{load.name} {who}", tries[-1])
            calmest = min(tries, key=lambda each: each["others"])
            self.others.append(calmest["others"])
            results.add(load.name, who, calmest)

    def slow(self, results):
        """Many open streams on a fresh gateway, with a few ordinary calls beside them."""
        streams = 200 if self.options.quick else 5_000
        self.gateway.restart()
        gateway, port = self.gateway, self.gateway.port
        seconds = 3 + self.slow_chunks // 2
        side = self.command(port, "body2k", 8, 50 * seconds, rate=50)
        warm = [("body2k", 16, self.count(10_000), 0), ("stream", 16, self.count(1_000), CHUNKS),
                ("stream-slow", 100, 100, self.slow_chunks)]
        for body, connections, calls, chunks in warm:
            results.bad(SLOW + " warm-up", self.measured(
                "gateway", [self.command(port, body, connections, calls)], chunks))
        alone = self.measured("gateway", [side])
        results.bad(SLOW + " calls alone", alone)
        base = rss_kb(gateway.process.pid)
        spread = 1_000 if self.options.quick else 5_000
        open_streams = self.command(port, "stream-slow", streams, streams, spread=spread)
        result = self.measured("gateway", [open_streams, side], self.slow_chunks)
        result["streams"] = streams
        result["base_kb"] = base
        result["side_p99"] = (alone["sched_p99"], result["all"][0]["sched_p99"])
        results.bad(SLOW, result)
        self.others.append(result["others"])
        results.add(SLOW, "gateway", result)

    def check_rows(self, results):
        """Every call that was sent has its row, and none is there twice."""
        for gateway in self.gateways.values():
            for _ in range(20):
                calls, cost = gateway.recorded()
                if calls == gateway.sent:
                    break
                time.sleep(0.25)
            if calls != gateway.sent or cost <= 0:
                results.errors.append(
                    f"{gateway.name}: {gateway.sent} calls were sent, {calls} are recorded, cost {cost}")
            results.recorded += calls


class Results:
    def __init__(self):
        self.rows = {}
        self.commits = []
        self.errors = []
        self.recorded = 0

    def bad(self, where, result):
        if result["bad"]:
            keys = ("ok", "errs", "first_err", "non200", "unfinished", "nodone", "lost_chunks")
            self.errors.append(f"{where}: " + " ".join(f"{k}={result[k]}" for k in keys if k in result))

    def add(self, name, who, result):
        self.rows.setdefault(name, {}).setdefault(who, []).append(result)

    def rounds_of(self, name):
        return len(self.rows.get(name, {}).get("gateway", []))

    def median(self, name, who, value):
        return statistics.median(value(each) for each in self.rows[name][who])

    def together(self, name, value):
        """One value per round, from what was measured of each candidate in that round."""
        row = self.rows[name]
        return [value(dict(zip(row, parts))) for parts in zip(*row.values())]


def commit_us(postgres):
    """Median time of a transaction with a single insert, by pgbench; None without pgbench."""
    found = shutil.which("pgbench") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/pgbench"))), None)
    try:
        with open(os.path.join(postgres.folder, "passwords"), encoding="ascii") as file:
            password = re.search(r"^postgres=(.*)$", file.read(), re.MULTILINE).group(1)
    except (OSError, AttributeError):
        return None
    if not found:
        return None
    with tempfile.TemporaryDirectory(dir=BUILD) as folder:
        def pgbench(sql, *options):
            script = os.path.join(folder, "script.sql")
            with open(script, "w", encoding="ascii") as file:
                file.write(sql)
            command = [found, "-n", "-h", "127.0.0.1", "-p", str(postgres.port), "-U", "postgres", "-f", script,
                       *options, "postgres"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True,
                           env={**os.environ, "PGPASSWORD": password})
        try:
            pgbench("create table if not exists bench_commit (v text);", "-t", "1")
            pgbench("insert into bench_commit values ('x');", "-t", "500", "-l")
        except subprocess.CalledProcessError as e:
            say("  pgbench failed: " + e.stderr.decode(errors="replace").strip())
            return None
        log = glob.glob(os.path.join(folder, "pgbench_log.*"))[0]
        with open(log, encoding="ascii") as file:
            return statistics.median(int(line.split()[2]) for line in file)


# --- the table -------------------------------------------------------------------------------------

def per_call(result, key="cpu"):
    return result[key] / max(1, result["ok"])


def spread(values):
    return f"{min(values):.2f}-{max(values):.2f}"


def cpu_row(results, load):
    ratios = results.together(load.name, lambda r: per_call(r["gateway"]) / max(1e-9, per_call(r["nginx"])))
    database = results.together(
        load.name, lambda r: per_call(r["gateway"], "database") / max(1e-9, per_call(r["nginx"])))
    median = lambda who, value: results.median(load.name, who, value)
    note = (f"p50 {median('nginx', p50):.0f}/{median('gateway', p50):.0f} us, "
            f"p99 {median('nginx', p99):.0f}/{median('gateway', p99):.0f}, "
            f"{median('nginx', rps):.0f}/{median('gateway', rps):.0f} per s")
    if load.name == "paced":
        transit = lambda who: median(who, lambda r: r["transit_p50"])
        note = (f"transit p50 of a chunk: direct {transit('direct'):.0f} us, nginx +"
                f"{transit('nginx') - transit('direct'):.0f}, gateway +{transit('gateway') - transit('direct'):.0f}"
                " (goal 300)")
    if load.name == "2m":
        peak = max(r["rss_peak_kb"] for r in results.rows[load.name]["gateway"])
        note += f", resident {peak / 1024:.0f} MB"
    unit = "CPU us/stream" if load.chunks else "CPU us/call"
    return [load.name, load.text, unit, f"{median('nginx', per_call):.1f}", f"{median('gateway', per_call):.1f}",
            f"{statistics.median(ratios):.2f}", spread(ratios),
            f"{median('gateway', lambda r: per_call(r, 'database')):.1f}", f"{statistics.median(database):.2f}",
            load.goal, note]


def p50(result):
    return result["lat_p50"]


def p99(result):
    return result["lat_p99"]


def rps(result):
    return result["rps"]


def rate_row(results, load):
    added = lambda who: lambda r: r[who]["sched_p50"] - r["direct"]["sched_p50"]
    nginx = results.together(load.name, added("nginx"))
    gateway = results.together(load.name, added("gateway"))
    ratios = [g / max(1, n) for g, n in zip(gateway, nginx)]
    direct = results.median(load.name, "direct", lambda r: r["sched_p50"])
    note = (f"direct p50 {direct:.0f} us; CPU us/call {results.median(load.name, 'nginx', per_call):.0f}/"
            f"{results.median(load.name, 'gateway', per_call):.0f}")
    if results.commits:
        commit = statistics.median(results.commits)
        goal = 3 * statistics.median(nginx) + 2.5 * commit
        note += f"; commit {commit:.0f} us; goal 3 x nginx + 2.5 commits = {goal:.0f} us"
    database = results.median(load.name, "gateway", lambda r: per_call(r, "database"))
    return [load.name, load.text, "added p50 us", f"{statistics.median(nginx):.0f}",
            f"{statistics.median(gateway):.0f}", f"{statistics.median(ratios):.2f}", spread(ratios),
            f"{database:.1f}", "-", load.goal, note]


def slow_row(results):
    result = results.rows[SLOW]["gateway"][0]
    kb = (result["rss_peak_kb"] - result["base_kb"]) / result["streams"]
    alone, beside = result["side_p99"]
    note = (f"{kb:.0f} KB resident each (goal 64; {result['base_kb'] // 1024} -> {result['rss_peak_kb'] // 1024} MB), "
            f"first byte p99 {result['ttfb_p99'] / 1000:.1f} ms, transit p50/p99 "
            f"{result['transit_p50'] / 1000:.1f}/{result['transit_p99'] / 1000:.1f} ms, p99 of 50 calls/s beside: "
            f"{alone / 1000:.1f} -> {beside / 1000:.1f} ms")
    chunks = max(1, result["chunks"])
    return [SLOW, f"{result['streams']} streams, 2 chunks/s", "CPU us/chunk", "-", f"{result['cpu'] / chunks:.1f}",
            "-", "-", f"{result['database'] / chunks:.1f}", "-", "0 errors", note]


def table(results):
    head = ["row", "load", "unit", "nginx", "gateway", "ratio", "min-max", "PostgreSQL", "PG ratio", "goal", "note"]
    rows = [head]
    for load in LOADS:
        if load.name in results.rows:
            rows.append(rate_row(results, load) if load.rate else cpu_row(results, load))
    if SLOW in results.rows:
        rows.append(slow_row(results))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head) - 1)]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if 3 <= i <= 8 else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines)


def against_row(results, load):
    ratios = results.together(load.name, lambda r: per_call(r["gateway"]) / max(1e-9, per_call(r["old"])))
    database = results.together(
        load.name, lambda r: per_call(r["gateway"], "database") / max(1e-9, per_call(r["old"], "database")))
    median = lambda who, value: results.median(load.name, who, value)
    most = 1.05 if load.name in ("json256", "stream", "paced") else 1.10
    ratio, pg = statistics.median(ratios), statistics.median(database)
    note = (f"p50 {median('old', p50):.0f}/{median('gateway', p50):.0f} us, "
            f"p99 {median('old', p99):.0f}/{median('gateway', p99):.0f}, "
            f"{median('old', rps):.0f}/{median('gateway', rps):.0f} per s")
    return [load.name, load.text, f"{median('old', per_call):.1f}", f"{median('gateway', per_call):.1f}",
            f"{ratio:.3f}", spread(ratios), f"{most:.2f}",
            f"{median('old', lambda r: per_call(r, 'database')):.1f}",
            f"{median('gateway', lambda r: per_call(r, 'database')):.1f}", f"{pg:.3f}", "1.05",
            "ok" if ratio <= most and pg <= 1.05 else "WORSE", note]


def against_table(results):
    head = ["row", "load", "old CPU us", "new", "new/old", "min-max", "most", "old PG us", "new", "new/old", "most",
            "verdict", "note"]
    rows = [head] + [against_row(results, load) for load in LOADS if load.name in results.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head) - 1)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[-1]]).rstrip()
                     for row in rows)


def header(bench, results):
    def output(command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout or done.stderr).strip()

    others = [100 * each for each in bench.others]
    program_text = os.environ.get("TOLLGATE_JAR") or "tollgate " + output(
        ["git", "-C", ROOT, "describe", "--always", "--dirty"])
    rounds = max((len(r["gateway"]) for n, r in results.rows.items() if n != SLOW), default=1)
    repeated = "" if bench.tries == 1 else (
        f"; beyond {100 * DISTURBED:.0f} % a measurement was repeated, at most {bench.tries - 1} times, "
        "and the calmest one taken")
    kind = ", QUICK: a smoke test, not a result" if bench.options.quick else ""
    rival = (f"{bench.options.against}" if bench.options.against
             else f"itself without {bench.options.against_plan}" if bench.options.against_plan else "nginx")
    return (f"Tollgate against {rival}, {time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, "
            f"{output(['nginx', '-v']).rpartition(' ')[2]}, {program_text}, heap 1 GB{kind}\n"
            f"On: {ON}.\n"
            f"Medians of {rounds} interleaved rounds, ratios within a round; 0 errors; "
            f"{results.recorded} calls sent to the gateway, {results.recorded} rows and roll-ups in PostgreSQL.\n"
            f"Other programs took {statistics.median(others):.0f} % of the machine (median), "
            f"at worst {max(others):.0f} %{repeated}.\n")


def say(text):
    print(text, file=sys.stderr, flush=True)


# --- the run ---------------------------------------------------------------------------------------

def options():
    names = [load.name for load in LOADS] + [SLOW]
    parser = argparse.ArgumentParser(prog="bench/run", description="Measures the gateway against nginx.")
    parser.add_argument("--rounds", type=int, help="interleaved rounds (default 5, with --quick 1)")
    parser.add_argument("--quick", action="store_true", help="small counts: shows that everything works")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME",
                        help="only this row, may be repeated: " + " ".join(names))
    parser.add_argument("--against", metavar="JAR", help="another build's tollgate.jar (with libs/ beside it), "
                        "interleaved with this one; default 9 rounds")
    parser.add_argument("--against-plan", metavar="FILE", help="this build with another key, policy or setting, "
                        "interleaved with itself as usual; default 9 rounds")
    parsed = parser.parse_args()
    if parsed.against and parsed.against_plan:
        parser.error("--against and --against-plan exclude each other")
    pair = parsed.against or parsed.against_plan
    parsed.rounds = parsed.rounds or (1 if parsed.quick else 9 if pair else 5)
    parsed.only = parsed.only or [name for name in names if not pair or name != SLOW]
    return parsed


def fresh_build():
    for pid in databases():
        raise Failed(f"the PostgreSQL of an earlier run still runs; stop it first: kill -INT {pid}")
    shutil.rmtree(DATA, ignore_errors=True)
    for log in glob.glob(os.path.join(BUILD, "*.log")):
        os.remove(log)


def run(parsed):
    fresh_build()
    say("Starting upstream, nginx and gateway ...")
    bench = Bench(parsed)
    results = Results()
    loads = [load for load in LOADS if load.name in parsed.only]
    for number in range(parsed.rounds if loads else 0):
        renewed = number > 0 and number % FRESH == 0 and len(bench.gateways) > 1
        if renewed:
            say("  new JVMs")
            bench.renew()
        if renewed or number == 0:
            for load in loads:
                bench.warm(load, results)
        for load in loads:
            bench.round(load, results)
        commit = commit_us(bench.gateway.postgres)
        if commit is not None:
            results.commits.append(commit)
        say(f"  round {number + 1} of {parsed.rounds}")
    if SLOW in parsed.only:
        say("  slow streams")
        bench.slow(results)
    bench.check_rows(results)
    with open(os.path.join(BUILD, "result.json"), "w", encoding="utf-8") as file:
        json.dump({"rows": results.rows, "commits_us": results.commits, "errors": results.errors}, file, indent=1)
    if results.errors:
        raise Failed("No table, since there were errors:\n  " + "\n  ".join(results.errors))
    print(header(bench, results))
    print(against_table(results) if len(bench.gateways) > 1 else table(results))


def interrupted(_signal, _frame):
    raise KeyboardInterrupt


def main():
    parsed = options()
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, interrupted)
    status = 0
    try:
        run(parsed)
    except Failed as e:
        say(str(e))
        status = 1
    except KeyboardInterrupt:
        say("Interrupted.")
        status = 130
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        say("Stopping ...")
        PROCESSES.stop_all()
    sys.exit(status)


if __name__ == "__main__":
    main()
