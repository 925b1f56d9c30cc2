/* phrases, fast: each word of the text becomes a number once; for each number the list of its places;
 * a phrase is looked for at the places of its rarest word. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHOWN 5
#define NEAR 4

struct entry {
    const char *letters;
    uint32_t length, hash;
    int count, first; /* places: from `first` in the list of all */
    int times, stamp; /* for near */
    int phrase;       /* stamp of the phrase that it is in */
};

static unsigned char fold[256]; /* small letter, 0: no letter of a word */
static struct entry *entries;
static int used, room;
static uint32_t *slots, mask;

static int *ids, *from; /* word of the text -> its number; place -> offset in the text */
static int words, words_room;
static int *places;
static char *text;
static int *lines, line_count, lines_room; /* offsets at which lines begin */
static int *sorted, sorted_done;

static void grow(void)
{
    mask = mask * 2 + 1;
    free(slots);
    slots = calloc((size_t)mask + 1, sizeof *slots);
    for (int i = 0; i < used; i++) {
        uint32_t at = entries[i].hash & mask;
        while (slots[at])
            at = (at + 1) & mask;
        slots[at] = (uint32_t)i + 1;
    }
}

/* The number of a word that is folded already; -1 where it is new and must not be added. */
static int number_of(const char *letters, uint32_t length, uint32_t hash, int add)
{
    hash ^= hash >> 15;
    uint32_t at = hash & mask;
    for (; slots[at]; at = (at + 1) & mask) {
        struct entry *e = &entries[slots[at] - 1];
        if (e->hash == hash && e->length == length && memcmp(e->letters, letters, length) == 0)
            return (int)slots[at] - 1;
    }
    if (!add)
        return -1;
    if (used == room)
        entries = realloc(entries, (size_t)(room = room * 2) * sizeof *entries);
    entries[used] = (struct entry){letters, length, hash, 0, 0, 0, 0, 0};
    slots[at] = (uint32_t)++used;
    if ((uint32_t)used * 2 > mask)
        grow();
    return used - 1;
}

static char *words_of(char *p)
{
    for (;;) {
        while (!fold[(unsigned char)*p]) {
            if (*p == '\n')
                return p;
            p++;
        }
        char *start = p;
        uint32_t hash = 0;
        unsigned char c;
        while ((c = fold[(unsigned char)*p]) != 0) {
            *p++ = (char)c;
            hash = (hash ^ c) * 0x01000193u;
        }
        if (words == words_room) {
            words_room *= 2;
            ids = realloc(ids, (size_t)words_room * sizeof *ids);
            from = realloc(from, (size_t)words_room * sizeof *from);
        }
        int id = number_of(start, (uint32_t)(p - start), hash, 1);
        entries[id].count++;
        ids[words] = id;
        from[words++] = (int)(start - text);
    }
}

static void index_places(void)
{
    places = malloc((size_t)(words + 1) * sizeof *places);
    int at = 0;
    for (int i = 0; i < used; i++) {
        entries[i].first = at;
        at += entries[i].count;
        entries[i].count = 0;
    }
    for (int i = 0; i < words; i++) {
        struct entry *e = &entries[ids[i]];
        places[e->first + e->count++] = i;
    }
}

static int phrase[1 << 14], length;

/* Calls back with each place of the phrase, in order; here as a loop over candidates. */
static int rarest(void)
{
    int best = 0;
    for (int i = 0; i < length; i++) {
        if (phrase[i] < 0)
            return -1;
        if (entries[phrase[i]].count < entries[phrase[best]].count)
            best = i;
    }
    return best;
}

static inline int stands_at(int place)
{
    if (place < 0 || place + length > words)
        return 0;
    for (int i = 0; i < length; i++)
        if (ids[place + i] != phrase[i])
            return 0;
    return 1;
}

static int line_of(int offset)
{
    int low = 0, high = line_count - 1;
    while (low < high) {
        int middle = (low + high + 1) / 2;
        if (lines[middle] <= offset)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void find(void)
{
    int times = 0, shown[SHOWN], r = rarest();
    if (r >= 0) {
        const struct entry *e = &entries[phrase[r]];
        for (int i = 0; i < e->count; i++) {
            int place = places[e->first + i] - r;
            if (length > 1 && !stands_at(place))
                continue;
            if (times < SHOWN)
                shown[times] = place;
            times++;
        }
    }
    printf("found %d", times);
    for (int i = 0; i < times && i < SHOWN; i++) {
        int line = line_of(from[shown[i]]);
        printf(" %d:%d", line + 1, from[shown[i]] - lines[line] + 1);
    }
    printf("\n");
}

/* Whether word a comes before word b by its bytes. */
static int before(int a, int b)
{
    const struct entry *x = &entries[a], *y = &entries[b];
    uint32_t n = x->length < y->length ? x->length : y->length;
    int c = memcmp(x->letters, y->letters, n);
    return c ? c < 0 : x->length < y->length;
}

static int by_name(const void *left, const void *right)
{
    int a = *(const int *)left, b = *(const int *)right;
    return a == b ? 0 : before(a, b) ? -1 : 1;
}

static int *met, stamp;

static inline int count_near(int from_place, int to_place, int have)
{
    for (int i = from_place < 0 ? 0 : from_place; i < to_place && i < words; i++) {
        struct entry *e = &entries[ids[i]];
        if (e->phrase == stamp)
            continue;
        if (e->stamp != stamp) {
            e->stamp = stamp;
            e->times = 0;
            met[have++] = ids[i];
        }
        e->times++;
    }
    return have;
}

static void near(void)
{
    int have = 0, r = rarest(), best[SHOWN], kept = 0;
    stamp++;
    if (r >= 0) {
        for (int i = 0; i < length; i++)
            entries[phrase[i]].phrase = stamp;
        const struct entry *e = &entries[phrase[r]];
        for (int i = 0; i < e->count; i++) {
            int place = places[e->first + i] - r;
            if (!stands_at(place))
                continue;
            have = count_near(place - NEAR, place, have);
            have = count_near(place + length, place + length + NEAR, have);
        }
    }
    for (int i = 0; i < have; i++) {
        int id = met[i], k = kept;
        while (k > 0 && (entries[best[k - 1]].times < entries[id].times ||
                         (entries[best[k - 1]].times == entries[id].times && before(id, best[k - 1])))) {
            if (k < SHOWN)
                best[k] = best[k - 1];
            k--;
        }
        if (k < SHOWN) {
            best[k] = id;
            kept += kept < SHOWN;
        }
    }
    printf("near %d", have);
    for (int i = 0; i < kept; i++)
        printf(" %.*s:%d", (int)entries[best[i]].length, entries[best[i]].letters,
               entries[best[i]].times);
    printf("\n");
}

/* First place in the sorted words at which none comes before the letters (or begins with them). */
static int bound(const char *letters, int n, int beyond)
{
    int low = 0, high = used;
    while (low < high) {
        int middle = (low + high) / 2;
        const struct entry *e = &entries[sorted[middle]];
        int m = (int)e->length < n ? (int)e->length : n;
        int c = memcmp(e->letters, letters, (size_t)m);
        if (c == 0)
            c = m < n ? -1 : 0;
        if (c < 0 || (c == 0 && beyond))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void begins(const char *letters, int n)
{
    if (!sorted_done) {
        sorted = malloc((size_t)(used + 1) * sizeof *sorted);
        for (int i = 0; i < used; i++)
            sorted[i] = i;
        qsort(sorted, (size_t)used, sizeof *sorted, by_name);
        sorted_done = 1;
    }
    int low = bound(letters, n, 0), high = bound(letters, n, 1);
    printf("begin %d", high - low);
    for (int i = low; i < high && i < low + SHOWN; i++)
        printf(" %.*s", (int)entries[sorted[i]].length, entries[sorted[i]].letters);
    printf("\n");
}

static void answer(char *line, char *end)
{
    char *rest = memchr(line, ' ', (size_t)(end - line)), *first = NULL;
    int first_length = 0;
    length = 0;
    for (char *p = rest ? rest : end; p < end;) {
        unsigned char c = fold[(unsigned char)*p];
        if (!c) {
            p++;
            continue;
        }
        char *start = p;
        uint32_t hash = 0;
        while ((c = fold[(unsigned char)*p]) != 0) {
            *p++ = (char)c;
            hash = (hash ^ c) * 0x01000193u;
        }
        if (!length) {
            first = start;
            first_length = (int)(p - start);
        }
        if (length < (int)(sizeof phrase / sizeof *phrase))
            phrase[length++] = number_of(start, (uint32_t)(p - start), hash, 0);
    }
    if (!length)
        printf("error: no words\n");
    else if (memcmp(line, "find ", 5) == 0)
        find();
    else if (memcmp(line, "near ", 5) == 0)
        near();
    else if (memcmp(line, "begin ", 6) == 0 && length == 1)
        begins(first, first_length);
    else
        printf("error: bad question\n");
}

int main(void)
{
    size_t size = 1 << 16, got = 0;
    text = malloc(size + 16);
    for (;;) {
        ssize_t n = read(0, text + got, size - got);
        if (n <= 0)
            break;
        got += (size_t)n;
        if (got == size)
            text = realloc(text, (size *= 2) + 16);
    }
    memset(text + got, '\n', 16);
    for (int c = '0'; c <= '9'; c++)
        fold[c] = (unsigned char)c;
    for (int c = 'a'; c <= 'z'; c++)
        fold[c] = fold[c - 32] = (unsigned char)c;
    fold['\''] = '\'';
    entries = malloc((size_t)(room = 512) * sizeof *entries);
    mask = 511;
    grow();
    ids = malloc((size_t)(words_room = 2048) * sizeof *ids);
    from = malloc((size_t)words_room * sizeof *from);
    lines = malloc((size_t)(lines_room = 256) * sizeof *lines);
    char *p = text, *end = text + got;
    while (p < end && memcmp(p, "----\n", 5) != 0) {
        if (line_count == lines_room)
            lines = realloc(lines, (size_t)(lines_room *= 2) * sizeof *lines);
        lines[line_count++] = (int)(p - text);
        p = words_of(p) + 1;
    }
    if (p >= end) {
        printf("error: no questions\n");
        return 1;
    }
    index_places();
    met = malloc((size_t)(used + 1) * sizeof *met);
    for (p += 5; p < end;) {
        char *stop = memchr(p, '\n', (size_t)(end - p) + 1);
        answer(p, stop);
        p = stop + 1;
    }
    return 0;
}
