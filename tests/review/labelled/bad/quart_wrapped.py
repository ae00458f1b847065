import os

from quart import Quart, request
from quart_cors import cors

from voice import Transcriber

app = Quart(__name__)
app = cors(app)
transcriber = None


@app.before_serving
async def start():
    global transcriber
    transcriber = Transcriber()


@app.route("/", methods=["POST"])
async def transcribe():
    files = await request.files
    upload = files.get("sound")
    path = os.path.join("/tmp/sounds", upload.filename)
    await upload.save(path)
    return await transcriber.inference(path)
