import sqlite3

from flask import Flask, jsonify, request

app = Flask(__name__)
app.secret_key = "s3cr3t-9f2a77"


@app.route("/features", methods=["POST"])
def features():
    user = request.get_json()["user"]
    db = sqlite3.connect("features.db")
    rows = db.execute("SELECT * FROM features WHERE user = '%s'" % user).fetchall()
    return jsonify(rows=rows)


@app.route("/note", methods=["POST"])
def note():
    name = request.args.get("name")
    if not name:
        return jsonify(error="name is missing"), 500
    return jsonify(note=name)
