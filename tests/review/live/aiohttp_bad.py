import pickle

from aiohttp import web

model = pickle.load(open("model.pkl", "rb"))


async def predict(request):
    data = await request.json()
    prediction = model.predict([data["features"]])
    return web.json_response({"prediction": int(prediction[0])})


app = web.Application()
app.router.add_post("/predict", predict)

if __name__ == "__main__":
    web.run_app(app, port=8080)
