import logging

import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

logger = logging.getLogger("uvicorn")
app = FastAPI()
session = None


class Point(BaseModel):
    x: float
    y: float


@app.on_event("startup")
def load():
    global session
    session = onnxruntime.InferenceSession("model.onnx")


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/predict")
def predict(p: Point):
    out = session.run(None, {"x": [[p.x, p.y]]})[0]
    return {"value": float(out[0][0])}
