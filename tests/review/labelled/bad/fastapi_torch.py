import io

import torch
from fastapi import FastAPI, File, UploadFile
from PIL import Image
from torchvision import transforms

app = FastAPI()
net = torch.load("net.pt", map_location="cpu")
net.eval()
prepare = transforms.Compose([transforms.Resize(224), transforms.ToTensor()])


@app.post("/predict")
async def predict(file: UploadFile = File(...)):
    picture = Image.open(io.BytesIO(await file.read())).convert("RGB")
    scores = net(prepare(picture).unsqueeze(0))
    return {"class": int(scores.argmax(1))}
