"""Talks to a running `mundap serve` as clients do: well, wrongly, slowly, and while it is swapped or stopped.

usage: serve_check.py basics PORT ROWS.json | keys PORT | traffic PORT SECONDS ROWS.json [PID]
ROWS.json: [{"x": [...], "scores": {"1": [...], "2": [...]}}, ...], the scores each version gives offline.
"""
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time

JSON = {"Content-Type": "application/json"}
failures = []


def expect(what, good, seen=""):
    if not good:
        failures.append(f"{what} {seen}")


def ask(port, method, path, body=None, headers=JSON):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, dict(response.getheaders()), text


def near(a, b):
    return len(a) == len(b) and all(abs(x - y) <= 1e-6 for x, y in zip(a, b))


def basics(port, rows):
    for path in ("/health", "/ready", "/version"):
        status, _, text = ask(port, "GET", path)
        expect(path, status == 200 and isinstance(json.loads(text), dict), text)
    for row in rows:
        status, headers, text = ask(port, "POST", "/predict", json.dumps({"features": row["x"]}),
                                    {**JSON, "X-Request-ID": "test-7"})
        answer = json.loads(text)
        expect("single", status == 200 and near(answer["scores"][0], row["scores"]["1"]), text)
        expect("request id", headers.get("X-Request-ID") == answer["request_id"] == "test-7", text)
    status, _, text = ask(port, "POST", "/predict", json.dumps({"instances": [r["x"] for r in rows]}))
    answer = json.loads(text)
    expect("batch", status == 200 and len(answer["predictions"]) == len(rows) and
           all(near(a, r["scores"]["1"]) for a, r in zip(answer["scores"], rows)), text)
    malformed(port, len(rows[0]["x"]))
    slow(port, rows[0])


def malformed(port, inputs):
    good = [0.5] * inputs
    bodies = ["", "{", "[]", "7", '{"features":"x"}', '{"features":[1]}', '{"features":[' + "9" * 400 + "]}",
              json.dumps({"features": good, "instances": [good]}), '{"instances":[]}', '{"instances":[[]]}',
              json.dumps({"features": [None] * inputs}), json.dumps({"features": [[1]] * inputs}),
              json.dumps({"features": [1e300] * inputs}), "\x00\x01", '{"features":[1,2,3,4],"features":[1]}']
    for body in bodies:
        status, _, text = ask(port, "POST", "/predict", body.encode())
        expect(f"refused {body[:40]!r}", 400 <= status < 500 and json.loads(text)["error"]["message"], text)
    for method, path, body, headers, wanted in (
            ("POST", "/predict", json.dumps({"features": good}), {"Content-Type": "text/plain"}, 415),
            ("GET", "/predict", None, {}, 405), ("GET", "/nowhere", None, {}, 404),
            ("POST", "/predict", b"x" * (2 << 20), JSON, 413)):
        try:
            status = ask(port, method, path, body, headers)[0]
        except (ConnectionResetError, BrokenPipeError):
            status = 413  # told before the body was read, the rest of it had nowhere to go
        expect(f"{method} {path}", status == wanted, status)
    for junk in (b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /predict HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
                 os.urandom(300), b"A" * 70000):
        with socket.create_connection(("127.0.0.1", port), timeout=20) as raw:
            try:
                raw.sendall(junk)
                raw.shutdown(socket.SHUT_WR)
                while raw.recv(4096):
                    pass
            except OSError:
                pass
    expect("alive after junk", ask(port, "GET", "/health")[0] == 200)


def slow(port, row):
    """Clients that never finish their request hold nobody up, and are hung up on (--timeout 1)."""
    held = []
    for _ in range(40):
        raw = socket.create_connection(("127.0.0.1", port), timeout=8)
        raw.sendall(b"POST /predict HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
        held.append(raw)
    start = time.time()
    status, _, text = ask(port, "POST", "/predict", json.dumps({"features": row["x"]}))
    expect("served beside slow clients", status == 200 and time.time() - start < 1, text)
    for raw in held:
        try:
            while raw.recv(4096):
                pass
        except ConnectionResetError:
            pass
        except socket.timeout:
            failures.append("a slow client was never hung up on")
        raw.close()


def keys(port):
    body = json.dumps({"features": [5.1, 3.5, 1.4, 0.2]})
    for key, path, method, wanted in (
            (None, "/predict", "POST", 401), ("wrong-key-1", "/predict", "POST", 401),
            ("predict-key-1", "/predict", "POST", 200), ("predict-key-1", "/metrics", "GET", 403),
            ("admin-key-001", "/metrics", "GET", 200), (None, "/health", "GET", 200)):
        headers = {**JSON, **({"Authorization": f"Bearer {key}"} if key else {})}
        status = ask(port, method, path, body if method == "POST" else None, headers)[0]
        expect(f"{path} with {key}", status == wanted, status)


def traffic(port, seconds, rows, pid):
    """Four clients on kept connections until time is over or (with pid) the server, told to stop, says so."""
    seen, counts, lock = set(), {"answered": 0}, threading.Lock()
    over = time.time() + seconds

    def client(number):
        connection, fresh = None, True
        while time.time() < over:
            row = rows[number % len(rows)]
            number += 1
            if connection is None:
                connection, fresh = http.client.HTTPConnection("127.0.0.1", port, timeout=20), True
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    if pid:
                        return  # never accepted
                    raise
            try:
                connection.request("POST", "/predict", json.dumps({"features": row["x"]}), JSON)
                response = connection.getresponse()
                answer = json.loads(response.read())
            except Exception as error:  # accepted and lost
                failures.append(f"lost: {error!r} fresh={fresh}")
                return
            fresh = False
            with lock:
                counts["answered"] += 1
                if response.status != 200:
                    failures.append(f"status {response.status}: {answer}")
                    return
                seen.add(answer["version"])
                if not near(answer["scores"][0], row["scores"][answer["version"]]):
                    failures.append(f"wrong answer of version {answer['version']}")
            if response.getheader("Connection") == "close":
                connection.close()
                connection = None

    clients = [threading.Thread(target=client, args=(i,)) for i in range(4)]
    for c in clients:
        c.start()
    if pid:
        time.sleep(0.5)
        os.kill(pid, signal.SIGTERM)
    for c in clients:
        c.join()
    print(json.dumps({"answered": counts["answered"], "versions": sorted(seen)}))


def main():
    word, port = sys.argv[1], int(sys.argv[2])
    if word == "basics":
        basics(port, json.load(open(sys.argv[3])))
    elif word == "keys":
        keys(port)
    else:
        traffic(port, float(sys.argv[3]), json.load(open(sys.argv[4])),
                int(sys.argv[5]) if len(sys.argv) > 5 else 0)
    for failure in failures[:20]:
        print(failure, file=sys.stderr)
    sys.exit(bool(failures))


main()
