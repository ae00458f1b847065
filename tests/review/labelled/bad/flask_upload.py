import os

import numpy as np
from flask import Flask, jsonify, request
from tensorflow.keras.models import load_model
from tensorflow.keras.preprocessing import image

app = Flask(__name__)
UPLOADS = "static/uploads"
model = load_model("models/leaf.h5")
CLASSES = ["healthy", "rust", "spot"]


def classify(path):
    picture = image.load_img(path, target_size=(128, 128))
    batch = np.expand_dims(image.img_to_array(picture) / 255.0, axis=0)
    return model.predict(batch)


@app.route("/classify", methods=["POST"])
def upload():
    sent = request.files["leaf"]
    path = os.path.join(UPLOADS, sent.filename)
    sent.save(path)
    scores = classify(path)
    best = int(np.argmax(scores[0]))
    return jsonify({"class": CLASSES[best], "score": float(scores[0][best])})


if __name__ == "__main__":
    app.run(debug=True, host="0.0.0.0")
