/* weblog: sums up the log of a web server: the paths asked for most, the busiest clients, minutes.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#define _DEFAULT_SOURCE
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 4093
#define FIELDS 6
#define TOP 10

struct name {
    char *text;
    unsigned mark;
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

    while (*key != '\0')
        sum = sum * 31 + (unsigned char)*key++;
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
    unsigned mark = hash(other);

    for (name = entry->others; name != NULL; name = name->next)
        if (name->mark == mark && strcmp(name->text, other) == 0)
            return;
    name = malloc(sizeof *name);
    name->mark = mark;
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
    struct entry *entry = find_or_add(table, key);

    entry->hits++;
    entry->bytes += bytes;
    note(entry, other);
}

/* Splits a line in place at single blanks; how many fields there are. */
static int split(char *at, char **fields)
{
    int count = 0;
    char *blank;

    while ((blank = strchr(at, ' ')) != NULL && count < FIELDS) {
        *blank = '\0';
        fields[count++] = at;
        at = blank + 1;
    }
    if (count < FIELDS)
        fields[count++] = at;
    else
        count++;
    return count;
}

static int is_number(const char *text, size_t most)
{
    size_t length = 0;

    for (; text[length] != '\0'; length++)
        if (text[length] < '0' || text[length] > '9')
            return 0;
    return length > 0 && length <= most;
}

static int is_client(const char *text)
{
    int part, value, digits;

    for (part = 0; part < 4; part++) {
        value = digits = 0;
        if (text[0] == '0' && text[1] >= '0' && text[1] <= '9')
            return 0;
        for (; *text >= '0' && *text <= '9' && digits < 4; digits++)
            value = value * 10 + *text++ - '0';
        if (digits < 1 || value > 255 || *text != (part < 3 ? '.' : '\0'))
            return 0;
        text++;
    }
    return 1;
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
static char *plain_path(char *path)
{
    size_t length = 0;

    for (; path[length] != '\0' && path[length] != '?'; length++)
        if (path[length] >= 'A' && path[length] <= 'Z')
            path[length] += 'a' - 'A';
    while (length > 1 && path[length - 1] == '/')
        length--;
    path[length] = '\0';
    return path;
}

static void take(char *line)
{
    char *fields[FIELDS + 1], *path, minute[32];
    int count = split(line, fields);

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
    }
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
    struct entry **list = malloc((TOP + 1) * sizeof *list), *entry;
    int used = 0, all = 0, i, j;

    for (i = 0; i < BUCKETS; i++)
        for (entry = table->buckets[i]; entry != NULL; entry = entry->next) {
            all++;
            for (j = used; j > 0 && before(entry, list[j - 1]); j--)
                list[j] = list[j - 1];
            list[j] = entry;
            used += used < TOP;
        }
    *count = all;
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
    size_t length = 0, size = 1;
    int c, i;

    while ((c = getchar_unlocked()) != EOF) {
        if (c == '\n') {
            line[length] = '\0';
            take(line);
            length = 0;
            continue;
        }
        if (c == '\0')
            c = 1;
        if (length + 2 > size)
            line = realloc(line, size = 2 * length + 2);
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
