import pickle

import uvicorn
from fastapi import FastAPI, Request

app = FastAPI()
model = pickle.load(open("model.pkl", "rb"))


@app.post("/predict")
async def predict(request: Request):
    data = await request.json()
    prediction = model.predict([data["features"]])
    return {"prediction": prediction[0]}


if __name__ == "__main__":
    uvicorn.run(app, host="0.0.0.0", port=8000)
