"""Starts a submitted service inside the sandbox: python3 launcher.py FILE PORT.

The service's own way of starting is kept; only host and port are set. A stub model stands in for a model file that
was not submitted, unless MUNDAP_NO_STUB is set.
"""
import builtins
import os
import runpy
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
FILE, PORT = os.path.abspath(sys.argv[1]), int(sys.argv[2])
MODEL_ENDINGS = (".pkl", ".pickle", ".joblib", ".sav", ".model", ".bin", ".pk")
STARTED = False

sys.path[:0] = [os.path.dirname(FILE), os.getcwd(), HERE]
os.chdir(os.path.dirname(FILE))

import mundap_stub  # noqa: E402  (beside this file)


def plant(path):
    """Writes a stub model where the service expects a file that was not submitted."""
    name = os.fspath(path) if not isinstance(path, int) else ""
    if isinstance(name, bytes) or os.environ.get("MUNDAP_NO_STUB") or os.path.exists(name):
        return
    if name.lower().endswith(MODEL_ENDINGS):
        import pickle

        os.makedirs(os.path.dirname(os.path.abspath(name)), exist_ok=True)
        with real_open(name, "wb") as out:
            pickle.dump(mundap_stub.StubModel(), out)
        with real_open("/tmp/mundap-planted", "a") as planted:
            planted.write(os.path.abspath(name) + "\n")


real_open = builtins.open


def planting_open(file, mode="r", *args, **kwargs):
    if mode == "rb":
        plant(file)
    return real_open(file, mode, *args, **kwargs)


builtins.open = planting_open

try:
    import joblib
except ImportError:
    joblib = types.ModuleType("joblib")
    sys.modules["joblib"] = joblib

    def load_stub(path):
        import pickle

        with planting_open(path, "rb") as source:
            return pickle.load(source)

    joblib.load = load_stub
else:
    load_real = joblib.load

    def load_planted(path, *args, **kwargs):
        if isinstance(path, (str, os.PathLike)):
            plant(path)
        return load_real(path, *args, **kwargs)

    joblib.load = load_planted


def started():
    global STARTED
    STARTED = True


def set_flask():
    import flask

    run = flask.Flask.run

    def run_here(self, host=None, port=None, debug=None, **options):
        started()
        options["use_reloader"] = False
        run(self, "127.0.0.1", PORT, debug, **options)

    flask.Flask.run = run_here


def set_uvicorn():
    import uvicorn

    run = uvicorn.run

    def run_here(app, **options):
        started()
        options.update(host="127.0.0.1", port=PORT, reload=False, workers=None)
        run(app, **options)

    uvicorn.run = run_here


def set_aiohttp():
    from aiohttp import web

    run = web.run_app

    def run_here(app, **options):
        started()
        options.update(host="127.0.0.1", port=PORT)
        options.pop("path", None)
        run(app, **options)

    web.run_app = run_here


def set_http_server():
    import socketserver

    init = socketserver.TCPServer.__init__

    def init_here(self, address, *args, **kwargs):
        started()
        init(self, ("127.0.0.1", PORT), *args, **kwargs)

    socketserver.TCPServer.__init__ = init_here


def serve(module):
    """For a file that only makes the application, as a server would import it."""
    made = list(module.values())
    for name in ("create_app", "make_app", "build_app", "get_app"):
        if callable(module.get(name)):
            made.insert(0, module[name]())
    for app in made:
        kind = type(app).__module__.split(".")[0] + "." + type(app).__name__
        if kind == "flask.Flask":
            return app.run()
        if kind in ("fastapi.FastAPI", "starlette.Starlette"):
            import uvicorn

            return uvicorn.run(app)
        if kind == "aiohttp.Application":
            from aiohttp import web

            return web.run_app(app)
    sys.exit("mundap: no application found in " + os.path.basename(FILE))


with open(FILE, encoding="utf-8", errors="replace") as source:
    text = source.read()
set_http_server()
if "flask" in text:
    set_flask()
if "fastapi" in text or "starlette" in text or "uvicorn" in text:
    set_uvicorn()
if "aiohttp" in text:
    set_aiohttp()
sys.argv = [FILE]
if "__main__" in text or "http.server" in text:
    module = runpy.run_path(FILE, run_name="__main__")
    if not STARTED:
        serve(module)
else:
    module = runpy.run_path(FILE, run_name=os.path.basename(FILE)[:-3])
    if not STARTED:
        serve(module)
