from typing import Any, Dict

import pandas as pd
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from mlflow.pyfunc import load_model

app = FastAPI()
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)
model = load_model("models:/fraud/1")


@app.post("/predict")
def predict(data: Dict[str, Any]):
    frame = pd.DataFrame([data["row"]])
    return {"fraud": float(model.predict(frame)[0])}
