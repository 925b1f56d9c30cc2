/* nearest, fast: lengths as buckets, letter sets as a lower bound, and Myers' bit-vector distance
 * (Myers 1999; Hyyro 2001) only where these leave a word in the race. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *text, *at, *end;
static char *out;
static size_t out_used, out_size;
static int line_number;

static void flush(void)
{
    size_t done = 0;
    while (done < out_used) {
        ssize_t n = write(1, out + done, out_used - done);
        if (n <= 0)
            _Exit(1);
        done += (size_t)n;
    }
    out_used = 0;
}

static void fail(const char *what)
{
    char line[96];
    int n = snprintf(line, sizeof line, "error: line %d: %s\n", line_number, what);
    flush();
    memcpy(out, line, (size_t)n);
    out_used = (size_t)n;
    flush();
    _Exit(1);
}

static void slurp(void)
{
    size_t size = 1 << 17, used = 0;
    text = malloc(size + 1);
    for (;;) {
        ssize_t n = read(0, text + used, size - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == size)
            text = realloc(text, (size *= 2) + 1);
    }
    at = text;
    end = text + used;
    *end = '\n';
}

/* A word of the next line: its letters begin at *from; its length. */
static int read_word(char **from)
{
    char *p = at;
    line_number++;
    if (p >= end)
        fail("a word is missing");
    while ((unsigned char)(*p - 'a') < 26)
        p++;
    if (*p != '\n' || p - at < 1 || p - at > 31)
        fail("not a word");
    *from = at;
    int n = (int)(p - at);
    at = p + 1;
    return n;
}

struct word {
    char *letters;
    uint32_t set, twice;
    int length;
};

static int by_name(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    int n = a->length < b->length ? a->length : b->length;
    int c = memcmp(a->letters, b->letters, (size_t)n);
    return c ? c : a->length - b->length;
}

static void sets(struct word *w)
{
    uint32_t one = 0, two = 0;
    for (int i = 0; i < w->length; i++) {
        uint32_t bit = 1u << (w->letters[i] - 'a');
        two |= one & bit;
        one |= bit;
    }
    w->set = one;
    w->twice = two;
}

int main(void)
{
    out = malloc(out_size = 1 << 16);
    slurp();
    int count = 0, queries = 0, wanted = 0, used = 0;
    line_number = 1;
    char *stop = memchr(at, '\n', (size_t)(end - at) + 1);
    if (stop == NULL)
        stop = end;
    *stop = '\0';
    if (at == end || sscanf(at, "%d %d %d%n", &count, &queries, &wanted, &used) != 3 ||
        at[used] != '\0' || count < 1 || count > 100000 || queries < 0 || queries > 100000 ||
        wanted < 1 || wanted > 100)
        fail("bad header");
    at = stop + 1;

    struct word *all = malloc((size_t)count * sizeof *all);
    for (int i = 0; i < count; i++) {
        all[i].length = read_word(&all[i].letters);
        sets(&all[i]);
    }
    qsort(all, (size_t)count, sizeof *all, by_name);
    /* By length, alphabetical inside: the places keep the rank of the name. */
    int start[34] = {0};
    for (int i = 0; i < count; i++)
        start[all[i].length + 1]++;
    for (int i = 1; i < 34; i++)
        start[i] += start[i - 1];
    uint32_t *set = malloc((size_t)count * 4), *twice = malloc((size_t)count * 4);
    uint32_t *rank = malloc((size_t)count * 4);
    int next[34];
    memcpy(next, start, sizeof next);
    for (int i = 0; i < count; i++) {
        int p = next[all[i].length]++;
        set[p] = all[i].set;
        twice[p] = all[i].twice;
        rank[p] = (uint32_t)i;
    }

    if (wanted > count)
        wanted = count;
    uint64_t best[101];
    uint32_t peq[256] = {0};
    for (int q = 0; q < queries; q++) {
        struct word w;
        w.length = read_word(&w.letters);
        sets(&w);
        const int m = w.length;
        for (int i = 0; i < m; i++)
            peq[(unsigned char)w.letters[i]] |= 1u << i;
        const uint32_t top = 1u << (m - 1);
        int have = 0;
        uint64_t worst = UINT64_MAX; /* distance << 32 | rank of the last that is kept */
        for (int gap = 0; gap < 31; gap++) {
            if (have == wanted && (uint32_t)gap > worst >> 32)
                break;
            for (int side = gap ? 2 : 1; side > 0; side--) {
                int n = side == 1 ? m + gap : m - gap;
                if (n < 1 || n > 31)
                    continue;
                for (int p = start[n]; p < start[n + 1]; p++) {
                    /* A letter that one has and the other lacks costs one; twice counts again. */
                    int more = __builtin_popcount(w.set & ~set[p]) +
                               __builtin_popcount(w.twice & ~twice[p]);
                    int less = __builtin_popcount(set[p] & ~w.set) +
                               __builtin_popcount(twice[p] & ~w.twice);
                    int bound = more > less ? more : less;
                    if (((uint64_t)(unsigned)bound << 32 | rank[p]) >= worst)
                        continue;
                    const char *b = all[rank[p]].letters;
                    uint32_t pv = ~0u, mv = 0;
                    int score = m;
                    for (int j = 0; j < n; j++) {
                        uint32_t eq = peq[(unsigned char)b[j]];
                        uint32_t xv = eq | mv;
                        uint32_t xh = (((eq & pv) + pv) ^ pv) | eq;
                        uint32_t ph = mv | ~(xh | pv), mh = pv & xh;
                        score += (ph & top) != 0;
                        score -= (mh & top) != 0;
                        ph = ph << 1 | 1;
                        mh <<= 1;
                        pv = mh | ~(xv | ph);
                        mv = ph & xv;
                    }
                    uint64_t key = (uint64_t)(unsigned)score << 32 | rank[p];
                    if (key >= worst)
                        continue;
                    int k = have < wanted ? have++ : wanted - 1;
                    while (k > 0 && best[k - 1] > key) {
                        best[k] = best[k - 1];
                        k--;
                    }
                    best[k] = key;
                    if (have == wanted)
                        worst = best[wanted - 1];
                }
            }
        }
        for (int i = 0; i < m; i++)
            peq[(unsigned char)w.letters[i]] = 0;
        if (out_used + 64 + 40 * (size_t)have > out_size) {
            flush();
        }
        char *o = out + out_used;
        memcpy(o, w.letters, (size_t)m);
        o += m;
        *o++ = ':';
        for (int i = 0; i < have; i++) {
            const struct word *hit = &all[(uint32_t)best[i]];
            unsigned d = (unsigned)(best[i] >> 32);
            *o++ = ' ';
            memcpy(o, hit->letters, (size_t)hit->length);
            o += hit->length;
            *o++ = ' ';
            if (d >= 10)
                *o++ = (char)('0' + d / 10);
            *o++ = (char)('0' + d % 10);
        }
        *o++ = '\n';
        out_used = (size_t)(o - out);
    }
    line_number++;
    if (at < end)
        fail("text after the last query");
    flush();
    return 0;
}
