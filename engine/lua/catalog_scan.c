#include "engine/lua/catalog_private.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/message.h"
#include "engine/base/utf8.h"
#include "engine/lua/lesson_load.h"

static const char *keep(struct catalog *catalog, const char *text)
{
	char *composed = utf8_normalise(text, strlen(text));
	char *copy = composed ? arena_strdup(&catalog->arena, composed) : NULL;
	free(composed);
	catalog->out_of_memory |= !copy;
	return copy ? copy : "";
}

static struct string_list keep_list(struct catalog *catalog, const struct string_list *list)
{
	const char **items = arena_alloc(&catalog->arena, (list->count + 1) * sizeof *items);
	catalog->out_of_memory |= !items;
	for (size_t i = 0; items && i < list->count; i++) {
		items[i] = keep(catalog, list->items[i]);
	}
	return (struct string_list){items, items ? list->count : 0};
}

/* Room for one more item in a heap array. */
static bool grow(struct catalog *catalog, void **items, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity) {
		return true;
	}
	size_t wanted = *capacity ? *capacity * 2 : 64;
	void *moved = realloc(*items, wanted * size);
	if (!moved) {
		catalog->out_of_memory = true;
		return false;
	}
	*items = moved;
	*capacity = wanted;
	return true;
}

/* Times and sizes of the files that the light part comes from; "" when neither is there. */
static void stamp_of(char *out, size_t size, const char *folder)
{
	static const char *const names[] = {"lesson.lua", "checkpoint.lua"};
	size_t used = 0;
	out[0] = '\0';
	for (size_t i = 0; i < 2 && used < size; i++) {
		char path[4096];
		struct stat info;
		snprintf(path, sizeof path, "%s/%s", folder, names[i]);
		if (stat(path, &info) == 0 && S_ISREG(info.st_mode)) {
			used += (size_t)snprintf(
				out + used, size - used, "%zu:%lld.%09ld:%lld:%lld ", i,
				(long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec,
				(long long)info.st_size, (long long)info.st_ino);
		}
	}
}

/* Adds the ids of the steps of a kind. */
static struct string_list ids_of_kind(struct catalog *catalog, const struct lesson_entry *entry,
				      enum step_kind kind)
{
	const char **items = arena_alloc(&catalog->arena, (entry->step_count + 1) * sizeof *items);
	struct string_list list = {items, 0};
	catalog->out_of_memory |= !items;
	for (size_t i = 0; items && i < entry->step_count; i++) {
		if (entry->steps[i].kind == kind) {
			items[list.count++] = entry->steps[i].id;
		}
	}
	return list;
}

static int count_kind(const struct lesson_entry *entry, enum step_kind kind)
{
	int count = 0;
	for (size_t i = 0; i < entry->step_count; i++) {
		count += entry->steps[i].kind == kind;
	}
	return count;
}

static void take_lesson(struct catalog *catalog, struct lesson_entry *entry,
			const struct lesson *lesson)
{
	entry->title = keep(catalog, lesson->title);
	entry->summary = keep(catalog, lesson->summary);
	entry->minutes = lesson->minutes;
	entry->ready = true;
	entry->spec = keep_list(catalog, &lesson->spec);
	entry->prerequisites = keep_list(catalog, &lesson->prerequisites);
	struct step_entry *steps =
		arena_alloc(&catalog->arena, (lesson->step_count + 1) * sizeof *steps);
	catalog->out_of_memory |= !steps;
	for (size_t i = 0; steps && i < lesson->step_count; i++) {
		steps[i] = (struct step_entry){lesson->steps[i].kind,
					       keep(catalog, lesson->steps[i].id),
					       keep(catalog, lesson->steps[i].title)};
	}
	entry->steps = steps;
	entry->step_count = steps ? lesson->step_count : 0;
	entry->checkpoints = ids_of_kind(catalog, entry, STEP_CHECKPOINT);
	entry->labs = ids_of_kind(catalog, entry, STEP_LAB);
	entry->quizzes = count_kind(entry, STEP_QUIZ);
	entry->figures = count_kind(entry, STEP_FIGURE);
}

static void take_checkpoint(struct catalog *catalog, struct lesson_entry *entry,
			    const struct checkpoint *checkpoint)
{
	const char *id = checkpoint->id;
	const char *unit = checkpoint->unit;
	entry->title = keep(catalog, checkpoint->title);
	entry->checkpoints = keep_list(catalog, &(struct string_list){&id, 1});
	entry->spec = keep_list(catalog, &(struct string_list){&unit, 1});
}

static void describe(struct catalog *catalog, struct lesson_entry *entry)
{
	struct lesson_file file;
	struct error err = ERROR_INIT;
	entry->title = entry->id;
	entry->summary = "";
	if (lesson_read_light(&file, entry->folder, entry->course, &err) != STATUS_OK) {
		entry->problem = keep(catalog, err.message);
		return;
	}
	if (file.lesson && file.lesson->step_count > 0) {
		take_lesson(catalog, entry, file.lesson);
	} else if (file.checkpoint && *file.checkpoint->id) {
		take_checkpoint(catalog, entry, file.checkpoint);
	} else if (file.problem_count > 0) {
		char text[1024];
		const char *slash = strrchr(file.problems[0].file, '/');
		snprintf(text, sizeof text, "%s:%d: %s", slash ? slash + 1 : file.problems[0].file,
			 file.problems[0].line, file.problems[0].message);
		utf8_trim_partial(text);
		entry->problem = keep(catalog, text);
	}
	lesson_file_release(&file);
}

/* Puts the entry into the list, in place of an earlier one of the same id. */
static void add_entry(struct catalog *catalog, struct lesson_entry *entry)
{
	for (size_t i = 0; catalog->replacing && i < catalog->entry_count; i++) {
		if (strcasecmp(catalog->entries[i]->id, entry->id) == 0) {
			catalog->entries[i] = entry;
			return;
		}
	}
	if (grow(catalog, (void **)&catalog->entries, catalog->entry_count,
		 &catalog->entry_capacity, sizeof *catalog->entries)) {
		catalog->entries[catalog->entry_count++] = entry;
	}
}

static void scan_lesson(struct catalog *catalog, const char *folder, const char *course)
{
	char stamp[256];
	stamp_of(stamp, sizeof stamp, folder);
	if (!*stamp) {
		return;
	}
	struct lesson_entry *entry = arena_alloc(&catalog->arena, sizeof *entry);
	char *path = arena_strdup(&catalog->arena, folder);
	if (!entry || !path) {
		catalog->out_of_memory = true;
		return;
	}
	const char *slug = strrchr(folder, '/') + 1;
	char id[512];
	snprintf(id, sizeof id, "%s/%s", course, slug);
	entry->folder = path;
	entry->course = course;
	entry->id = keep(catalog, id);
	entry->number = atoi(slug);
	if (!catalog_index_get(&catalog->index, stamp, &catalog->arena, entry)) {
		describe(catalog, entry);
		catalog_index_put(&catalog->index, stamp, entry);
	}
	add_entry(catalog, entry);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Calls visit for every folder inside, by name; those whose name begins with a point are left out. */
static bool each_folder(struct catalog *catalog, const char *folder, const char *course,
			void visit(struct catalog *, const char *, const char *))
{
	DIR *dir = opendir(folder);
	if (!dir) {
		return false;
	}
	char **names = NULL;
	size_t count = 0, capacity = 0;
	for (struct dirent *item; (item = readdir(dir)) != NULL;) {
		if (item->d_name[0] == '.' || item->d_type == DT_REG ||
		    !grow(catalog, (void **)&names, count, &capacity, sizeof *names)) {
			continue;
		}
		char *name = arena_strdup(&catalog->arena, item->d_name);
		catalog->out_of_memory |= !name;
		if (name) {
			names[count++] = name;
		}
	}
	closedir(dir);
	if (count > 0) {
		qsort(names, count, sizeof *names, by_name);
	}
	for (size_t i = 0; i < count; i++) {
		char path[4096];
		if (snprintf(path, sizeof path, "%s/%s", folder, names[i]) < (int)sizeof path) {
			visit(catalog, path, course);
		}
	}
	free(names);
	return true;
}

static struct course *find_course(struct catalog *catalog, const char *id)
{
	for (size_t i = 0; i < catalog->course_count; i++) {
		if (strcasecmp(catalog->courses[i].id, id) == 0) {
			return &catalog->courses[i];
		}
	}
	return NULL;
}

static bool holds_file(const char *folder, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return access(path, F_OK) == 0;
}

static void scan_course(struct catalog *catalog, const char *folder, const char *unused)
{
	(void)unused;
	size_t before = catalog->entry_count;
	struct course_file file;
	bool described = holds_file(folder, "course.lua");
	if (course_read(&file, folder, NULL) == STATUS_NOMEM) {
		catalog->out_of_memory = true;
		return;
	}
	struct course *course = find_course(catalog, file.id);
	const char *id = course ? course->id : keep(catalog, file.id);
	catalog->replacing = course != NULL;
	each_folder(catalog, folder, id, scan_lesson);
	if (!described && catalog->entry_count == before) {
		return; /* a folder without lessons is no course */
	}
	if (!course && grow(catalog, (void **)&catalog->courses, catalog->course_count,
			    &catalog->course_capacity, sizeof *catalog->courses)) {
		course = &catalog->courses[catalog->course_count++];
		*course = (struct course){.id = id};
		described = true;
	}
	if (course && described) {
		course->title = keep(catalog, file.title);
		course->summary = keep(catalog, file.summary);
		course->order = file.order;
	}
}

/* One lesson by itself: its course is named after the folder above. */
static void scan_lone_lesson(struct catalog *catalog, char *path)
{
	char *slash = strrchr(path, '/');
	if (!slash || slash == path) {
		return;
	}
	*slash = '\0';
	struct course_file file;
	course_read(&file, path, NULL);
	*slash = '/';
	struct course *course = find_course(catalog, file.id);
	const char *id = course ? course->id : keep(catalog, file.id);
	if (!course && grow(catalog, (void **)&catalog->courses, catalog->course_count,
			    &catalog->course_capacity, sizeof *catalog->courses)) {
		catalog->courses[catalog->course_count++] =
			(struct course){.id = id,
					.title = keep(catalog, file.title),
					.summary = keep(catalog, file.summary),
					.order = file.order};
	}
	catalog->replacing = true;
	scan_lesson(catalog, path, id);
}

/* A lesson folder holds courses; an author may also name one course or one lesson. */
static bool scan_folder(struct catalog *catalog, const char *folder)
{
	char path[2048];
	size_t length = strlen(folder);
	while (length > 1 && folder[length - 1] == '/') {
		length--;
	}
	if (length >= sizeof path) {
		return false;
	}
	memcpy(path, folder, length);
	path[length] = '\0';
	if (holds_file(path, "course.lua")) {
		scan_course(catalog, path, NULL);
		return true;
	}
	if (holds_file(path, "lesson.lua") || holds_file(path, "checkpoint.lua")) {
		scan_lone_lesson(catalog, path);
		return true;
	}
	return each_folder(catalog, path, NULL, scan_course);
}

static int by_order(const void *a, const void *b)
{
	const struct course *x = a, *y = b;
	return x->order != y->order ? x->order - y->order : strcmp(x->id, y->id);
}

static int by_number(const void *a, const void *b)
{
	const struct lesson_entry *x = *(struct lesson_entry *const *)a;
	const struct lesson_entry *y = *(struct lesson_entry *const *)b;
	return x->number != y->number ? x->number - y->number : strcmp(x->id, y->id);
}

static void arrange(struct catalog *catalog)
{
	if (catalog->course_count > 0) {
		qsort(catalog->courses, catalog->course_count, sizeof *catalog->courses, by_order);
	}
	if (catalog->entry_count > 0) {
		qsort(catalog->entries, catalog->entry_count, sizeof *catalog->entries, by_number);
	}
	for (size_t i = 0; i < catalog->course_count; i++) {
		struct course *course = &catalog->courses[i];
		const struct lesson_entry **lessons =
			arena_alloc(&catalog->arena, (catalog->entry_count + 1) * sizeof *lessons);
		catalog->out_of_memory |= !lessons;
		for (size_t k = 0; lessons && k < catalog->entry_count; k++) {
			if (strcasecmp(catalog->entries[k]->course, course->id) == 0) {
				lessons[course->lesson_count++] = catalog->entries[k];
			}
		}
		course->lessons = lessons;
	}
}

enum status catalog_load_folders(struct catalog **out, const char *const *folders, size_t count,
				 const char *index_path, struct error *err)
{
	*out = NULL;
	struct catalog *catalog = calloc(1, sizeof *catalog);
	if (!catalog || !catalog_index_open(&catalog->index, index_path)) {
		free(catalog);
		return error_set(err, STATUS_NOMEM, "lessons", "out of memory");
	}
	arena_init(&catalog->arena);
	bool any = false;
	for (size_t i = 0; i < count; i++) {
		any |= scan_folder(catalog, folders[i]);
	}
	catalog_index_close(&catalog->index, index_path);
	arrange(catalog);
	if (catalog->out_of_memory) {
		catalog_free(catalog);
		return error_set(err, STATUS_NOMEM, "lessons", "out of memory");
	}
	if (!any) {
		catalog_free(catalog);
		return error_set(err, STATUS_NOT_FOUND, "lessons", message(MSG_LESSON_NO_FOLDER),
				 count ? folders[0] : "");
	}
	*out = catalog;
	return STATUS_OK;
}

enum status catalog_load(struct catalog **out, struct error *err)
{
	enum { FOLDERS = 32 };
	const char *folders[FOLDERS];
	size_t count = 0;
	struct strbuf share, data, more;
	strbuf_init(&share);
	strbuf_init(&data);
	strbuf_init(&more);
	if (file_share_folder(&share, NULL) == STATUS_OK) {
		strbuf_puts(&share, "/lessons");
		folders[count++] = share.text;
	}
	const char *wish = getenv("MUNDAP_LESSONS");
	strbuf_puts(&more, wish ? wish : "");
	for (char *rest = more.text, *folder; count < FOLDERS && *rest; rest = folder) {
		folder = rest + strcspn(rest, ":");
		bool last = *folder == '\0';
		*folder = '\0';
		if (*rest) {
			folders[count++] = rest;
		}
		folder += !last;
	}
	bool indexed = file_data_folder(&data, NULL) == STATUS_OK &&
		       file_make_folder(data.text, NULL) == STATUS_OK;
	strbuf_puts(&data, "/lessons.index");
	enum status status = STATUS_NOMEM;
	if (strbuf_ok(&share) && strbuf_ok(&data) && strbuf_ok(&more)) {
		status = catalog_load_folders(out, folders, count, indexed ? data.text : NULL, err);
	} else {
		error_set(err, STATUS_NOMEM, "lessons", "out of memory");
	}
	strbuf_release(&share);
	strbuf_release(&data);
	strbuf_release(&more);
	return status;
}
