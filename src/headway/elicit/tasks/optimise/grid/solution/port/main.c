/* grid, fast: flat map with a wall around it, Dijkstra with ten buckets (Dial 1969) as costs are
 * small whole numbers, the search stopped as soon as the answer is known and kept by its source. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 200
#define CELLS ((MOST + 2) * (MOST + 2))
#define FAR INT32_MAX

/* A search from one source: goes on where it stopped. */
struct search {
    uint32_t version; /* of the map that it was made for */
    int cost, left;   /* bucket that comes next; entries in all buckets */
    uint64_t *label;  /* cost << 32 | steps */
    int32_t *bucket[10];
    int count[10], room[10];
    int32_t *order; /* cells in the order of their costs */
    int settled;
};

static int width, height, stride, size;
static unsigned char map[CELLS];
static struct search *by_source[CELLS];
static uint32_t version = 1;

static void push(struct search *s, int cell, int cost)
{
    int b = cost % 10;
    if (s->count[b] == s->room[b]) {
        s->room[b] = s->room[b] * 2 + 64;
        s->bucket[b] = realloc(s->bucket[b], (size_t)s->room[b] * sizeof **s->bucket);
    }
    s->bucket[b][s->count[b]++] = cell;
    s->left++;
}

static struct search *search_of(int cell)
{
    struct search *s = by_source[cell];
    if (s == NULL) {
        s = by_source[cell] = calloc(1, sizeof *s);
        s->label = malloc((size_t)size * sizeof *s->label);
        s->order = malloc((size_t)size * sizeof *s->order);
    }
    if (s->version != version) {
        s->version = version;
        memset(s->label, 0xff, (size_t)size * sizeof *s->label);
        memset(s->count, 0, sizeof s->count);
        s->cost = s->left = s->settled = 0;
        s->label[cell] = 0;
        push(s, cell, 0);
    }
    return s;
}

/* Settles all cells of the next cost. */
static void advance(struct search *s)
{
    int b = s->cost % 10, n = s->count[b];
    const int ways[4] = {1, -1, stride, -stride};
    for (int i = 0; i < n; i++) {
        int cell = s->bucket[b][i];
        uint64_t label = s->label[cell];
        if ((int)(label >> 32) != s->cost)
            continue; /* was reached for less since */
        s->order[s->settled++] = cell;
        for (int k = 0; k < 4; k++) {
            int next = cell + ways[k];
            unsigned enter = map[next];
            if (enter == 0)
                continue;
            uint64_t to = label + ((uint64_t)enter << 32) + 1, known = s->label[next];
            if (to < known) {
                s->label[next] = to;
                if (to >> 32 != known >> 32)
                    push(s, next, (int)(to >> 32));
            }
        }
    }
    s->count[b] = 0;
    s->left -= n;
    s->cost++;
}

static int cell_of(int x, int y)
{
    if (x < 0 || x >= width || y < 0 || y >= height)
        return 0; /* a wall */
    return (y + 1) * stride + x + 1;
}

static const char *way(int x, int y, int a, int b)
{
    int from = cell_of(x, y), to = cell_of(a, b);
    if (map[from] == 0 || map[to] == 0)
        return "not a free cell";
    struct search *s = search_of(from);
    while (s->left && (int64_t)(s->label[to] >> 32) >= s->cost)
        advance(s);
    if (s->label[to] == UINT64_MAX)
        printf("no way\n");
    else
        printf("cost %d steps %d\n", (int)(s->label[to] >> 32), (int)(uint32_t)s->label[to]);
    return NULL;
}

static const char *reach(int x, int y, int budget)
{
    int from = cell_of(x, y);
    if (map[from] == 0)
        return "not a free cell";
    struct search *s = search_of(from);
    while (s->left && s->cost <= budget)
        advance(s);
    int n = s->settled;
    if (s->cost > budget + 1)
        while ((int)(s->label[s->order[n - 1]] >> 32) > budget)
            n--;
    uint64_t most = s->label[s->order[n - 1]] >> 32;
    int last = 0;
    for (int i = n - 1; i >= 0 && s->label[s->order[i]] >> 32 == most; i--)
        if (s->order[i] > last)
            last = s->order[i];
    printf("cells %d last %d %d\n", n, last % stride - 1, last / stride - 1);
    return NULL;
}

static const char *set(int x, int y, char to)
{
    int cell = cell_of(x, y);
    if (cell == 0)
        return "not a cell";
    if (to != '#' && (to < '1' || to > '9'))
        return "not a cost";
    unsigned char value = to == '#' ? 0 : (unsigned char)(to - '0');
    version += map[cell] != value;
    map[cell] = value;
    printf("ok\n");
    return NULL;
}

static const char *at;

static int number(int *value)
{
    int minus = 0, v = 0;
    if (*at++ != ' ')
        return 0;
    if (*at == '-') {
        minus = 1;
        at++;
    }
    const char *from = at;
    while ((unsigned char)(*at - '0') < 10)
        v = v * 10 + (*at++ - '0');
    *value = minus ? -v : v;
    return at > from;
}

static const char *ask(const char *line)
{
    int x, y, a, b;
    at = line;
    if (memcmp(at, "way", 3) == 0) {
        at += 3;
        if (number(&x) && number(&y) && number(&a) && number(&b) && *at == '\n')
            return way(x, y, a, b);
    } else if (memcmp(at, "reach", 5) == 0) {
        at += 5;
        if (number(&x) && number(&y) && number(&a) && *at == '\n' && a >= 0)
            return reach(x, y, a);
    } else if (memcmp(at, "set", 3) == 0) {
        at += 3;
        if (number(&x) && number(&y) && at[0] == ' ' && at[1] != '\n' && at[2] == '\n')
            return set(x, y, at[1]);
    }
    return "bad question";
}

int main(void)
{
    size_t room = 1 << 17, used = 0;
    char *text = malloc(room + 16);
    for (;;) {
        ssize_t n = read(0, text + used, room - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == room)
            text = realloc(text, (room *= 2) + 16);
    }
    memset(text + used, '\n', 16);
    char *p = text, *end = text + used, tail = 0;
    if (used == 0 || sscanf(p, "%d %d%c", &width, &height, &tail) != 3 || tail != '\n' ||
        width < 1 || width > MOST || height < 1 || height > MOST)
        goto bad;
    p = memchr(p, '\n', (size_t)(end - p) + 1);
    p++;
    stride = width + 2;
    size = stride * (height + 2);
    for (int y = 0; y < height; y++, p += width + 1) {
        if (end - p < width || p[width] != '\n')
            goto bad;
        unsigned char *row = map + (y + 1) * stride + 1;
        for (int x = 0; x < width; x++) {
            if (p[x] != '#' && (p[x] < '1' || p[x] > '9'))
                goto bad;
            row[x] = p[x] == '#' ? 0 : (unsigned char)(p[x] - '0');
        }
    }
    while (p < end) {
        const char *wrong = ask(p);
        if (wrong != NULL)
            printf("error: %s\n", wrong);
        p = memchr(p, '\n', (size_t)(end - p) + 1);
        p++;
    }
    return 0;
bad:
    printf("error: bad map\n");
    return 1;
}
