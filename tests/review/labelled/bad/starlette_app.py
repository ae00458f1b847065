import pickle

from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

model = pickle.load(open("model.pkl", "rb"))


async def predict(request):
    body = await request.json()
    value = model.predict([body["x"]])[0]
    return JSONResponse({"value": float(value)})


app = Starlette(debug=True, routes=[Route("/predict", predict, methods=["POST"])])
