import logging
from contextlib import asynccontextmanager

import onnxruntime
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import APIKeyHeader
from prometheus_fastapi_instrumentator import Instrumentator
from pydantic import BaseModel, Field

from .settings import settings

log = logging.getLogger(__name__)
models = {}
api_key = APIKeyHeader(name="X-API-Key")


def require_key(key: str = Depends(api_key)):
    if key != settings.api_key:
        raise HTTPException(status_code=401)


@asynccontextmanager
async def lifespan(app: FastAPI):
    try:
        models["main"] = onnxruntime.InferenceSession(settings.model_path)
    except Exception:
        log.exception("model could not be loaded")
    yield
    models.clear()


class Features(BaseModel):
    values: list[float] = Field(min_length=4, max_length=4)


class Answer(BaseModel):
    value: float
    model_version: str


app = FastAPI(lifespan=lifespan)
Instrumentator().instrument(app).expose(app)


@app.post("/predict", response_model=Answer, dependencies=[Depends(require_key)])
def predict(body: Features):
    if "main" not in models:
        raise HTTPException(status_code=503, detail="model is not ready")
    try:
        value = models["main"].run(None, {"x": [body.values]})[0][0]
    except Exception:
        log.exception("prediction failed")
        raise HTTPException(status_code=500, detail="prediction failed")
    return Answer(value=float(value), model_version=settings.model_version)


@app.get("/healthz")
def healthz():
    return {"status": "ok"}


@app.get("/readyz")
def readyz():
    if "main" not in models:
        raise HTTPException(status_code=503)
    return {"ready": True}
