import boto3
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel
from transformers import pipeline

app = FastAPI()


class Text(BaseModel):
    text: str


@app.post("/sentiment")
def sentiment(body: Text):
    try:
        nlp = pipeline("sentiment-analysis")
        return {"label": nlp(body.text)[0]["label"]}
    except Exception as e:
        raise HTTPException(status_code=500, detail=str(e))


@app.post("/store")
def store(body: Text):
    s3 = boto3.client("s3")
    s3.put_object(Bucket="texts", Key="x", Body=body.text)
    return {"stored": True}
