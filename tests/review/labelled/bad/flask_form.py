import numpy as np
from flask import Flask, render_template, request
import joblib

app = Flask(__name__)
scaler = joblib.load("artifacts/scaler.joblib")
clf = joblib.load("artifacts/churn.joblib")


@app.route("/")
def home():
    return render_template("index.html")


@app.route("/predict", methods=["POST"])
def predict():
    values = [float(v) for v in request.form.values()]
    row = scaler.transform([np.array(values)])
    label = clf.predict(row)[0]
    print("prediction", label)
    text = "leaves" if label == 1 else "stays"
    return render_template("index.html", answer=text)


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=5000)
