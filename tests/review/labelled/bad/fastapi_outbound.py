import time

import httpx
import requests
from fastapi import FastAPI

app = FastAPI()
cache = {}


@app.get("/weather/{city}")
async def weather(city: str):
    if city in cache:
        return cache[city]
    time.sleep(0.1)
    answer = requests.get(f"https://weather.example.com/v1/{city}")
    cache[city] = answer.json()
    return cache[city]


@app.get("/forecast/{city}")
async def forecast(city: str):
    client = httpx.AsyncClient()
    answer = await client.get(f"https://weather.example.com/v2/{city}")
    return answer.json()
