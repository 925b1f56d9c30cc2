/* weblog: sums up the log of a web server: the paths asked for most, the busiest clients, minutes.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 61
#define FIELDS 6
#define TOP 10

struct name {
    char *text;
    struct name *next;
};

struct entry {
    char *key;
    long hits;
    long long bytes;
    struct name *others; /* the different names that were seen with this key */
    struct entry *next;
};

struct table {
    struct entry *buckets[BUCKETS];
};

static struct table paths, clients, minutes;
static long lines = 0, bad = 0, classes[6];
static long long all_bytes = 0;

static char *copy(const char *text)
{
    char *made = malloc(strlen(text) + 1);
    strcpy(made, text);
    return made;
}

static unsigned hash(const char *key)
{
    unsigned sum = 0;
    size_t i;

    for (i = 0; i < strlen(key); i++)
        sum += (unsigned char)key[i];
    return sum % BUCKETS;
}

static struct entry *find(struct table *table, const char *key)
{
    struct entry *entry;

    for (entry = table->buckets[hash(key)]; entry != NULL; entry = entry->next)
        if (strcmp(entry->key, key) == 0)
            return entry;
    return NULL;
}

static struct entry *find_or_add(struct table *table, const char *key)
{
    struct entry *entry = find(table, key), **end;

    if (entry != NULL)
        return entry;
    entry = calloc(1, sizeof *entry);
    entry->key = copy(key);
    end = &table->buckets[hash(key)];
    while (*end != NULL)
        end = &(*end)->next;
    *end = entry;
    return entry;
}

static void note(struct entry *entry, const char *other)
{
    struct name *name;

    for (name = entry->others; name != NULL; name = name->next)
        if (strcmp(name->text, other) == 0)
            return;
    name = malloc(sizeof *name);
    name->text = copy(other);
    name->next = entry->others;
    entry->others = name;
}

static long distinct(const struct entry *entry)
{
    long count = 0;
    const struct name *name;

    for (name = entry->others; name != NULL; name = name->next)
        count++;
    return count;
}

static void add(struct table *table, const char *key, const char *other, long long bytes)
{
    find_or_add(table, key)->hits++;
    find_or_add(table, key)->bytes += bytes;
    note(find_or_add(table, key), other);
}

/* Splits a line at single blanks into new strings; how many there are. */
static int split(const char *line, char **fields)
{
    int count = 0;
    char *rest = copy(line), *at = rest, *blank;

    while ((blank = strchr(at, ' ')) != NULL && count < FIELDS) {
        *blank = '\0';
        fields[count++] = copy(at);
        at = blank + 1;
    }
    if (count < FIELDS)
        fields[count++] = copy(at);
    else
        count++;
    free(rest);
    return count;
}

static int is_number(const char *text, size_t most)
{
    size_t i;

    if (strlen(text) == 0 || strlen(text) > most)
        return 0;
    for (i = 0; i < strlen(text); i++)
        if (!isdigit((unsigned char)text[i]))
            return 0;
    return 1;
}

static int is_client(const char *text)
{
    int a, b, c, d, used = 0;
    char again[32];

    if (strlen(text) > 15 || sscanf(text, "%d.%d.%d.%d%n", &a, &b, &c, &d, &used) != 4)
        return 0;
    if (a < 0 || a > 255 || b < 0 || b > 255 || c < 0 || c > 255 || d < 0 || d > 255)
        return 0;
    sprintf(again, "%d.%d.%d.%d", a, b, c, d);
    return strcmp(again, text) == 0;
}

static int is_method(const char *text)
{
    static const char *known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"};
    size_t i;

    for (i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i]) == 0)
            return 1;
    return 0;
}

/* The path as it is counted: without its query, in small letters, no slash at the end. */
static char *plain_path(const char *text)
{
    char *path = copy(text), *query = strchr(path, '?');
    size_t i;

    if (query != NULL)
        *query = '\0';
    for (i = 0; i < strlen(path); i++)
        path[i] = (char)tolower((unsigned char)path[i]);
    while (strlen(path) > 1 && path[strlen(path) - 1] == '/')
        path[strlen(path) - 1] = '\0';
    return path;
}

static void take(const char *line)
{
    char *fields[FIELDS + 1], *path, minute[32];
    int count = split(line, fields), i;

    lines++;
    if (count != FIELDS || !is_number(fields[0], 12) || !is_client(fields[1]) ||
        !is_method(fields[2]) || fields[3][0] != '/' || !is_number(fields[4], 3) ||
        strlen(fields[4]) != 3 || fields[4][0] < '1' || fields[4][0] > '5' ||
        !is_number(fields[5], 12)) {
        bad++;
    } else {
        path = plain_path(fields[3]);
        all_bytes += atoll(fields[5]);
        classes[fields[4][0] - '0']++;
        add(&paths, path, fields[1], atoll(fields[5]));
        add(&clients, fields[1], path, atoll(fields[5]));
        sprintf(minute, "%lld", atoll(fields[0]) / 60);
        add(&minutes, minute, fields[1], atoll(fields[5]));
        free(path);
    }
    for (i = 0; i < count && i < FIELDS; i++)
        free(fields[i]);
}

static int by_hits(const struct entry *a, const struct entry *b)
{
    if (a->hits != b->hits)
        return a->hits > b->hits;
    return strcmp(a->key, b->key) < 0;
}

static int by_bytes(const struct entry *a, const struct entry *b)
{
    if (a->bytes != b->bytes)
        return a->bytes > b->bytes;
    return strcmp(a->key, b->key) < 0;
}

/* All entries of a table in a new array, best first. */
static struct entry **sorted(struct table *table, int (*before)(const struct entry *, const struct entry *), int *count)
{
    struct entry **list = NULL, *entry;
    int used = 0, i, j;

    for (i = 0; i < BUCKETS; i++)
        for (entry = table->buckets[i]; entry != NULL; entry = entry->next) {
            list = realloc(list, (size_t)(used + 1) * sizeof *list);
            for (j = used; j > 0 && before(entry, list[j - 1]); j--)
                list[j] = list[j - 1];
            list[j] = entry;
            used++;
        }
    *count = used;
    return list;
}

static void print_table(const char *title, const char *others, struct table *table,
                        int (*before)(const struct entry *, const struct entry *))
{
    int count, i;
    struct entry **list = sorted(table, before, &count);

    printf("%s: %d\n", title, count);
    for (i = 0; i < count && i < TOP; i++)
        printf("  %s hits %ld bytes %lld %s %ld\n", list[i]->key, list[i]->hits, list[i]->bytes,
               others, distinct(list[i]));
    free(list);
}

int main(void)
{
    char *line = malloc(1);
    size_t length = 0;
    int c, i;

    while ((c = fgetc(stdin)) != EOF) {
        if (c == '\n') {
            line[length] = '\0';
            take(line);
            length = 0;
            continue;
        }
        if (c == '\0')
            c = 1;
        line = realloc(line, length + 2);
        line[length++] = (char)c;
    }
    if (length > 0) {
        line[length] = '\0';
        take(line);
    }
    printf("lines: %ld\nbad: %ld\nbytes: %lld\n", lines, bad, all_bytes);
    for (i = 1; i <= 5; i++)
        printf("%dxx: %ld\n", i, classes[i]);
    print_table("paths", "clients", &paths, by_hits);
    print_table("clients", "paths", &clients, by_bytes);
    print_table("minutes", "clients", &minutes, by_hits);
    return 0;
}
