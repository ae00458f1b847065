#include "tui/config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "engine/base/file.h"
#include "engine/base/spelling.h"
#include "engine/base/utf8.h"
#include "engine/lua/config.h"
#include "tui/key.h"
#include "tui/keymap.h"

/* config.lua: return {
 *   theme = "dark",                         -- or a table: { base = "dark", accent = { fg = "#ffaa00", bold = true } }
 *   keys = { x = "quit",                    -- everywhere
 *            lesson = { ["ctrl-g"] = "map", n = false } },   -- in one view; false: the key does nothing there
 *   goal_hours = 5, read_only = false, ascii = false, hangul = "2" }
 */

struct reading {
	struct app *app;
	struct theme theme;
	bool own_theme;
	int problems; /* found so far; the first is told */
	int line;
	char text[512];
};

static void problem(struct reading *reading, int line, const char *format, const char *a,
		    const char *b)
{
	if (reading->problems++ == 0) {
		reading->line = line;
		snprintf(reading->text, sizeof reading->text, format, a, b);
		utf8_trim_partial(reading->text);
	}
}

/* One of two messages: with the nearest of the names when one is near. */
static void unknown(struct reading *reading, const struct config_value *value, const char *word,
		    const char *const *names, size_t count, enum message plain, enum message near)
{
	const char *meant = spelling_nearest(word, names, count);
	problem(reading, value->line, message(meant ? near : plain), word, meant);
}

static void unknown_setting(struct reading *reading, const struct config_value *value)
{
	static const char *const names[] = {"theme",     "keys",  "goal_hours",
					    "read_only", "ascii", "hangul"};
	unknown(reading, value, value->names[0], names, sizeof names / sizeof *names,
		MSG_CONFIG_UNKNOWN, MSG_CONFIG_UNKNOWN_NEAR);
}

/* ---- keys ---- */

static void read_key(struct reading *reading, const struct config_value *value)
{
	enum view_kind view = VIEW_GENERAL;
	const char *name = value->names[value->depth - 1];
	if (value->depth == 3) {
		view = view_kind_find(value->names[1]);
	}
	if (view == VIEW_KINDS || value->depth > 3) {
		const char *names[VIEW_KINDS];
		for (int i = 0; i < VIEW_KINDS; i++) {
			names[i] = view_kind_name((enum view_kind)i);
		}
		unknown(reading, value, value->names[1], names, VIEW_KINDS, MSG_CONFIG_VIEW,
			MSG_CONFIG_VIEW_NEAR);
		return;
	}
	uint32_t key = key_from_name(name);
	if (!key) {
		problem(reading, value->line, message(MSG_CONFIG_KEY), name, "");
		return;
	}
	enum request request = REQUEST_NONE;
	if (value->kind == CONFIG_TEXT) {
		request = request_find(value->text);
		if (request == REQUEST_NONE) {
			const char *names[REQUEST_COUNT];
			for (int i = 0; i < REQUEST_COUNT; i++) {
				names[i] = request_name((enum request)i);
			}
			unknown(reading, value, value->text, names, REQUEST_COUNT,
				MSG_CONFIG_REQUEST, MSG_CONFIG_REQUEST_NEAR);
			return;
		}
	} else if (value->kind != CONFIG_FLAG || value->flag) {
		problem(reading, value->line, message(MSG_CONFIG_WRONG_TYPE), name, "");
		return;
	}
	if (!keymap_bind(view, key, request)) {
		problem(reading, value->line, message(MSG_CONFIG_TOO_MANY_KEYS), "", "");
	}
}

/* ---- theme ---- */

/* The palette index nearest to a colour of 24 bits: of the cube, or of the ramp of grays. */
static int nearest_of_256(int red, int green, int blue)
{
	static const int steps[] = {0, 95, 135, 175, 215, 255};
	int best = 16, least = 1 << 30;
	for (int i = 16; i < 256; i++) {
		int gray = 8 + (i - 232) * 10;
		int r = i < 232 ? steps[(i - 16) / 36] : gray;
		int g = i < 232 ? steps[(i - 16) / 6 % 6] : gray;
		int b = i < 232 ? steps[(i - 16) % 6] : gray;
		int far =
			(r - red) * (r - red) + (g - green) * (g - green) + (b - blue) * (b - blue);
		if (far < least) {
			least = far;
			best = i;
		}
	}
	return best;
}

static bool read_colour(const struct config_value *value, short *out)
{
	unsigned red, green, blue;
	char rest;
	if (value->kind == CONFIG_NUMBER && value->number >= -1 && value->number <= 255 &&
	    floor(value->number) == value->number) {
		*out = (short)value->number;
		return true;
	}
	if (value->kind == CONFIG_TEXT &&
	    sscanf(value->text, "#%2x%2x%2x%c", &red, &green, &blue, &rest) == 3) {
		*out = (short)nearest_of_256((int)red, (int)green, (int)blue);
		return true;
	}
	return false;
}

/* One of the eight colours every terminal has, for a look given in 256. */
static short basic_colour(int colour)
{
	if (colour < 0) {
		return -1;
	}
	if (colour < 16) {
		return (short)colour;
	}
	int red, green, blue;
	if (colour >= 232) {
		return colour > 243 ? 7 : 0;
	}
	red = (colour - 16) / 36;
	green = (colour - 16) / 6 % 6;
	blue = (colour - 16) % 6;
	return (short)((red > 2) | (green > 2) << 1 | (blue > 2) << 2);
}

static void read_look(struct reading *reading, const struct config_value *value, int style,
		      const char *field)
{
	struct look *look = &reading->theme.looks[style];
	static const struct {
		const char *name;
		unsigned short bit;
	} bits[] = {{"bold", LOOK_BOLD},
		    {"dim", LOOK_DIM},
		    {"underline", LOOK_UNDERLINE},
		    {"reverse", LOOK_REVERSE},
		    {"italic", LOOK_ITALIC}};
	if (!strcmp(field, "fg") || !strcmp(field, "bg") || !strcmp(field, "1")) {
		short colour;
		if (!read_colour(value, &colour)) {
			problem(reading, value->line, "%s", message(MSG_CONFIG_COLOUR), "");
		} else if (!strcmp(field, "bg")) {
			look->background = colour;
		} else {
			look->foreground = colour;
			look->foreground16 = basic_colour(colour);
		}
		return;
	}
	for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
		if (!strcmp(field, bits[i].name) && value->kind == CONFIG_FLAG) {
			look->attributes =
				(unsigned short)(value->flag ? look->attributes | bits[i].bit
							     : look->attributes & ~bits[i].bit);
			return;
		}
	}
	problem(reading, value->line, message(MSG_CONFIG_LOOK), field, "");
}

/* The theme an own one is built upon has to be known before its styles. */
static void read_base(struct reading *reading, const struct config *config)
{
	const char *base = "auto";
	for (size_t i = 0; i < config->count; i++) {
		const struct config_value *value = &config->values[i];
		if (value->depth == 2 && !strcmp(value->names[0], "theme") &&
		    !strcmp(value->names[1], "base") && value->kind == CONFIG_TEXT) {
			base = value->text;
			if (strcmp(theme_find(base)->id, base) != 0) {
				problem(reading, value->line, message(MSG_CONFIG_THEME), base, "");
			}
		}
	}
	reading->theme = *theme_find(base);
	reading->theme.id = "own";
	reading->theme.name = message(MSG_CONFIG_OWN_THEME);
}

static void read_theme(struct reading *reading, const struct config_value *value)
{
	struct app_settings *settings = &reading->app->settings;
	if (value->depth == 1) {
		bool known = value->kind == CONFIG_TEXT &&
			     !strcmp(theme_find(value->text)->id, value->text);
		if (known) {
			snprintf(settings->theme, sizeof settings->theme, "%s", value->text);
		} else {
			problem(reading, value->line, message(MSG_CONFIG_THEME), value->text, "");
		}
		return;
	}
	reading->own_theme = true;
	if (!strcmp(value->names[1], "base")) {
		return;
	}
	const char *names[STYLE_COUNT];
	for (int i = 0; i < STYLE_COUNT; i++) {
		names[i] = style_name(i);
		if (!strcmp(names[i], value->names[1])) {
			/* accent = 208 is short for accent = { fg = 208 } */
			read_look(reading, value, i, value->depth == 2 ? "fg" : value->names[2]);
			return;
		}
	}
	unknown(reading, value, value->names[1], names, STYLE_COUNT, MSG_CONFIG_STYLE,
		MSG_CONFIG_STYLE_NEAR);
}

/* ---- settings ---- */

static void read_hangul(struct reading *reading, const struct config_value *value)
{
	static const char *const names[HANGUL_LAYOUTS] = {"off", "2", "3"};
	struct app *app = reading->app;
	for (int i = 0; i < HANGUL_LAYOUTS; i++) {
		if (value->kind == CONFIG_TEXT && names[i] && !strcmp(value->text, names[i])) {
			struct strbuf nothing;
			strbuf_init(&nothing);
			for (int k = 0; k < HANGUL_LAYOUTS && (int)app->hangul.layout != i; k++) {
				hangul_next_layout(&app->hangul, &nothing);
			}
			strbuf_release(&nothing);
			return;
		}
	}
	problem(reading, value->line, message(MSG_CONFIG_WRONG_TYPE), value->names[0], "");
}

static void read_setting(struct reading *reading, const struct config_value *value)
{
	struct app_settings *settings = &reading->app->settings;
	const char *name = value->names[0];
	bool flag = value->kind == CONFIG_FLAG, fits = false;
	if (!strcmp(name, "read_only")) {
		fits = flag;
		settings->read_only = flag ? value->flag : settings->read_only;
	} else if (!strcmp(name, "ascii")) {
		fits = flag;
		settings->ascii = flag ? value->flag : settings->ascii;
	} else if (!strcmp(name, "goal_hours")) {
		fits = value->kind == CONFIG_NUMBER && value->number >= 1 && value->number <= 80;
		settings->goal_hours = fits ? (int)value->number : settings->goal_hours;
	} else if (!strcmp(name, "hangul")) {
		read_hangul(reading, value);
		return;
	} else {
		unknown_setting(reading, value);
		return;
	}
	if (!fits) {
		problem(reading, value->line, message(MSG_CONFIG_WRONG_TYPE), name, "");
	}
}

static void apply(struct reading *reading, const struct config *config)
{
	struct app *app = reading->app;
	keymap_reset();
	theme_set_own(NULL);
	read_base(reading, config);
	for (size_t i = 0; i < config->count; i++) {
		const struct config_value *value = &config->values[i];
		if (!strcmp(value->names[0], "keys") && value->depth > 1) {
			read_key(reading, value);
		} else if (!strcmp(value->names[0], "theme")) {
			read_theme(reading, value);
		} else if (value->depth == 1) {
			read_setting(reading, value);
		} else {
			unknown_setting(reading, value);
		}
	}
	if (reading->own_theme) {
		theme_set_own(&reading->theme);
		snprintf(app->settings.theme, sizeof app->settings.theme, "own");
	}
	app_apply_theme(app, app->settings.theme);
}

/* False when there is nothing to read. */
static bool load(struct app *app)
{
	struct reading reading = {.app = app};
	struct config config;
	struct error err = ERROR_INIT;
	enum status status = config_read(&config, app->config_path, &err);
	if (status == STATUS_NOT_FOUND) {
		config_release(&config);
		return false;
	}
	if (status != STATUS_OK) {
		/* What was in force stays so. */
		problem(&reading, config.error_line, "%s", err.message, "");
	} else {
		apply(&reading, &config);
	}
	config_release(&config);
	if (reading.problems > 1) {
		app_notice(app, STYLE_WARN, message(MSG_CONFIG_PROBLEMS), reading.line,
			   reading.text, reading.problems);
	} else if (reading.problems && reading.line == 0) {
		app_notice(app, STYLE_WARN, "config.lua: %s", reading.text);
	} else if (reading.problems) {
		app_notice(app, STYLE_WARN, message(MSG_CONFIG_PROBLEM), reading.line,
			   reading.text);
	}
	return reading.problems == 0;
}

static void changed(void *context)
{
	struct app *app = context;
	if (load(app)) {
		app_notice(app, STYLE_DIM, "%s", message(MSG_CONFIG_READ));
	}
}

void config_start(struct app *app)
{
	struct strbuf path;
	strbuf_init(&path);
	if (file_config_path(&path, NULL) == STATUS_OK) {
		snprintf(app->config_path, sizeof app->config_path, "%s", path.text);
		load(app);
		loop_file(app->loop, app->config_path, changed, app);
	}
	strbuf_release(&path);
}
