#include "engine/base/spelling.h"

#include <string.h>

#include "engine/base/utf8.h"

enum { LIMIT = 64 };

/* Code points in lower case; the count, or LIMIT + 1 when there are more. */
static size_t spell(const char *word, uint32_t letters[LIMIT])
{
	size_t length = strlen(word);
	size_t at = 0;
	size_t count = 0;
	while (at < length) {
		uint32_t letter = utf8_next(word, length, &at);
		if (count == LIMIT) {
			return LIMIT + 1;
		}
		letters[count++] = letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter;
	}
	return count;
}

static int least(int a, int b, int c)
{
	int low = a < b ? a : b;
	return low < c ? low : c;
}

/* Source: Damerau-Levenshtein, the restricted form (optimal string alignment), three rows at a time. */
int spelling_distance(const char *a, const char *b)
{
	uint32_t x[LIMIT], y[LIMIT];
	int rows[3][LIMIT + 1];
	size_t m = spell(a, x);
	size_t n = spell(b, y);
	if (m > LIMIT || n > LIMIT) {
		return LIMIT;
	}
	int *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= n; j++) {
		above[j] = (int)j;
		before[j] = 0;
	}
	for (size_t i = 1; i <= m; i++) {
		row[0] = (int)i;
		for (size_t j = 1; j <= n; j++) {
			int cost = x[i - 1] != y[j - 1];
			row[j] = least(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost);
			if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1]) {
				row[j] = least(row[j], row[j], before[j - 2] + 1);
			}
		}
		int *oldest = before;
		before = above;
		above = row;
		row = oldest;
	}
	return above[n];
}

const char *spelling_nearest(const char *word, const char *const *names, size_t count)
{
	int near = (int)(utf8_length(word, strlen(word)) + 2) / 3;
	int best_distance = near < 3 ? near : 3;
	const char *best = NULL;
	for (size_t i = 0; i < count; i++) {
		int distance = spelling_distance(word, names[i]);
		if (distance <= best_distance && (!best || distance < best_distance)) {
			best = names[i];
			best_distance = distance;
		}
	}
	return best;
}
