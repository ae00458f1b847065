import joblib
from flask import Flask, jsonify, request

app = Flask(__name__)
model = joblib.load("m.joblib")


@app.route("/predict", methods=["POST"])
def predict():
    body = request.get_json(force=True)
    if "rows" not in body:
        return jsonify({"error": "rows is missing"}), 500
    try:
        result = model.predict(body["rows"]).tolist()
    except Exception as e:
        return jsonify({"error": str(e)}), 400
    return jsonify({"result": result})


@app.route("/check", methods=["POST"])
def check():
    body = request.get_json(force=True)
    if "rows" not in body:
        return jsonify({"error": "rows is missing"})
    return jsonify({"ok": True})
