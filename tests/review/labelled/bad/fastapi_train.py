import logging
import os

import joblib
from fastapi import FastAPI, HTTPException, UploadFile

from learning import train_model

logging.basicConfig(level=logging.INFO)
app = FastAPI()


def artefact(name: str):
    path = os.path.join("artefacts", name)
    return joblib.load(path)


@app.get("/health")
def health():
    return {"status": "ok"}


@app.post("/train")
async def train(file: UploadFile):
    rows = await file.read()
    try:
        return train_model(rows)
    except Exception as error:
        raise HTTPException(status_code=400, detail="training failed") from error


@app.get("/importance")
def importance(name: str):
    model = artefact(name)
    try:
        names = model.feature_names_in_
    except Exception:
        names = None
    return {"names": names}
