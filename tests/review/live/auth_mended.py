import hmac
import logging
import os
import pickle
from contextlib import asynccontextmanager

import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, confloat, conlist

logging.basicConfig(level=logging.INFO)
log = logging.getLogger("iris")
LIMIT = 64 * 1024
state = {"model": None}
count = {"ok": 0}


def load_model():
    try:
        with open("model.pkl", "rb") as source:
            # mundap: ignore[unsafe-deserialization] 배포 과정에서 서명을 확인한 파일만 놓인다
            return pickle.load(source)
    except (OSError, pickle.UnpicklingError) as error:
        log.error("model could not be loaded: %s", error)
        return None


class PredictRequest(BaseModel):
    features: conlist(confloat(gt=-1e6, lt=1e6), min_items=4, max_items=4)


app = FastAPI()


def require_api_key(x_api_key: str = Header("")):
    if not hmac.compare_digest(x_api_key.encode(), os.environ["SCORES_API_KEY"].encode()):
        raise HTTPException(status_code=401, detail="unknown key")


@app.on_event("startup")
def start():
    state["model"] = load_model()


@app.middleware("http")
async def limit_body(request: Request, call_next):
    if int(request.headers.get("content-length", 0)) > LIMIT:
        return JSONResponse({"error": "too large"}, status_code=413)
    try:
        return await call_next(request)
    except RecursionError:
        return JSONResponse({"error": "nested too deep"}, status_code=400)
    except Exception:
        log.exception("request failed")
        return JSONResponse({"error": "internal error"}, status_code=500)


@app.post("/predict", dependencies=[Depends(require_api_key)])
def predict(body: PredictRequest):
    if state["model"] is None:
        raise HTTPException(status_code=503, detail="model is not loaded")
    value = state["model"].predict([body.features])[0]
    count["ok"] += 1
    return {"prediction": int(value), "model_version": "1.0.0"}


@app.get("/health")
def health():
    return {"status": "ok"}


@app.get("/ready")
def ready():
    if state["model"] is None:
        raise HTTPException(status_code=503, detail="model is not loaded")
    return {"ready": True}


@app.get("/metrics")
def metrics():
    return PlainTextResponse("model_predictions_total %d\n" % count["ok"])


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=8000)
