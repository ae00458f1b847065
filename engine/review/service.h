#ifndef MUNDAP_REVIEW_SERVICE_H
#define MUNDAP_REVIEW_SERVICE_H

#include "engine/review/python.h"

/* The model of a service: frameworks, handlers, what runs per request and what at start, where the model is. */

/** Builds the model over every Python file submitted; fills the "filled by service.c" fields. */
void service_model(struct py_project *project);
/** "flask", "fastapi", … */
const char *framework_name(int framework);

/* facts.c: what well-known calls are */
/** Loads a model or another artefact that is needed to predict. */
bool fact_loads_model(struct py *py, int32_t call);
/** Reads a file in a way that can run code. */
bool fact_unsafe_load(struct py *py, int32_t call);
/** Runs the model: blocking and heavy. */
bool fact_infers(struct py *py, int32_t call);
/** Trains or evaluates a model, by the name of another module's function. */
bool fact_trains(const char *callee);
/** Runs a torch module directly, so that gradients are tracked unless switched off. */
bool fact_torch_forward(struct py *py, int32_t call);
/** Sends a request to another service: requests.get and its kin. */
bool fact_outbound(const char *callee);
/** An outbound call that waits for ever unless told otherwise. */
bool fact_needs_timeout(const char *callee);
/** Builds a client or connection that should be shared. */
bool fact_builds_client(const char *callee);
/** Blocks the thread that calls it. */
bool fact_blocks(const char *callee);
bool fact_logs(struct py *py, int32_t call);
/** Turns a value into a response: jsonify, JSONResponse, Response, render_template … */
bool fact_response(const char *callee);
/** A class that derives from torch's Module. */
bool fact_torch_module(struct py *py, int32_t class);
/** Whether a class derives from a base matching the patterns, through classes of the file too. */
bool fact_derives(struct py *py, int32_t class, const char *patterns);

/* taint.c */
enum {
	TAINT_REQUEST = 1, /* the request object */
	TAINT_JSON = 2, /* a parsed body: a missing key raises */
	TAINT_FORM = 4, /* a mapping that answers 400 by itself */
	TAINT_VALUE = 8, /* raw data of the request */
	TAINT_TYPED = 16, /* checked by a model or an annotation */
	TAINT_FILE = 32, /* an uploaded file */
	TAINT_NAME = 64, /* the name the uploader gave it */
	TAINT_NUMBER = 128, /* passed through int() or float() */
	TAINT_EXCEPTION = 256, /* text of an exception, or the exception */
	TAINT_TRACE = 512, /* a traceback */
	TAINT_MODEL_OUT = 1024, /* what the model gave back */
	TAINT_PATH = 2048, /* a part of the URL */
	TAINT_WRAPPED = 4096, /* kept within a list or dict built here */
	TAINT_SCALAR = 8192, /* one value of a plain type that the framework took apart */
	TAINT_JOINED = 16384, /* a path that was joined from it */
	TAINT_DERIVED = 32768, /* what a function that is not known made of it */
	TAINT_RAW = TAINT_JSON | TAINT_FORM | TAINT_VALUE | TAINT_FILE | TAINT_NAME | TAINT_PATH
};

/** Follows request data through assignments and calls; fills py->taint of every file. */
void taint_follow(struct py_project *project);

#endif
