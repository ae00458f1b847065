import logging
import shutil

from fastapi import FastAPI, UploadFile
from ultralytics import YOLO

logging.basicConfig()
app = FastAPI()
model = YOLO("best.pt")


@app.post("/detect")
def detect(file: UploadFile):
    path = f"uploads/{file.filename}"
    with open(path, "wb") as sink:
        shutil.copyfileobj(file.file, sink)
    found = model(path)
    return {"boxes": len(found[0].boxes)}


@app.post("/annotate")
def annotate(file: UploadFile):
    with open("input.jpg", "wb") as sink:
        shutil.copyfileobj(file.file, sink)
    model("input.jpg")[0].save("output.jpg")
    return {"saved": True}
