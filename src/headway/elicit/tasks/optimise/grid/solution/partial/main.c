/* grid: cheapest ways across a map, and how far a given budget reaches.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200

/* A place that was reached, and how: cost first, then steps. */
struct place {
    int x, y, cost, steps;
    struct place *next;
};

static int width, height;
static char **rows;

static struct place *make(int x, int y, int cost, int steps)
{
    struct place *place = malloc(sizeof *place);

    place->x = x;
    place->y = y;
    place->cost = cost;
    place->steps = steps;
    place->next = NULL;
    return place;
}

static void drop(struct place *list)
{
    while (list != NULL) {
        struct place *next = list->next;
        free(list);
        list = next;
    }
}

static int inside(int x, int y)
{
    return x >= 0 && x < width && y >= 0 && y < height;
}

static int open_at(int x, int y)
{
    return inside(x, y) && rows[y][x] != '#';
}

static int better(const struct place *a, const struct place *b)
{
    if (a->cost != b->cost)
        return a->cost < b->cost;
    return a->steps < b->steps;
}

/* Takes the best place out of the list. */
static struct place *take_best(struct place **list)
{
    struct place **best = list, **at, *found;

    for (at = list; *at != NULL; at = &(*at)->next)
        if (better(*at, *best))
            best = at;
    found = *best;
    *best = found->next;
    return found;
}

/* Everything that can be reached from (x, y), as a table of places; NULL where nothing is. */
static struct place ***explore(int x, int y, int to_x, int to_y, int budget)
{
    static const int dx[] = {1, 0, -1, 0}, dy[] = {0, 1, 0, -1};
    struct place ***done = malloc((size_t)height * sizeof *done), *open, *place;
    struct place **seen = calloc((size_t)(height * width), sizeof *seen);
    int i;

    for (i = 0; i < height; i++)
        done[i] = calloc((size_t)width, sizeof **done);
    open = make(x, y, 0, 0);
    while (open != NULL) {
        place = take_best(&open);
        done[place->y][place->x] = place;
        if ((place->x == to_x && place->y == to_y) || place->cost > budget)
            break;
        for (i = 0; i < 4; i++) {
            int nx = place->x + dx[i], ny = place->y + dy[i];
            struct place *next, *known;
            if (!open_at(nx, ny) || done[ny][nx] != NULL)
                continue;
            next = make(nx, ny, place->cost + rows[ny][nx] - '0', place->steps + 1);
            known = seen[ny * width + nx];
            if (known == NULL) {
                next->next = open;
                open = next;
                seen[ny * width + nx] = next;
            } else {
                if (better(next, known)) {
                    known->cost = next->cost;
                    known->steps = next->steps;
                }
                free(next);
            }
        }
    }
    drop(open);
    free(seen);
    return done;
}

static void forget(struct place ***done)
{
    int x, y;

    for (y = 0; y < height; y++) {
        for (x = 0; x < width; x++)
            free(done[y][x]);
        free(done[y]);
    }
    free(done);
}

static const char *way(int x, int y, int to_x, int to_y)
{
    struct place ***done;

    if (!open_at(x, y) || !open_at(to_x, to_y))
        return "not a free cell";
    done = explore(x, y, to_x, to_y, 1000000);
    if (done[to_y][to_x] == NULL)
        printf("no way\n");
    else
        printf("cost %d steps %d\n", done[to_y][to_x]->cost, done[to_y][to_x]->steps);
    forget(done);
    return NULL;
}

/* How many cells can be reached for no more than the budget, and the last of them in reading
 * order among those that cost most. */
static const char *reach(int x, int y, int budget)
{
    struct place ***done, *last = NULL;
    int count = 0, column, row;

    if (!open_at(x, y))
        return "not a free cell";
    done = explore(x, y, -1, -1, budget);
    for (row = 0; row < height; row++)
        for (column = 0; column < width; column++) {
            struct place *place = done[row][column];
            if (place == NULL || place->cost > budget)
                continue;
            count++;
            if (last == NULL || place->cost >= last->cost)
                last = place;
        }
    printf("cells %d last %d %d\n", count, last->x, last->y);
    forget(done);
    return NULL;
}

/* Changes one cell of the map. */
static const char *set(int x, int y, char to)
{
    if (!inside(x, y))
        return "not a cell";
    if (to != '#' && (to < '1' || to > '9'))
        return "not a cost";
    rows[y][x] = to;
    printf("ok\n");
    return NULL;
}

static const char *ask(const char *line)
{
    int x, y, a, b, used = 0;
    char to;

    if (sscanf(line, "way %d %d %d %d%n", &x, &y, &a, &b, &used) == 4 && line[used] == '\0')
        return way(x, y, a, b);
    if (sscanf(line, "reach %d %d %d%n", &x, &y, &a, &used) == 3 && line[used] == '\0' && a >= 0)
        return reach(x, y, a);
    if (sscanf(line, "set %d %d %c%n", &x, &y, &to, &used) == 3 && line[used] == '\0')
        return set(x, y, to);
    return "bad question";
}

static char *read_line(void)
{
    char *line = malloc(1);
    size_t length = 0;
    int c = fgetc(stdin);

    if (c == EOF) {
        free(line);
        return NULL;
    }
    for (; c != EOF && c != '\n'; c = fgetc(stdin)) {
        line = realloc(line, length + 2);
        line[length++] = (char)c;
    }
    line[length] = '\0';
    return line;
}

static int read_map(void)
{
    char *line = read_line();
    int y, used = 0;

    if (line == NULL || sscanf(line, "%d %d%n", &width, &height, &used) != 2 ||
        line[used] != '\0' || width < 1 || width > MOST || height < 1 || height > MOST)
        return 0;
    free(line);
    rows = malloc((size_t)height * sizeof *rows);
    for (y = 0; y < height; y++) {
        rows[y] = read_line();
        if (rows[y] == NULL || (int)strlen(rows[y]) != width ||
            (int)strspn(rows[y], "123456789#") != width)
            return 0;
    }
    return 1;
}

int main(void)
{
    char *line;
    const char *wrong;

    if (!read_map()) {
        printf("error: bad map\n");
        return 1;
    }
    while ((line = read_line()) != NULL) {
        wrong = ask(line);
        if (wrong != NULL)
            printf("error: %s\n", wrong);
        free(line);
    }
    return 0;
}
