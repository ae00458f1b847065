import pickle

from aiohttp import web

routes = web.RouteTableDef()


@routes.post("/predict")
async def predict(request):
    data = await request.json()
    features = [data["a"], data["b"]]
    label = request.app["model"].predict([features])[0]
    return web.json_response({"label": int(label)})


def main():
    app = web.Application()
    with open("model.pkl", "rb") as source:
        app["model"] = pickle.load(source)
    app.add_routes(routes)
    web.run_app(app)


if __name__ == "__main__":
    main()
