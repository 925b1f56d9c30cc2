/* weblog, fast: one pass over the bytes, names as numbers, one set of pairs for each table. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct entry {
    const char *key;
    uint32_t length, hash;
    long hits, others;
    long long bytes;
};

struct table {
    struct entry *entries;
    uint32_t *slots; /* number of an entry and one, 0: free */
    uint32_t used, mask;
};

struct pairs {
    uint64_t *slots; /* two numbers of entries, 0: free */
    uint32_t used, mask;
};

static struct table paths, clients, minutes;
static struct pairs path_client, minute_client;
static long lines, bad, classes[6];
static long long all_bytes;

static void *zeros(size_t count, size_t size)
{
    void *p = calloc(count, size);
    if (p == NULL)
        _Exit(1);
    return p;
}

static void table_init(struct table *t)
{
    t->mask = 255;
    t->slots = zeros(256, sizeof *t->slots);
    t->entries = malloc(256 * sizeof *t->entries);
}

static void table_grow(struct table *t)
{
    uint32_t mask = t->mask * 2 + 1;
    free(t->slots);
    t->slots = zeros((size_t)mask + 1, sizeof *t->slots);
    t->entries = realloc(t->entries, ((size_t)mask + 1) * sizeof *t->entries);
    t->mask = mask;
    for (uint32_t i = 0; i < t->used; i++) {
        uint32_t at = t->entries[i].hash & mask;
        while (t->slots[at])
            at = (at + 1) & mask;
        t->slots[at] = i + 1;
    }
}

static uint32_t intern(struct table *t, const char *key, uint32_t length, uint32_t hash)
{
    hash ^= hash >> 15;
    uint32_t at = hash & t->mask;
    for (; t->slots[at]; at = (at + 1) & t->mask) {
        struct entry *e = &t->entries[t->slots[at] - 1];
        if (e->hash == hash && e->length == length && memcmp(e->key, key, length) == 0)
            return t->slots[at] - 1;
    }
    uint32_t id = t->used++;
    t->entries[id] = (struct entry){key, length, hash, 0, 0, 0};
    t->slots[at] = id + 1;
    if (t->used * 2 > t->mask)
        table_grow(t);
    return id;
}

static void pairs_init(struct pairs *p)
{
    p->mask = 1023;
    p->slots = zeros(1024, sizeof *p->slots);
}

/* 1 if the pair is new. */
static int pair(struct pairs *p, uint32_t a, uint32_t b)
{
    uint64_t key = ((uint64_t)(a + 1) << 32) | b;
    uint32_t at = (uint32_t)((key * 0x9E3779B97F4A7C15u) >> 40) & p->mask;
    for (; p->slots[at]; at = (at + 1) & p->mask)
        if (p->slots[at] == key)
            return 0;
    p->slots[at] = key;
    if (++p->used * 2 > p->mask) {
        uint64_t *old = p->slots;
        uint32_t size = p->mask + 1;
        p->mask = size * 4 - 1;
        p->slots = zeros((size_t)size * 4, sizeof *p->slots);
        for (uint32_t i = 0; i < size; i++)
            if (old[i]) {
                uint32_t to = (uint32_t)((old[i] * 0x9E3779B97F4A7C15u) >> 40) & p->mask;
                while (p->slots[to])
                    to = (to + 1) & p->mask;
                p->slots[to] = old[i];
            }
        free(old);
    }
    return 1;
}

static inline int digit(char c)
{
    return (unsigned char)(c - '0') < 10;
}

static unsigned char lower[256];

/* A line from p to its newline: counted if it is good. 1 if it was. */
static int take(char *p)
{
    char *from = p;
    uint64_t time = 0, bytes = 0;
    while (digit(*p))
        time = time * 10 + (uint64_t)(*p++ - '0');
    if (p == from || p - from > 12 || *p != ' ')
        return 0;
    char *client = ++p;
    uint32_t hash = 0;
    for (int part = 0; part < 4; part++) {
        unsigned value = 0;
        from = p;
        while (digit(*p))
            value = value * 10 + (unsigned)(*p++ - '0');
        if (p == from || p - from > 3 || value > 255 || (*from == '0' && p - from > 1) ||
            *p != (part < 3 ? '.' : ' '))
            return 0;
        hash = hash * 256 + value;
        p++;
    }
    uint32_t client_length = (uint32_t)(p - 1 - client);
    uint32_t word;
    memcpy(&word, p, 4);
    if (word == 0x20544547) /* "GET " */
        p += 4;
    else if (word == 0x20545550) /* "PUT " */
        p += 4;
    else if (memcmp(p, "HEAD ", 5) == 0 || memcmp(p, "POST ", 5) == 0)
        p += 5;
    else if (memcmp(p, "PATCH ", 6) == 0)
        p += 6;
    else if (memcmp(p, "DELETE ", 7) == 0)
        p += 7;
    else if (memcmp(p, "OPTIONS ", 8) == 0)
        p += 8;
    else
        return 0;
    char *path = p;
    if (*p != '/')
        return 0;
    uint32_t h = 0;
    unsigned char c;
    /* lower[] is 0 for blank, newline and '?'; a zero byte counts as 1. */
    while ((c = lower[(unsigned char)*p]) != 0) {
        *p++ = (char)c;
        h = (h ^ c) * 0x01000193u;
    }
    char *path_end = p;
    if (*p == '?')
        while (*p != ' ' && *p != '\n')
            p++;
    if (*p++ != ' ')
        return 0;
    if (path_end[-1] == '/' && path_end - path > 1) {
        while (path_end - path > 1 && path_end[-1] == '/')
            path_end--;
        h = 0;
        for (char *q = path; q < path_end; q++)
            h = (h ^ (unsigned char)*q) * 0x01000193u;
    }
    int class = p[0] - '0';
    if (class < 1 || class > 5 || !digit(p[1]) || !digit(p[2]) || p[3] != ' ')
        return 0;
    p += 4;
    from = p;
    while (digit(*p))
        bytes = bytes * 10 + (uint64_t)(*p++ - '0');
    if (p == from || p - from > 12 || *p != '\n')
        return 0;

    uint32_t who = intern(&clients, client, client_length, hash * 0x9E3779B1u);
    uint32_t what = intern(&paths, path, (uint32_t)(path_end - path), h);
    struct entry *by_client = &clients.entries[who], *by_path = &paths.entries[what];
    static uint64_t last_minute = UINT64_MAX;
    static uint32_t when;
    uint64_t minute = time / 60;
    if (minute != last_minute) {
        char digits[20];
        int at = 20;
        uint64_t left = minute;
        do
            digits[--at] = (char)('0' + left % 10);
        while (left /= 10);
        uint32_t before = minutes.used;
        char *kept = malloc((size_t)(20 - at));
        memcpy(kept, digits + at, (size_t)(20 - at));
        when = intern(&minutes, kept, (uint32_t)(20 - at), (uint32_t)minute * 0x9E3779B1u);
        if (minutes.used == before)
            free(kept);
        last_minute = minute;
    }
    struct entry *by_minute = &minutes.entries[when];
    by_client->hits++;
    by_client->bytes += (long long)bytes;
    by_path->hits++;
    by_path->bytes += (long long)bytes;
    by_minute->hits++;
    by_minute->bytes += (long long)bytes;
    if (pair(&path_client, what, who)) {
        by_client->others++;
        by_path->others++;
    }
    by_minute->others += pair(&minute_client, when, who);
    all_bytes += (long long)bytes;
    classes[class]++;
    return 1;
}

static int after(const struct entry *a, const struct entry *b)
{
    uint32_t n = a->length < b->length ? a->length : b->length;
    int c = memcmp(a->key, b->key, n);
    return c ? c > 0 : a->length > b->length;
}

static void print_table(const char *title, const char *others, const struct table *t, int by_bytes)
{
    const struct entry *best[10];
    int have = 0;
    for (uint32_t i = 0; i < t->used; i++) {
        const struct entry *e = &t->entries[i];
        long long value = by_bytes ? e->bytes : e->hits;
        int k = have;
        while (k > 0) {
            const struct entry *b = best[k - 1];
            long long other = by_bytes ? b->bytes : b->hits;
            if (other > value || (other == value && !after(b, e)))
                break;
            if (k < 10)
                best[k] = b;
            k--;
        }
        if (k < 10) {
            best[k] = e;
            have += have < 10;
        }
    }
    printf("%s: %u\n", title, t->used);
    for (int i = 0; i < have; i++)
        printf("  %.*s hits %ld bytes %lld %s %ld\n", (int)best[i]->length, best[i]->key,
               best[i]->hits, best[i]->bytes, others, best[i]->others);
}

int main(void)
{
    size_t size = 1 << 19, used = 0;
    char *text = malloc(size + 16);
    for (;;) {
        ssize_t n = read(0, text + used, size - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == size)
            text = realloc(text, (size *= 2) + 16);
    }
    memset(text + used, 0, 16);
    char *end = text + used;
    if (used && end[-1] != '\n')
        *end++ = '\n';
    for (int c = 0; c < 256; c++)
        lower[c] = (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
    lower[0] = 1;
    lower[' '] = lower['\n'] = lower['?'] = 0;
    table_init(&paths);
    table_init(&clients);
    table_init(&minutes);
    pairs_init(&path_client);
    pairs_init(&minute_client);
    for (char *p = text; p < end;) {
        lines++;
        char *stop = memchr(p, '\n', (size_t)(end - p));
        bad += !take(p);
        p = stop + 1;
    }
    printf("lines: %ld\nbad: %ld\nbytes: %lld\n", lines, bad, all_bytes);
    for (int i = 1; i <= 5; i++)
        printf("%dxx: %ld\n", i, classes[i]);
    print_table("paths", "clients", &paths, 0);
    print_table("clients", "paths", &clients, 1);
    print_table("minutes", "clients", &minutes, 0);
    return 0;
}
