/* headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char LETTERS[] = "lwmcL";

struct word { unsigned char *at; size_t size, count; };
struct row { unsigned long numbers[5]; const char *name; };

static int flags[5], any_flag;
static struct word *table;
static size_t slots, used;

static void *need(void *memory) {
    if (!memory) { fputs("memory: none left\n", stderr); exit(3); }
    return memory;
}

static _Noreturn void usage(const char *why) {
    fprintf(stderr, "usage: %s\n", why);
    exit(2);
}

static unsigned char *slurp(FILE *file, size_t *size) {
    size_t room = 4096;
    unsigned char *data = need(malloc(room));
    *size = 0;
    for (;;) {
        size_t got = fread(data + *size, 1, room - *size, file);
        if (!got) return data;
        *size += got;
        if (*size == room) data = need(realloc(data, room *= 2));
    }
}

/* Length of the UTF-8 sequence here, 0 where there is none. */
static int sequence(const unsigned char *at, size_t left) {
    unsigned char first = at[0], low = 0x80, high = 0xBF;
    int size;
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) size = 2;
    else if (first >= 0xE0 && first <= 0xEF) size = 3;
    else if (first >= 0xF0 && first <= 0xF4) size = 4;
    else return 0;
    if (first == 0xE0) low = 0xA0;
    if (first == 0xED) high = 0x9F;
    if (first == 0xF0) low = 0x90;
    if (first == 0xF4) high = 0x8F;
    if (left < (size_t)size || at[1] < low || at[1] > high) return 0;
    for (int i = 2; i < size; i++)
        if (at[i] < 0x80 || at[i] > 0xBF) return 0;
    return size;
}

static int is_space(unsigned char byte) { return byte == 32 || (byte >= 9 && byte <= 13); }

static int is_punctuation(unsigned char b) {
    return (b >= 33 && b <= 47) || (b >= 58 && b <= 64) || (b >= 91 && b <= 96) || (b >= 123 && b <= 126);
}

static size_t hash(const unsigned char *at, size_t size) {
    size_t value = 14695981039346656037u;
    while (size--) value = (value ^ *at++) * 1099511628211u;
    return value;
}

static struct word *slot(struct word *in, size_t room, const unsigned char *at, size_t size) {
    size_t k = hash(at, size) % room;
    while (in[k].at && (in[k].size != size || memcmp(in[k].at, at, size))) k = (k + 1) % room;
    return &in[k];
}

static void tally(const unsigned char *at, size_t size) {
    while (size && is_punctuation(*at)) { at++; size--; }
    while (size && is_punctuation(at[size - 1])) size--;
    if (!size) return;
    unsigned char *small = need(malloc(size));
    for (size_t i = 0; i < size; i++) small[i] = at[i] >= 'A' && at[i] <= 'Z' ? at[i] + 32 : at[i];
    if (2 * used >= slots) {
        size_t room = slots ? 2 * slots : 64;
        struct word *larger = need(calloc(room, sizeof *larger));
        for (size_t i = 0; i < slots; i++)
            if (table[i].at) *slot(larger, room, table[i].at, table[i].size) = table[i];
        free(table);
        table = larger;
        slots = room;
    }
    struct word *found = slot(table, slots, small, size);
    if (found->at) {
        free(small);
    } else {
        found->at = small;
        found->size = size;
        used++;
    }
    found->count++;
}

static int order(const void *one, const void *other) {
    const struct word *a = one, *b = other;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    size_t size = a->size < b->size ? a->size : b->size;
    int way = memcmp(a->at, b->at, size);
    if (way) return way;
    return a->size < b->size ? -1 : a->size > b->size;
}

/* 1 where it was counted. */
static int count(const char *name, struct row *row) {
    size_t size;
    unsigned char *data;
    memset(row->numbers, 0, sizeof row->numbers);
    if (!strcmp(name, "-")) {
        data = slurp(stdin, &size);
    } else {
        struct stat seen;
        if (stat(name, &seen) == 0 && S_ISDIR(seen.st_mode)) {
            fprintf(stderr, "folder: %s\n", name);
            return 0;
        }
        FILE *file = fopen(name, "rb");
        if (!file) {
            fprintf(stderr, "missing: %s\n", name);
            return 0;
        }
        data = slurp(file, &size);
        fclose(file);
    }
    if (flags[2] || flags[4]) {
        unsigned long column = 0;
        for (size_t i = 0; i < size;) {
            int step = sequence(data + i, size - i);
            if (!step) {
                fprintf(stderr, "encoding: %s: byte %zu\n", name, i);
                free(data);
                return 0;
            }
            column = data[i] == '\n' ? 0 : data[i] == '\t' ? column + 8 - column % 8 : column + 1;
            if (column > row->numbers[4]) row->numbers[4] = column;
            row->numbers[2]++;
            i += (size_t)step;
        }
    }
    row->numbers[3] = size;
    for (size_t i = 0, begun = 0; i <= size; i++) {
        if (i < size && data[i] == '\n') row->numbers[0]++;
        if (i == size || is_space(data[i])) {
            if (i > begun) {
                row->numbers[1]++;
                tally(data + begun, i - begun);
            }
            begun = i + 1;
        }
    }
    free(data);
    return 1;
}

static long top_of(const char *word) {
    size_t size = strlen(word);
    if (!size || size > 6 || strspn(word, "0123456789") != size) usage("--top needs a number");
    return atol(word);
}

int main(int words, char **word) {
    long top = -1;
    int only_files = 0, files = 0;
    char **names = need(calloc((size_t)words + 1, sizeof *names));
    for (int i = 1; i < words; i++) {
        char *given = word[i];
        if (only_files || given[0] != '-' || !given[1]) {
            names[files++] = given;
        } else if (!strcmp(given, "--")) {
            only_files = 1;
        } else if (!strcmp(given, "--top")) {
            if (++i == words) usage("--top needs a number");
            top = top_of(word[i]);
        } else if (!strncmp(given, "--top=", 6)) {
            top = top_of(given + 6);
        } else if (given[1] == '-') {
            usage("unknown option");
        } else {
            for (char *letter = given + 1; *letter; letter++) {
                const char *known = strchr(LETTERS, *letter);
                if (!known) usage("unknown option");
                flags[known - LETTERS] = any_flag = 1;
            }
        }
    }
    if (!any_flag && top < 0) flags[0] = flags[1] = flags[3] = any_flag = 1;

    int unnamed = !files, rows = 0, code = 0;
    if (unnamed) names[files++] = "-";
    struct row *row = need(calloc((size_t)files + 1, sizeof *row));
    for (int i = 0; i < files; i++) {
        row[rows].name = unnamed ? "" : names[i];
        if (count(names[i], &row[rows])) rows++;
        else code = 1;
    }
    if (any_flag) {
        if (rows > 1) {
            struct row *total = &row[rows];
            memset(total, 0, sizeof *total);
            total->name = "total";
            for (int i = 0; i < rows; i++)
                for (int k = 0; k < 5; k++) {
                    unsigned long n = row[i].numbers[k];
                    if (k < 4) total->numbers[k] += n;
                    else if (n > total->numbers[k]) total->numbers[k] = n;
                }
            rows++;
        }
        int width = 1;
        for (int i = 0; i < rows; i++)
            for (int k = 0; k < 5; k++) {
                int digits = snprintf(NULL, 0, "%lu", row[i].numbers[k]);
                if (flags[k] && digits > width) width = digits;
            }
        for (int i = 0; i < rows; i++) {
            const char *between = "";
            for (int k = 0; k < 5; k++)
                if (flags[k]) {
                    printf("%s%*lu", between, width, row[i].numbers[k]);
                    between = " ";
                }
            printf("%s%s\n", *row[i].name ? " " : "", row[i].name);
        }
    }
    if (top > 0 && used) {
        size_t n = 0;
        for (size_t i = 0; i < slots; i++)
            if (table[i].at) table[n++] = table[i];
        qsort(table, n, sizeof *table, order);
        for (size_t i = 0; i < n && i < (size_t)top; i++) {
            printf("%zu ", table[i].count);
            fwrite(table[i].at, 1, table[i].size, stdout);
            putchar('\n');
        }
    }
    return code;
}
