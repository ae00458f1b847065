import os
import subprocess

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.route("/fetch")
def fetch():
    address = request.args.get("url")
    answer = requests.get(address)
    return jsonify(size=len(answer.content))


@app.route("/convert")
def convert():
    name = request.args["name"]
    os.system("convert /data/" + name + " /tmp/out.png")
    return jsonify(done=True)


@app.route("/thumb")
def thumb():
    size = request.args["size"]
    subprocess.run(f"thumb --size {size}", shell=True)
    return jsonify(done=True)
