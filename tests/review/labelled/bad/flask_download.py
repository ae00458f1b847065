import urllib.request

import torch
from flask import Flask, jsonify, request

URL = "https://models.example.com/net.pt"
urllib.request.urlretrieve(URL, "net.pt")
net = torch.jit.load("net.pt")
app = Flask(__name__)


@app.route("/infer", methods=["POST"])
def infer():
    body = request.get_json()
    if not isinstance(body, dict):
        return jsonify(error="object expected"), 400
    with torch.no_grad():
        out = net(torch.tensor(body.get("x", [])))
    with open("last.json", "w") as sink:
        sink.write(str(out.tolist()))
    try:
        notify(out)
    except Exception:
        pass
    return jsonify(y=out.tolist())
