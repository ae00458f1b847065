from fastapi import APIRouter, Depends, HTTPException
from fastapi.concurrency import run_in_threadpool

from .model import get_model
from .schemas import Features, Prediction

router = APIRouter(prefix="/v1")


@router.post("/predict", response_model=Prediction)
async def predict(body: Features, model=Depends(get_model)):
    try:
        value = await run_in_threadpool(model.predict, [body.values])
    except ValueError:
        raise HTTPException(status_code=422, detail="values are out of range")
    return Prediction(value=float(value[0]))
