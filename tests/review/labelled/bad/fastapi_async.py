import joblib
import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/predict")
async def predict(request: Request):
    body = await request.json()
    values = body["values"]
    result = model.predict([values])
    return {"result": result[0]}


if __name__ == "__main__":
    uvicorn.run("main:app", host="0.0.0.0", port=8000, reload=True)
