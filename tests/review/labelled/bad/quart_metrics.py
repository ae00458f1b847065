import logging

from flask import Flask, request, jsonify
from prometheus_client import Counter

logging.basicConfig()
CALLS = Counter("calls_total", "calls", ["user"])
app = Flask(__name__)


@app.post("/events")
def events():
    body = request.get_json()
    if "user" not in body or "kind" not in body:
        return jsonify(error="user and kind are needed"), 400
    CALLS.labels(body["user"]).inc()
    return jsonify(stored=True)
