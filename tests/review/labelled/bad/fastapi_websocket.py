from fastapi import FastAPI, WebSocket

app = FastAPI()
history = []


@app.websocket("/stream")
async def stream(socket: WebSocket):
    while True:
        text = await socket.receive_text()
        history.append(text)
        await socket.send_text(text.upper())
