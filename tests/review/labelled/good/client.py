import os

import requests

BASE = os.environ.get("PREDICT_URL", "http://localhost:8000")
PASSWORD_FIELD = "password"
TOKEN_URL = BASE + "/token"


def predict(values):
    answer = requests.post(f"{BASE}/predict", json={"values": values}, timeout=(2, 10))
    answer.raise_for_status()
    return answer.json()["value"]


def login(user, secret):
    session = requests.Session()
    return session.post(TOKEN_URL, data={"user": user, PASSWORD_FIELD: secret}, timeout=5)
