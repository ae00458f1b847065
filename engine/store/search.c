#include <stdlib.h>
#include <string.h>

#include "engine/base/korean.h"
#include "engine/base/utf8.h"
#include "engine/store/db.h"

/* Search over the lessons' text. FTS5's trigram tokenizer cannot find a two-syllable word, so what is indexed is the
 * text taken apart into jamo (모델 → ㅁㅗㄷㅔㄹ), and beside it its initials (드리프트 → ㄷㄹㅍㅌ). */

enum { EXCERPT_BEFORE = 24, EXCERPT_AFTER = 72 /* code points around a match */, WORDS = 8 };

bool store_search_current(struct store *store, const char *lesson, const char *fingerprint)
{
	struct db_query query;
	bool current = false;
	db_query(&query, store,
		 "SELECT 1 FROM search_lesson WHERE lesson = ?1 AND fingerprint = ?2", "tt", lesson,
		 fingerprint);
	current = db_next(&query);
	return db_end(&query, NULL) == STATUS_OK && current;
}

static enum status put_document(struct store *store, const struct search_document *document,
				struct error *err)
{
	struct strbuf jamo, initials;
	strbuf_init(&jamo);
	strbuf_init(&initials);
	const char *parts[] = {document->title, "\n", document->text};
	for (size_t i = 0; i < 3; i++) {
		korean_decompose(&jamo, parts[i], strlen(parts[i]));
		korean_initials(&initials, parts[i], strlen(parts[i]));
	}
	enum status status =
		strbuf_ok(&jamo) && strbuf_ok(&initials)
			? db_run(store, err,
				 "INSERT INTO search_document(lesson, step, title, text)"
				 " VALUES(?1, ?2, ?3, ?4)",
				 "tttt", document->lesson, document->step, document->title,
				 document->text)
			: error_set(err, STATUS_NOMEM, "store", "out of memory");
	if (status == STATUS_OK) {
		status = db_run(
			store, err,
			"INSERT INTO search_index(rowid, jamo, initials) VALUES(?1, ?2, ?3)", "ltt",
			(int64_t)sqlite3_last_insert_rowid(store->db), jamo.text, initials.text);
	}
	strbuf_release(&jamo);
	strbuf_release(&initials);
	return status;
}

enum status store_search_put(struct store *store, const char *lesson, const char *fingerprint,
			     const struct search_document *documents, size_t count,
			     struct error *err)
{
	enum status status = store_begin(store, err);
	if (status != STATUS_OK) {
		return status;
	}
	status = db_run(store, err,
			"DELETE FROM search_index WHERE rowid IN"
			" (SELECT id FROM search_document WHERE lesson = ?1)",
			"t", lesson);
	if (status == STATUS_OK) {
		status = db_run(store, err, "DELETE FROM search_document WHERE lesson = ?1", "t",
				lesson);
	}
	for (size_t i = 0; i < count && status == STATUS_OK; i++) {
		status = put_document(store, &documents[i], err);
	}
	if (status == STATUS_OK) {
		status = db_run(store, err,
				"INSERT OR REPLACE INTO search_lesson(lesson, fingerprint)"
				" VALUES(?1, ?2)",
				"tt", lesson, fingerprint);
	}
	if (status != STATUS_OK) {
		store_rollback(store);
		return status;
	}
	return store_commit(store, err);
}

/* ---- finding ---- */

/* A word of the query, as it stands in its column. */
struct word {
	struct strbuf text;
	bool initials;
	size_t letters;
};

static bool all_initials(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		uint32_t c = utf8_next(text, length, &at);
		if (c < 0x3131 || c > 0x314E) {
			return false;
		}
	}
	return length > 0;
}

static size_t split_words(const char *query, struct word words[WORDS])
{
	size_t count = 0;
	char *composed = utf8_normalise(query, strlen(query));
	const char *rest = composed ? composed : "";
	while (count < WORDS && *(rest += strspn(rest, " \t\n"))) {
		size_t length = strcspn(rest, " \t\n");
		struct word *word = &words[count++];
		strbuf_init(&word->text);
		word->initials = all_initials(rest, length);
		if (word->initials) {
			strbuf_add(&word->text, rest, length);
		} else {
			korean_decompose(&word->text, rest, length);
		}
		word->letters = utf8_length(word->text.text, word->text.length);
		rest += length;
	}
	free(composed);
	return count;
}

/* FTS5's own words for a query: a quoted string in a column. */
static void add_match(struct strbuf *match, const struct word *word)
{
	strbuf_printf(match, "%s%s : \"", match->length ? " AND " : "",
		      word->initials ? "initials" : "jamo");
	for (const char *at = word->text.text; *at; at++) {
		strbuf_puts(match, *at == '"' ? "\"\"" : (char[]){*at, '\0'});
	}
	strbuf_putc(match, '"');
}

static void add_like(struct strbuf *like, const struct word *word)
{
	strbuf_putc(like, '%');
	for (const char *at = word->text.text; *at; at++) {
		if (strchr("%_\\", *at)) {
			strbuf_putc(like, '\\');
		}
		strbuf_putc(like, *at);
	}
	strbuf_putc(like, '%');
}

static uint32_t lower(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/* Whether the word begins at the code point at: compared letter by letter with that text taken apart. */
static bool word_at(const char *text, size_t length, size_t at, const struct word *word,
		    size_t *end)
{
	struct strbuf part;
	size_t matched = 0;
	strbuf_init(&part);
	while (matched < word->text.length && at < length) {
		size_t from = at;
		utf8_next(text, length, &at);
		strbuf_reset(&part);
		if (word->initials) {
			korean_initials(&part, text + from, at - from);
		} else {
			korean_decompose(&part, text + from, at - from);
		}
		size_t p = 0;
		bool same = true;
		while (same && p < part.length && matched < word->text.length) {
			same = lower(utf8_next(part.text, part.length, &p)) ==
			       lower(utf8_next(word->text.text, word->text.length, &matched));
		}
		if (!same) {
			strbuf_release(&part);
			return false;
		}
	}
	strbuf_release(&part);
	*end = at;
	return matched >= word->text.length;
}

static bool find_word(const char *text, const struct word *word, size_t *begin, size_t *end)
{
	size_t length = strlen(text);
	for (size_t at = 0; at < length; utf8_next(text, length, &at)) {
		if (word_at(text, length, at, word, end)) {
			*begin = at;
			return true;
		}
	}
	return false;
}

/* Cuts the text around the first word found. */
static const char *cut_excerpt(struct arena *arena, const char *text, const struct word *word,
			       struct search_hit *hit)
{
	size_t begin = 0, end = 0;
	size_t length = strlen(text);
	bool found = find_word(text, word, &begin, &end);
	size_t from = begin;
	for (int i = 0; i < EXCERPT_BEFORE && from > 0 && text[from - 1] != '\n'; i++) {
		from = utf8_previous(text, from);
	}
	size_t to = end;
	for (int i = 0; i < EXCERPT_AFTER && to < length && (text[to] != '\n' || !found); i++) {
		utf8_next(text, length, &to);
	}
	if (found) {
		hit->begin = (int)(begin - from);
		hit->end = (int)(end - from);
	}
	return arena_strndup(arena, text + from, to - from);
}

static void read_hits(struct db_query *query, struct db_rows *rows, struct arena *arena,
		      const struct word *word)
{
	while (db_next(query)) {
		struct search_hit *hit = db_rows_add(rows, query);
		if (!hit) {
			return;
		}
		hit->lesson = db_text(query, arena, 0);
		hit->step = db_text(query, arena, 1);
		hit->title = db_text(query, arena, 2);
		const char *text = (const char *)sqlite3_column_text(query->statement, 3);
		hit->excerpt = cut_excerpt(arena, text ? text : "", word, hit);
		if (!hit->excerpt) {
			query->code = SQLITE_NOMEM;
			hit->excerpt = "";
		}
	}
}

/* Words of three letters or more go to the index; shorter ones (수, ㄷㄹ) are looked for in what it holds. */
enum status store_search(struct store *store, struct arena *arena, const char *query_text,
			 size_t limit, struct search_hit **out, size_t *count, struct error *err)
{
	struct word words[WORDS];
	struct strbuf match, like_jamo, like_initials;
	struct db_rows rows = DB_ROWS(arena, struct search_hit);
	*out = NULL;
	*count = 0;
	size_t word_count = split_words(query_text, words);
	if (word_count == 0) {
		return STATUS_OK;
	}
	strbuf_init(&match);
	strbuf_init(&like_jamo);
	strbuf_init(&like_initials);
	for (size_t i = 0; i < word_count; i++) {
		struct strbuf *like = words[i].initials ? &like_initials : &like_jamo;
		if (words[i].letters >= 3) {
			add_match(&match, &words[i]);
		} else if (like->length == 0) {
			add_like(like, &words[i]);
		}
	}
	struct db_query query;
	if (match.length > 0) {
		db_query(&query, store,
			 "SELECT d.lesson, d.step, d.title, d.text FROM search_index"
			 " JOIN search_document d ON d.id = search_index.rowid"
			 " WHERE search_index MATCH ?1"
			 " AND (?2 = '' OR jamo LIKE ?2 ESCAPE '\\')"
			 " AND (?3 = '' OR initials LIKE ?3 ESCAPE '\\') ORDER BY rank, d.id LIMIT "
			 "?4",
			 "tttl", match.text, like_jamo.text, like_initials.text,
			 limit ? (int64_t)limit : (int64_t)-1);
	} else {
		db_query(&query, store,
			 "SELECT d.lesson, d.step, d.title, d.text FROM search_index"
			 " JOIN search_document d ON d.id = search_index.rowid"
			 " WHERE (?1 = '' OR jamo LIKE ?1 ESCAPE '\\')"
			 " AND (?2 = '' OR initials LIKE ?2 ESCAPE '\\') ORDER BY d.id LIMIT ?3",
			 "ttl", like_jamo.text, like_initials.text,
			 limit ? (int64_t)limit : (int64_t)-1);
	}
	if (!strbuf_ok(&match) || !strbuf_ok(&like_jamo) || !strbuf_ok(&like_initials)) {
		query.code = SQLITE_NOMEM;
	}
	read_hits(&query, &rows, arena, &words[0]);
	enum status status = db_end(&query, err);
	for (size_t i = 0; i < word_count; i++) {
		strbuf_release(&words[i].text);
	}
	strbuf_release(&match);
	strbuf_release(&like_jamo);
	strbuf_release(&like_initials);
	*out = rows.items;
	*count = rows.count;
	return status;
}
