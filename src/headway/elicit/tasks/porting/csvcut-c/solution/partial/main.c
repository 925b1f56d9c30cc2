/* Selects, filters and sorts columns of CSV. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { const unsigned char *p; size_t n; } Str;
typedef struct { Str *f; size_t n, cap; long place; } Row;
typedef struct { Row *r; size_t n, cap; } Rows;
typedef struct { int sign; Str whole, part; } Num;
typedef struct { Str column; int op; Str value; Num number; size_t at; } Cond;
typedef struct { Str column; int numeric, reverse; size_t at; } Key;

enum { EQ, NE, LE, GE, NOT_IN, LT, GT, IN, BEGINS };
static const char *OPS[] = {"==", "!=", "<=", ">=", "!~", "<", ">", "~", "^"};

static void fail(const char *kind, int code) {
    fprintf(stderr, "%s: stopped\n", kind);
    exit(code);
}
static void usage(void) { fail("usage", 2); }

static void *grown(void *p, size_t n, size_t *cap, size_t size) {
    if (n < *cap) return p;
    *cap = *cap ? *cap * 2 : 8;
    p = realloc(p, *cap * size);
    if (!p) abort();
    return p;
}

static Str str(const char *s) { return (Str){(const unsigned char *)s, strlen(s)}; }
static Str part_of(Str s, size_t from, size_t to) { return (Str){s.p + from, to - from}; }
static int equal(Str a, Str b) { return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n)); }
static int order(Str a, Str b) {
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c ? (c > 0) - (c < 0) : (a.n > b.n) - (a.n < b.n);
}
static int begins(Str s, Str with) { return s.n >= with.n && (!with.n || !memcmp(s.p, with.p, with.n)); }
static int contains(Str s, Str what) {
    for (size_t i = 0; i + what.n <= s.n; i++)
        if (begins(part_of(s, i, s.n), what)) return 1;
    return 0;
}
static int digit(int c) { return c >= '0' && c <= '9'; }
static int all_digits(Str s) {
    for (size_t i = 0; i < s.n; i++)
        if (!digit(s.p[i])) return 0;
    return 1;
}

/* Numbers of any length. */
static int number(Str s, Num *out) {
    size_t i = 0, a, b;
    int negative = 0;
    if (i < s.n && (s.p[i] == '+' || s.p[i] == '-')) negative = s.p[i++] == '-';
    a = i;
    while (i < s.n && digit(s.p[i])) i++;
    b = i;
    out->whole = part_of(s, a, b);
    out->part = (Str){s.p, 0};
    if (i < s.n && s.p[i] == '.') {
        size_t start = ++i;
        while (i < s.n && digit(s.p[i])) i++;
        out->part = part_of(s, start, i);
        if (a == b && i == start) return 0;
    } else if (a == b) {
        return 0;
    }
    if (i != s.n) return 0;
    while (out->whole.n && out->whole.p[0] == '0') out->whole.p++, out->whole.n--;
    while (out->part.n && out->part.p[out->part.n - 1] == '0') out->part.n--;
    out->sign = !out->whole.n && !out->part.n ? 0 : negative ? -1 : 1;
    return 1;
}
static int compare(Num a, Num b) {
    if (a.sign != b.sign) return a.sign < b.sign ? -1 : 1;
    int c = order(a.whole, b.whole);
    if (!c) c = order(a.part, b.part);
    return a.sign * c;
}

/* Arguments. */
static Str *columns;
static size_t n_columns, cap_columns;
static int has_columns;
static Cond *conds;
static size_t n_conds, cap_conds;
static Key *keys;
static size_t n_keys, cap_keys;
static int comma = ',', out_comma = ',';
static long first = -1, skip = 0;
static int flag_x, flag_H, flag_t, flag_f, flag_u, flag_N, flag_A;

static int no_column(Str s) { return s.n == 0 || (s.n == 1 && s.p[0] == '='); }

static long count(Str s) {
    if (s.n < 1 || s.n > 9 || !all_digits(s)) usage();
    return atol((const char *)s.p);
}
static int character(Str s) {
    if (s.n == 2 && s.p[0] == '\\' && s.p[1] == 't') return '\t';
    if (s.n != 1 || s.p[0] < 32 || s.p[0] > 126 || s.p[0] == '"') usage();
    return s.p[0];
}
static void parse_columns(Str s) {
    n_columns = 0;
    has_columns = 1;
    for (size_t a = 0, i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != ',') continue;
        Str item = part_of(s, a, i);
        if (no_column(item)) usage();
        columns = grown(columns, n_columns, &cap_columns, sizeof *columns);
        columns[n_columns++] = item;
        a = i + 1;
    }
}
static void parse_condition(Str s) {
    for (size_t i = 0; i < s.n; i++)
        for (int op = 0; op < 9; op++) {
            Str sign = str(OPS[op]);
            if (!begins(part_of(s, i, s.n), sign)) continue;
            Cond c = {.column = part_of(s, 0, i), .op = op, .value = part_of(s, i + sign.n, s.n)};
            if (no_column(c.column)) usage();
            if ((op == LT || op == GT || op == LE || op == GE) && !number(c.value, &c.number)) usage();
            conds = grown(conds, n_conds, &cap_conds, sizeof *conds);
            conds[n_conds++] = c;
            return;
        }
    usage();
}
static void parse_keys(Str s) {
    n_keys = 0;
    for (size_t a = 0, i = 0; i <= s.n; i++) {
        if (i < s.n && s.p[i] != ',') continue;
        Key key = {.column = part_of(s, a, i)};
        if (no_column(key.column)) usage();
        size_t end = i;
        int n = 0, r = 0;
        while (end > a && (s.p[end - 1] == 'n' || s.p[end - 1] == 'r')) {
            if (s.p[end - 1] == 'n') n = 1; else r = 1;
            end--;
        }
        if (end < i && end > a && s.p[end - 1] == ':') {
            key.column = part_of(s, a, end - 1);
            key.numeric = n;
            key.reverse = r;
        }
        if (no_column(key.column)) usage();
        keys = grown(keys, n_keys, &cap_keys, sizeof *keys);
        keys[n_keys++] = key;
        a = i + 1;
    }
}
static void parse(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strlen(word) != 2 || word[0] != '-') usage();
        switch (word[1]) {
        case 'x': flag_x = 1; continue;
        case 'H': flag_H = 1; continue;
        case 't': flag_t = 1; continue;
        case 'f': flag_f = 1; continue;
        case 'u': flag_u = 1; continue;
        case 'N': flag_N = 1; continue;
        case 'A': flag_A = 1; continue;
        }
        if (!strchr("cwsdDnk", word[1]) || i + 1 == argc) usage();
        Str value = str(argv[++i]);
        switch (word[1]) {
        case 'c': parse_columns(value); break;
        case 'w': parse_condition(value); break;
        case 's': parse_keys(value); break;
        case 'd': comma = character(value); break;
        case 'D': out_comma = character(value); break;
        case 'n': first = count(value); break;
        case 'k': skip = count(value); break;
        }
    }
    if (flag_x && !has_columns) usage();
}

/* Reading. */
static Str input(void) {
    unsigned char *data = NULL;
    size_t n = 0, cap = 0, got;
    do {
        if (n == cap) {
            cap = cap ? cap * 2 : 65536;
            data = realloc(data, cap);
            if (!data) abort();
        }
        got = fread(data + n, 1, cap - n, stdin);
        n += got;
    } while (got);
    return (Str){data, n};
}
static void add_field(Row *row, Str field) {
    row->f = grown(row->f, row->n, &row->cap, sizeof *row->f);
    row->f[row->n++] = field;
}
static Str quoted_field(Str data, size_t *at) {
    size_t i = *at + 1;
    unsigned char *out = malloc(data.n - i + 1);
    Str field = {out, 0};
    for (;;) {
        if (i >= data.n) fail("open", 1);
        if (data.p[i] == '"') {
            if (i + 1 >= data.n || data.p[i + 1] != '"') break;
            i++;
        }
        out[field.n++] = data.p[i++];
    }
    *at = i + 1;
    out = realloc(out, field.n + 1);
    field.p = out;
    return field;
}
static Rows records(Str data) {
    Rows rows = {0};
    Row row = {0};
    size_t at = 0;
    if (data.n >= 3 && !memcmp(data.p, "\xef\xbb\xbf", 3)) at = 3;
    while (at < data.n) {
        int quoted = data.p[at] == '"';
        Str field;
        if (quoted) {
            field = quoted_field(data, &at);
        } else {
            size_t start = at;
            while (at < data.n && data.p[at] != comma && data.p[at] != '\n') {
                if (data.p[at] == '"') fail("quote", 1);
                at++;
            }
            field = part_of(data, start, at);
            if (at < data.n && data.p[at] == '\n' && field.n && field.p[field.n - 1] == '\r') field.n--;
        }
        add_field(&row, field);
        if (at < data.n && data.p[at] == comma) {
            if (++at < data.n) continue;
            add_field(&row, (Str){data.p, 0});
        } else if (at < data.n) {
            if (data.p[at] == '\r' && at + 1 < data.n && data.p[at + 1] == '\n') at++;
            else if (data.p[at] != '\n') fail("ragged", 1);
            at++;
        }
        if (row.n > 1 || row.f[0].n || quoted) {
            rows.r = grown(rows.r, rows.n, &rows.cap, sizeof *rows.r);
            rows.r[rows.n++] = row;
            row = (Row){0};
        } else {
            row.n = 0;
        }
    }
    return rows;
}

/* Columns by place and name. */
static Row *header;
static size_t width;

static size_t position(Str item) {
    if (all_digits(item)) {
        while (item.n && item.p[0] == '0') item.p++, item.n--;
        size_t place = 0;
        for (size_t i = 0; i < item.n && item.n < 10; i++) place = place * 10 + (item.p[i] - '0');
        if (place < 1 || place > width) fail("column", 1);
        return place - 1;
    }
    if (item.p[0] == '=') item = part_of(item, 1, item.n);
    if (header)
        for (size_t i = 0; i < width; i++)
            if (equal(header->f[i], item)) return i;
    fail("column", 1);
    return 0;
}

static size_t *picked, n_picked, cap_picked;
static void pick(size_t i) {
    picked = grown(picked, n_picked, &cap_picked, sizeof *picked);
    picked[n_picked++] = i;
}
static void spread(Str item) {
    const unsigned char *dash = memchr(item.p, '-', item.n);
    if (dash && item.n > 1) {
        Str a = part_of(item, 0, dash - item.p), b = part_of(item, dash - item.p + 1, item.n);
        if (all_digits(a) && all_digits(b)) {
            size_t start = a.n ? position(a) : 0, stop = b.n ? position(b) : width - 1;
            if (start <= stop)
                for (size_t i = start; i <= stop; i++) pick(i);
            else
                for (size_t i = stop; i <= start; i++) pick(i);
            return;
        }
    }
    pick(position(item));
}

static int holds(Str field, Cond *c) {
    switch (c->op) {
    case EQ: return equal(field, c->value);
    case NE: return !equal(field, c->value);
    case IN: return contains(field, c->value);
    case NOT_IN: return !contains(field, c->value);
    case BEGINS: return begins(field, c->value);
    }
    Num n;
    if (!number(field, &n)) return 0;
    int o = compare(n, c->number);
    switch (c->op) {
    case LT: return o < 0;
    case GT: return o > 0;
    case LE: return o < 0;
    default: return o >= 0;
    }
}
static int meets(Row *row) {
    if (!n_conds) return 1;
    for (size_t i = 0; i < n_conds; i++) {
        int yes = holds(row->f[conds[i].at], &conds[i]);
        if (yes && flag_A) return 1;
        if (!yes && !flag_A) return 0;
    }
    return !flag_A;
}
static int by_keys(const void *x, const void *y) {
    const Row *a = x, *b = y;
    for (size_t i = 0; i < n_keys; i++) {
        Str l = a->f[keys[i].at], r = b->f[keys[i].at];
        int o;
        if (keys[i].numeric) {
            Num ln, rn;
            int lok = number(l, &ln), rok = number(r, &rn);
            o = lok && rok ? compare(ln, rn) : !lok - !rok;
        } else {
            o = order(l, r);
        }
        if (o) return keys[i].reverse && !keys[i].numeric ? -o : o;
    }
    return (a->place > b->place) - (a->place < b->place);
}

static void write_field(Str s, int alone) {
    int quote = !s.n && alone;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == out_comma || s.p[i] == '"' || s.p[i] == '\r' || s.p[i] == '\n') quote = 1;
    if (s.n) {
        int a = s.p[0], b = s.p[s.n - 1];
        if (a == ' ' || b == ' ') quote = a == ' ' && b == ' ';
    }
    if (quote) putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '"') putchar('"');
        putchar(s.p[i]);
    }
    if (quote) putchar('"');
}
static void write_row(Row *row, const char *label) {
    if (flag_N) {
        write_field(str(label), 0);
        putchar(out_comma);
    }
    for (size_t i = 0; i < n_picked; i++) {
        if (i) putchar(out_comma);
        write_field(row->f[picked[i]], n_picked == 1 && !flag_N);
    }
    putchar('\n');
}
static int same(Row *a, Row *b) {
    for (size_t i = 0; i < n_picked; i++)
        if (!equal(a->f[picked[i]], b->f[picked[i]])) return 0;
    return 1;
}

/* A table of rows that were written, for -u. */
static Row **table;
static size_t table_size;
static int seen(Row *row) {
    size_t h = 1469598103u;
    for (size_t i = 0; i < n_picked; i++) {
        Str s = row->f[picked[i]];
        for (size_t k = 0; k < s.n; k++) h = (h ^ s.p[k]) * 16777619u;
        h = (h ^ 256) * 16777619u;
    }
    for (h &= table_size - 1; table[h]; h = (h + 1) & (table_size - 1))
        if (same(table[h], row)) return 1;
    table[h] = row;
    return 0;
}

static void trim(Str *s) {
    while (s->n && (s->p[0] == ' ' || s->p[0] == '\t')) s->p++, s->n--;
    while (s->n && (s->p[s->n - 1] == ' ' || s->p[s->n - 1] == '\t')) s->n--;
}
static void choose(void) {
    if (!has_columns) {
        for (size_t i = 0; i < width; i++) pick(i);
        return;
    }
    for (size_t i = 0; i < n_columns; i++) spread(columns[i]);
    if (!flag_x) return;
    char *out = calloc(width, 1);
    for (size_t i = 0; i < n_picked; i++) out[picked[i]] = 1;
    n_picked = 0;
    for (size_t i = 0; i < width; i++)
        if (!out[i]) pick(i);
    if (!n_picked) fail("column", 1);
}

int main(int argc, char **argv) {
    parse(argc, argv);
    Rows rows = records(input());
    if (!rows.n) return 0;
    width = rows.r[0].n;
    for (size_t i = 0; i < rows.n; i++) {
        Row *row = &rows.r[i];
        if (row->n > width || (row->n < width && !flag_f)) fail("ragged", 1);
        while (row->n < width) add_field(row, (Str){(const unsigned char *)"", 0});
        for (size_t k = 0; flag_t && k < width; k++) trim(&row->f[k]);
        row->place = flag_H ? (long)i + 1 : (long)i;
    }
    Row *body = rows.r;
    size_t n = rows.n, kept = 0;
    if (!flag_H) header = body++, n--;
    for (size_t i = 0; i < n_conds; i++) conds[i].at = position(conds[i].column);
    for (size_t i = 0; i < n_keys; i++) keys[i].at = position(keys[i].column);
    choose();
    for (size_t i = 0; i < n; i++)
        if (meets(&body[i])) body[kept++] = body[i];
    if (n_keys) qsort(body, kept, sizeof *body, by_keys);
    if (header) write_row(header, "#");
    if (flag_u) {
        for (table_size = 16; table_size < 2 * kept + 2; table_size *= 2) {}
        table = calloc(table_size, sizeof *table);
    }
    for (size_t i = 0; i < kept && first; i++) {
        char label[32];
        if (skip) {
            skip--;
            continue;
        }
        if (flag_u && seen(&body[i])) continue;
        snprintf(label, sizeof label, "%ld", body[i].place);
        write_row(&body[i], label);
        if (first > 0) first--;
    }
    return 0;
}
