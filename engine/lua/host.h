#ifndef MUNDAP_LUA_HOST_H
#define MUNDAP_LUA_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/error.h"

/* What a Lua state may ask of whoever runs it: one table of callbacks. A state without a host (the lesson loader)
 * has NULL and its scripts cannot show anything or open data. */

/* Everything a script can show, in one list; the worker's frames carry the same names.
 * X(NAME, "word", what its JSON and raw bytes hold). Raw numbers are little-endian float32, row-major. */
#define HOST_EVENTS(X) \
	X(LOG, "log", "{text}: one or more whole lines, without the last newline") \
	X(METRIC, "metric", "{name,step,value}") \
	X(SERIES, "series", "{name,labels?}; bytes: float32 values") \
	X(PROGRESS, "progress", "{fraction,text}; fraction < 0: unknown") \
	X(IMAGE, "image", "{name,title,height,width,min,max}; bytes: float32 [height,width]") \
	X(IMAGES, "images", \
	  "{name,title,count,height,width,min,max,captions:[…]}; bytes: float32") \
	X(HEATMAP, "heatmap", \
	  "{name,title,rows,columns,min,max,row_labels?,column_labels?}; bytes") \
	X(CONFUSION, "confusion", "{name,classes:[…],rows}; bytes: float32 [true,given]") \
	X(HISTOGRAM, "histogram", "{name,title,min,max,bins}; bytes: float32 counts") \
	X(SCATTER, "scatter", "{name,title,count,x,y}; bytes: float32 [count,3]: x, y, group") \
	X(TEXT, "text", "{name,markdown}") \
	X(TENSOR, "tensor", "{name,shape:[…]}; bytes: float32") \
	X(CANVAS, "canvas", "{width,height,say,keys:[[key,what]…]}; bytes: cells, see canvas.h") \
	X(TEST, "test", "{name,passed,message,line?}") \
	X(ARTIFACT, "artifact", "{name,kind}; bytes: the file the script made") \
	X(PIPELINE, "pipeline", "the description that pipeline_read.h tells of") \
	X(RECORD, "record", "{name,status,seed,parameters,tags,metrics:{name:[[step,value]…]}}") \
	X(FILE, "file", "{name,part,parts}; bytes: a part of a file to keep (name without folders)")

enum host_event {
#define X(name, word, holds) HOST_##name,
	HOST_EVENTS(X)
#undef X
		HOST_EVENT_COUNT
};

/** The word of an event ("log", "metric", …). */
const char *host_event_word(enum host_event event);

struct host {
	void *context;
	/** Shows something. json is NUL-terminated; bytes may be NULL. May block (back-pressure); never raises. */
	void (*emit)(void *context, enum host_event event, const char *json, const void *bytes,
		     size_t length);
	/**
	 * A readable descriptor of one file of a data set, or of one saved earlier ("files/NAME"), positioned at 0; it
	 * stays the host's (do not close).
	 * Errors: STATUS_NOT_FOUND when the file is not installed, STATUS_DENIED when the host does not know it.
	 */
	enum status (*open_data)(void *context, const char *file, int *descriptor,
				 struct error *err);
	/** Whether the run was asked to stop; cheap, may be called from any thread. */
	bool (*stopping)(void *context);
};

#endif
