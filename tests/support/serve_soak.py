"""Mixed load on two replicas of `mundap serve` for a while: clients whose every answer is checked, versions promoted and rolled
back, replicas stopped and killed at random, malformed, slow and vanishing clients beside them.

usage: serve_soak.py MUNDAP SECONDS ROWS.json MODEL SEED     (MODEL is registered with two approved versions)
What must hold: no wrong answer; no accepted request lost (a replica that is told to stop answers what it took; of one that
is killed the client asks the other); memory flat. Ends with one line of JSON.
"""
import http.client
import json
import random
import signal
import socket
import subprocess
import sys
import threading
import time

MUNDAP, SECONDS, ROWS, MODEL, SEED = sys.argv[1], float(sys.argv[2]), json.load(open(sys.argv[3])), sys.argv[4], int(sys.argv[5])
JSON = {"Content-Type": "application/json"}
over = time.time() + SECONDS
lock = threading.Lock()
failures, versions = [], set()
counts = {"answered": 0, "retried": 0, "kills": 0, "stops": 0, "swaps": 0, "faults": 0}
growth = []


def fail(text):
    with lock:
        failures.append(text)


def count(name):
    with lock:
        counts[name] += 1


class Replica:
    def __init__(self, number):
        self.number, self.killed_at, self.process = number, 0, None
        self.start()

    def start(self):
        self.process = subprocess.Popen([MUNDAP, "serve", MODEL, "--port", "0", "--format", "json", "--log", "none",
                                         "--watch-ms", "50", "--timeout", "2"], stdout=subprocess.PIPE, text=True)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.born, self.first = time.time(), None

    def resident(self):
        with open(f"/proc/{self.process.pid}/statm") as statm:
            return int(statm.read().split()[1]) * 4096

    def watch_memory(self, last=False):
        age = time.time() - self.born
        if self.first is None and age > 2:
            self.first = (age, self.resident())
        elif last and self.first and age > self.first[0] + 2:
            growth.append((self.resident() - self.first[1]) / 1e6)


def near(a, b):
    return len(a) == len(b) and all(abs(x - y) <= 1e-6 for x, y in zip(a, b))


def check(answer, rows):
    with lock:
        counts["answered"] += 1
        versions.add(answer["version"])
    if len(answer["scores"]) != len(rows) or not all(
            near(s, r["scores"][answer["version"]]) for s, r in zip(answer["scores"], rows)):
        fail(f"wrong answer of version {answer['version']}")


def client(replicas, seed):
    rng, kept = random.Random(seed), {}
    while time.time() < over:
        rows = rng.choices(ROWS, k=1 if rng.random() < 0.7 else 8)
        body = json.dumps({"features": rows[0]["x"]} if len(rows) == 1 else {"instances": [r["x"] for r in rows]})
        for attempt in range(40):
            replica = replicas[(seed + attempt) % 2] if attempt else rng.choice(replicas)
            port, sent = replica.port, False
            connection = kept.pop(port, None)
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
                    connection.connect()
                sent = True
                connection.request("POST", "/predict", body, JSON)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except (OSError, http.client.HTTPException) as error:
                # Refused before anything was sent, or the replica was killed just now: the other one is asked.
                if sent and time.time() - replica.killed_at > 3:
                    fail(f"lost: {error!r}")
                count("retried")
                time.sleep(0.02)
                continue
            if response.status != 200:
                fail(f"status {response.status}: {answer}")
            else:
                check(answer, rows)
            if response.getheader("Connection") != "close":
                kept[port] = connection
            break
        else:
            fail("no replica answered")


def trouble(replicas, rng):
    """A client that does not behave."""
    port = rng.choice(replicas).port
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            kind = rng.randrange(4)
            if kind == 0:
                raw.sendall(rng.randbytes(200))
            elif kind == 1:
                raw.sendall(b"POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{")
                time.sleep(0.2)
            elif kind == 2:
                body = json.dumps({"instances": [r["x"] for r in ROWS] * 20}).encode()
                raw.sendall(b"POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
            else:
                raw.sendall(b'POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"features":"no"}')
                raw.recv(4096)
    except OSError:
        pass
    count("faults")


def faults(replicas, seed):
    rng = random.Random(seed)
    while time.time() < over:
        trouble(replicas, rng)
        time.sleep(rng.random() * 0.05)


def registry(*words):
    subprocess.run([MUNDAP, "registry", *words], check=True, stdout=subprocess.DEVNULL)


def restart(replica, how):
    replica.watch_memory(last=True)
    if how == signal.SIGKILL:
        replica.killed_at = time.time()
        count("kills")
    else:
        count("stops")
    replica.process.send_signal(how)
    status = replica.process.wait(timeout=30)
    if how == signal.SIGTERM and status != 0:
        fail(f"a replica told to stop ended with {status}")
    replica.start()


def main():
    rng = random.Random(SEED)
    replicas = [Replica(0), Replica(1)]
    threads = [threading.Thread(target=client, args=(replicas, SEED + i)) for i in range(4)]
    threads.append(threading.Thread(target=faults, args=(replicas, SEED + 99)))
    for t in threads:
        t.start()
    promoted, turn = 1, 0
    while time.time() < over - 0.5:
        time.sleep(0.4 + rng.random())
        turn += 1
        if turn % 3 == 0:
            restart(rng.choice(replicas), signal.SIGKILL if rng.random() < 0.5 else signal.SIGTERM)
        elif promoted == 1:
            registry("stage", MODEL, "2", "production")
            promoted = 2
            count("swaps")
        else:
            registry("rollback", MODEL)
            promoted = 1
            count("swaps")
        for replica in replicas:
            replica.watch_memory()
    for t in threads:
        t.join()
    for replica in replicas:
        replica.watch_memory(last=True)
        replica.process.terminate()
        if replica.process.wait(timeout=30) != 0:
            fail("a replica did not end well")
    most = max(growth, default=0)
    if most > 8:
        fail(f"memory grew by {most:.1f} MB")
    if len(versions) < 2 or counts["kills"] + counts["stops"] == 0:
        fail("nothing was swapped or restarted: the soak proved nothing")
    print(json.dumps({**counts, "seconds": SECONDS, "versions": sorted(versions), "most_growth_mb": round(most, 2),
                      "failures": len(failures)}))
    for failure in failures[:20]:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures))


main()
