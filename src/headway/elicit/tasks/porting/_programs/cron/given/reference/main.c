/* cron: prints the times that a cron expression names. BEHAVIOUR.md says what it does. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MINUTES 1440
#define LIMIT 10000
#define LAST_YEAR 9999

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, YEAR };

static const char *FIELD[] = {"minute", "hour", "day", "month", "weekday", "year"};
static const int LOW[] = {0, 0, 1, 1, 0, 1};
static const int HIGH[] = {59, 23, 31, 12, 7, LAST_YEAR};
static const char *MONTHS[] = {"January", "February", "March", "April", "May", "June", "July",
                               "August", "September", "October", "November", "December"};
static const char *WEEKDAYS[] = {"Sunday", "Monday", "Tuesday", "Wednesday",
                                 "Thursday", "Friday", "Saturday"};
static const char *MACROS[][2] = {
    {"@hourly", "0 * * * *"},    {"@daily", "0 0 * * *"},      {"@midnight", "0 0 * * *"},
    {"@weekly", "0 0 * * 0"},    {"@monthly", "0 0 1 * *"},    {"@quarterly", "0 0 1 */3 *"},
    {"@yearly", "0 0 1 1 *"},    {"@annually", "0 0 1 1 *"},   {"@workdays", "0 9 * * 1-5"},
};

typedef struct {
    unsigned char minute[60], hour[24], day[32], month[13], weekday[7], year[LAST_YEAR + 1];
    unsigned char near[32];      /* nW */
    unsigned char before[31];    /* L-n */
    unsigned char last_workday;  /* LW */
    unsigned char nth[7][11];    /* weekday#n, at n + 5 */
    int both, years;
    char *label;
} Entry;

static long fail(const char *word, int code, const char *format, ...) {
    va_list list;
    fflush(stdout);
    fprintf(stderr, "%s: ", word);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(code);
}

/* ---- calendar ---- */

static int leap(int y) { return (y % 4 == 0 && y % 100 != 0) || y % 400 == 0; }

static int month_days(int y, int m) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[m - 1] + (m == 2 && leap(y));
}

/* Days since 0001-01-01, which is a Monday. */
static long day_number(int y, int m, int d) {
    long before = y - 1, number = before * 365 + before / 4 - before / 100 + before / 400;
    for (int i = 1; i < m; i++) number += month_days(y, i);
    return number + d - 1;
}

static void civil(long number, int *y, int *m, int *d) {
    int year = (int)(number / 366) + 1;
    while (day_number(year + 1, 1, 1) <= number) year++;
    long rest = number - day_number(year, 1, 1);
    int month = 1;
    while (rest >= month_days(year, month)) rest -= month_days(year, month++);
    *y = year, *m = month, *d = (int)rest + 1;
}

static int weekday_of(long number) { return (int)((number + 1) % 7); }

/* ---- reading ---- */

static int all(const char *text, size_t n, int (*kind)(int)) {
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] > 127 || !kind((unsigned char)text[i])) return 0;
    return n > 0;
}

static int number_of(const char *text, size_t n, const char *word) {
    if (n > 4 || !all(text, n, isdigit)) fail(word, 1, "%.*s is no number", (int)n, text);
    int value = 0;
    for (size_t i = 0; i < n; i++) value = value * 10 + text[i] - '0';
    return value;
}

static int same(const char *text, size_t n, const char *name, size_t m) {
    if (n != m) return 0;
    for (size_t i = 0; i < n; i++)
        if (tolower((unsigned char)text[i]) != tolower((unsigned char)name[i])) return 0;
    return 1;
}

static int value_of(int field, const char *text, size_t n) {
    if (all(text, n, isalpha)) {
        const char **names = field == MONTH ? MONTHS : WEEKDAYS;
        int count = field == MONTH ? 12 : field == WEEKDAY ? 7 : 0;
        for (int i = 0; i < count; i++)
            if (same(text, n, names[i], 3) || same(text, n, names[i], strlen(names[i])))
                return i + LOW[field];
        fail("NAME", 1, "%.*s is no name of a %s", (int)n, text, FIELD[field]);
    }
    int value = number_of(text, n, "VALUE");
    if (value < LOW[field] || value > HIGH[field])
        fail("RANGE", 1, "%d is no %s", value, FIELD[field]);
    return value;
}

static unsigned char *set_of(Entry *e, int field) {
    unsigned char *sets[] = {e->minute, e->hour, e->day, e->month, e->weekday, e->year};
    return sets[field];
}

static int top(int field) { return field == WEEKDAY ? 6 : HIGH[field]; }

static void read_plain(Entry *e, int field, const char *text, size_t n) {
    const char *slash = memchr(text, '/', n);
    size_t base = slash ? (size_t)(slash - text) : n;
    const char *dash = memchr(text, '-', base);
    int from, to, step = 1, size = top(field) - LOW[field] + 1;
    if (base == 1 && (*text == '*' || (*text == '?' && (field == DAY || field == WEEKDAY)))) {
        from = LOW[field], to = top(field);
    } else if (dash) {
        from = value_of(field, text, (size_t)(dash - text));
        to = value_of(field, dash + 1, base - (size_t)(dash - text) - 1);
        if (from > to && field == YEAR) fail("RANGE", 1, "years do not wrap");
        if (from > to) to += size;
    } else {
        from = to = value_of(field, text, base);
        if (field == WEEKDAY && from == 7) from = to = 0;
        if (slash) to = top(field);
    }
    if (slash) {
        step = number_of(slash + 1, n - base - 1, "STEP");
        if (step == 0) fail("STEP", 1, "a step is at least 1");
    }
    for (int i = from; i <= to; i += step)
        set_of(e, field)[LOW[field] + (i - LOW[field]) % size] = 1;
}

static void read_day(Entry *e, const char *text, size_t n) {
    if (same(text, n, "L", 1)) {
        e->before[0] = 1;
    } else if (same(text, n, "LW", 2)) {
        e->last_workday = 1;
    } else if (n >= 2 && same(text, 2, "L-", 2)) {
        int back = number_of(text + 2, n - 2, "VALUE");
        if (back > 30) fail("RANGE", 1, "L-%d is before every month", back);
        e->before[back] = 1;
    } else if (n && toupper((unsigned char)text[n - 1]) == 'W') {
        int day = number_of(text, n - 1, "VALUE");
        if (day < 1 || day > 31) fail("RANGE", 1, "%d is no day", day);
        e->near[day] = 1;
    } else {
        read_plain(e, DAY, text, n);
    }
}

static void read_weekday(Entry *e, const char *text, size_t n) {
    const char *hash = memchr(text, '#', n);
    if (hash) {
        size_t left = (size_t)(hash - text), right = n - left - 1;
        int weekday = value_of(WEEKDAY, text, left) % 7;
        int minus = right && hash[1] == '-';
        int nth = number_of(hash + 1 + minus, right - (size_t)minus, "VALUE");
        if (nth < 1 || nth > 5) fail("RANGE", 1, "#%d is not 1 to 5", nth);
        e->nth[weekday][5 + (minus ? -nth : nth)] = 1;
    } else if (n > 1 && toupper((unsigned char)text[n - 1]) == 'L') {
        e->nth[value_of(WEEKDAY, text, n - 1) % 7][4] = 1;
    } else {
        read_plain(e, WEEKDAY, text, n);
    }
}

static void read_field(Entry *e, int field, const char *text, size_t n) {
    const char *end = text + n;
    for (;;) {
        const char *comma = memchr(text, ',', (size_t)(end - text));
        size_t length = (size_t)((comma ? comma : end) - text);
        if (field == DAY) read_day(e, text, length);
        else if (field == WEEKDAY) read_weekday(e, text, length);
        else read_plain(e, field, text, length);
        if (!comma) return;
        text = comma + 1;
    }
}

static int blank(int c) { return c == ' ' || c == '\t'; }

/* The next word of a text; its length is 0 where there is none. */
static const char *word_of(const char *text, size_t *n) {
    while (blank(*text)) text++;
    *n = 0;
    while (text[*n] && !blank(text[*n])) ++*n;
    return text;
}

static int starred(const char *text) { return *text == '*' || *text == '?'; }

/* Reads an expression; with `label`, five fields and then a label. */
static void read_entry(Entry *e, const char *text, int label) {
    const char *words[7];
    size_t length[7], n;
    int count = 0, most = label ? 5 : 7;
    memset(e, 0, sizeof *e);
    const char *rest = word_of(text, &n);
    if (*rest == '@') {
        const char *macro = NULL;
        for (size_t i = 0; i < sizeof MACROS / sizeof *MACROS; i++)
            if (same(rest, n, MACROS[i][0], strlen(MACROS[i][0]))) macro = MACROS[i][1];
        if (!macro) fail("NAME", 1, "%.*s is no macro", (int)n, rest);
        read_entry(e, macro, 0);
        rest += n;
        if (!label && *word_of(rest, &n)) fail("FIELD", 1, "a macro stands alone");
    } else {
        while (count < most && *(rest = word_of(rest, &n))) {
            words[count] = rest, length[count++] = n;
            rest += n;
        }
        if (count < 5 || count > 6) fail("FIELD", 1, "five or six fields are needed");
        for (int i = 0; i < count; i++) read_field(e, i, words[i], length[i]);
        e->both = starred(words[DAY]) || starred(words[WEEKDAY]);
        e->years = count == 6;
        if (count == 5) memset(e->year, 1, sizeof e->year);
    }
    if (!label) return;
    rest = word_of(rest, &n);
    n = strlen(rest);
    while (n && blank(rest[n - 1])) n--;
    if (!n) fail("FIELD", 1, "a line needs a label");
    e->label = malloc(n + 1);
    memcpy(e->label, rest, n);
    e->label[n] = 0;
}

/* ---- matching ---- */

static int near_day(int day, int last, int first_weekday) {
    int weekday = (first_weekday + day - 1) % 7;
    if (weekday == 6) return day == 1 ? 3 : day - 1;
    if (weekday == 0) return day == last ? day - 2 : day + 1;
    return day;
}

static int day_matches(const Entry *e, int d, int last, int weekday) {
    int first = (weekday - (d - 1) % 7 + 7) % 7;
    int by_day = e->day[d] || e->before[last - d];
    for (int n = 1; n <= last && !by_day; n++)
        by_day = e->near[n] && near_day(n, last, first) == d;
    if (e->last_workday) by_day |= near_day(last, last, first) == d;
    int by_weekday = e->weekday[weekday] || e->nth[weekday][5 + (d - 1) / 7 + 1] ||
                     e->nth[weekday][5 - (last - d) / 7 - 1];
    return e->both ? by_day && by_weekday : by_day || by_weekday;
}

/* ---- printing ---- */

enum { ISO, WITH_DAY, WEEK, LONG, EPOCH, GAP };
static const char *FORMATS[] = {"iso", "day", "week", "long", "epoch", "gap"};

static void print_week(long number, int y) {
    int weekday = weekday_of(number) ? weekday_of(number) : 7;
    long thursday = number - weekday + 4;
    if (thursday < day_number(y, 1, 1)) y--;
    else if (thursday >= day_number(y + 1, 1, 1)) y++;
    printf("%04d-W%02ld-%d", y, (thursday - day_number(y, 1, 1)) / 7 + 1, weekday);
}

static void print_time(int format, long time, long previous, int back, const char *label) {
    long number = time / DAY_MINUTES, epoch = day_number(1970, 1, 1) * DAY_MINUTES;
    int minute = (int)(time % DAY_MINUTES), hour = minute / 60, y, m, d;
    minute %= 60;
    civil(number, &y, &m, &d);
    if (format == EPOCH) printf("%ld", (time - epoch) * 60);
    else if (format == WEEK) print_week(number, y), printf("T%02d:%02d", hour, minute);
    else if (format == LONG)
        printf("%s %d %s %d, %02d:%02d, day %ld of %d", WEEKDAYS[weekday_of(number)], d,
               MONTHS[m - 1], y, hour, minute, number - day_number(y, 1, 1) + 1, 365 + leap(y));
    else printf("%04d-%02d-%02dT%02d:%02d", y, m, d, hour, minute);
    if (format == WITH_DAY) printf(" %.3s", WEEKDAYS[weekday_of(number)]);
    if (format == GAP) {
        long gap = labs(time - previous);
        printf(" %c%ldd %02ld:%02ld", back ? '-' : '+', gap / DAY_MINUTES,
               gap % DAY_MINUTES / 60, gap % 60);
    }
    if (label) printf(" %s", label);
    putchar('\n');
}

static const char *comma = "";

static void print_set(const unsigned char *set, int low, int high) {
    int full = 1;
    for (int i = low; i <= high; i++) full &= set[i];
    if (full) {
        printf("*");
        comma = ",";
        return;
    }
    for (int i = low; i <= high; i++) {
        if (!set[i]) continue;
        int end = i;
        while (end < high && set[end + 1]) end++;
        if (end - i >= 2) printf("%s%d-%d", comma, i, end), i = end;
        else printf("%s%d", comma, i);
        comma = ",";
    }
}

static void explain(const Entry *e) {
    for (int field = 0; field < 5 + e->years; field++) {
        comma = "";
        printf("%s ", FIELD[field]);
        print_set(set_of((Entry *)e, field), LOW[field], top(field));
        if (field == DAY) {
            for (int i = 1; i <= 31; i++)
                if (e->near[i]) printf("%s%dW", comma, i), comma = ",";
            if (e->last_workday) printf("%sLW", comma), comma = ",";
            if (e->before[0]) printf("%sL", comma), comma = ",";
            for (int i = 1; i <= 30; i++)
                if (e->before[i]) printf("%sL-%d", comma, i), comma = ",";
        }
        if (field == WEEKDAY)
            for (int w = 0; w < 7; w++) {
                for (int i = 1; i <= 5; i++)
                    if (e->nth[w][5 + i]) printf("%s%d#%d", comma, w, i), comma = ",";
                for (int i = 1; i <= 5; i++)
                    if (e->nth[w][5 - i]) printf("%s%d#-%d", comma, w, i), comma = ",";
            }
        putchar('\n');
    }
    printf("match %s\n", e->both ? "both" : "either");
}

/* ---- the search ---- */

typedef struct {
    long start, end;
    int count, back, format;
} Search;

/* Whether the search goes on after the times of one day. */
static int search_day(const Search *s, const Entry **due, int n, long number, long *previous,
                      int *found) {
    for (int i = 0; i < DAY_MINUTES; i++) {
        int minute = s->back ? DAY_MINUTES - 1 - i : i;
        long time = number * DAY_MINUTES + minute;
        if (s->back ? time > s->start : time < s->start) continue;
        if (s->back ? time < s->end : time > s->end) return 0;
        for (int k = 0; k < n; k++) {
            if (!due[k]->hour[minute / 60] || !due[k]->minute[minute % 60]) continue;
            if (*found == LIMIT) fail("LIMIT", 1, "there are more than %d times", LIMIT);
            print_time(s->format, time, *previous, s->back, due[k]->label);
            *previous = time;
            if (++*found == s->count) return 0;
        }
    }
    return 1;
}

static int search(const Search *s, const Entry *entries, int n) {
    long number = s->start / DAY_MINUTES, last = s->end / DAY_MINUTES, previous = s->start;
    int found = 0, y, m, d, way = s->back ? -1 : 1;
    const Entry **due = malloc(sizeof *due * (size_t)(n + 1));
    civil(number, &y, &m, &d);
    while (s->back ? number >= last : number <= last) {
        int days = month_days(y, m), k = 0;
        for (int i = 0; i < n; i++)
            if (entries[i].year[y] && entries[i].month[m] &&
                day_matches(&entries[i], d, days, weekday_of(number)))
                due[k++] = &entries[i];
        if (k && !search_day(s, due, k, number, &previous, &found)) break;
        number += way, d += way;
        if (d > days) {
            d = 1;
            if (++m > 12) m = 1, y++;
        } else if (d < 1) {
            if (--m < 1) m = 12, y--;
            if (y >= 1) d = month_days(y, m);
        }
    }
    free(due);
    return found;
}

/* ---- the command line ---- */

static long date_of(const char *text, int end, int back) {
    size_t n = strlen(text);
    const char *shape = "dddd-dd-ddTdd:dd";
    int ok = n == 10 || n == 16;
    for (size_t i = 0; ok && i < n; i++)
        ok = shape[i] == 'd' ? text[i] >= '0' && text[i] <= '9' : text[i] == shape[i];
    if (!ok) fail("DATE", 1, "%s is not like 2026-01-31 or 2026-01-31T09:30", text);
    int y = atoi(text), m = atoi(text + 5), d = atoi(text + 8), hour = 0, minute = 0;
    if (n == 16) hour = atoi(text + 11), minute = atoi(text + 14);
    else if (end && !back) hour = 23, minute = 59;
    if (y < 1 || m < 1 || m > 12 || d < 1 || d > month_days(y, m) || hour > 23 || minute > 59)
        fail("DATE", 1, "there is no time %s", text);
    return day_number(y, m, d) * DAY_MINUTES + hour * 60 + minute;
}

static int count_of(const char *text) {
    size_t n = strlen(text);
    if (n > 5 || !all(text, n, isdigit)) fail("USAGE", 2, "%s is no count", text);
    int count = atoi(text);
    if (count < 1 || count > LIMIT) fail("USAGE", 2, "a count is 1 to %d", LIMIT);
    return count;
}

static char *read_all(void) {
    size_t size = 0, room = 4096;
    char *text = malloc(room);
    for (int c; (c = getchar()) != EOF;) {
        if (size + 2 > room) text = realloc(text, room *= 2);
        text[size++] = (char)c;
    }
    text[size] = 0;
    return text;
}

static Entry *read_table(int *count) {
    char *text = read_all(), *line = text;
    Entry *entries = malloc(sizeof *entries);
    *count = 0;
    while (*line) {
        char *end = strchr(line, '\n');
        if (end) *end = 0;
        while (blank(*line)) line++;
        if (*line && *line != '#') {
            entries = realloc(entries, sizeof *entries * (size_t)(*count + 1));
            read_entry(&entries[(*count)++], line, 1);
        }
        if (!end) break;
        line = end + 1;
    }
    free(text);
    return entries;
}

int main(int argc, char **argv) {
    Search s = {0, LAST_YEAR, 0, 0, ISO};
    const char *end = NULL;
    int table = 0, explaining = 0, i = 1, n = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        const char *option = argv[i];
        if (!strcmp(option, "-r")) s.back = 1;
        else if (!strcmp(option, "-t")) table = 1;
        else if (!strcmp(option, "-e")) explaining = 1;
        else if (strcmp(option, "-n") && strcmp(option, "-u") && strcmp(option, "-f"))
            fail("USAGE", 2, "there is no option %s", option);
        else if (++i == argc) fail("USAGE", 2, "%s needs a value", option);
        else if (option[1] == 'n') s.count = count_of(argv[i]);
        else if (option[1] == 'u') end = argv[i];
        else {
            s.format = -1;
            for (int k = 0; k <= GAP; k++)
                if (!strcmp(argv[i], FORMATS[k])) s.format = k;
            if (s.format < 0) fail("USAGE", 2, "there is no format %s", argv[i]);
        }
    }
    if (table && explaining) fail("USAGE", 2, "-t and -e exclude each other");
    if (argc - i != (table || explaining ? 1 : 2))
        fail("USAGE", 2, "cron [-r] [-n COUNT] [-u END] [-f FORMAT] START EXPRESSION");
    Entry *entries = malloc(sizeof *entries);
    if (explaining) {
        read_entry(entries, argv[i], 0);
        explain(entries);
        return 0;
    }
    s.start = date_of(argv[i], 0, 0);
    s.end = s.back ? 0 : date_of("9999-12-31T23:59", 0, 0);
    if (end) s.end = date_of(end, 1, s.back);
    if (!end && !s.count) s.count = 10;
    if (table) entries = read_table(&n);
    else read_entry(entries, argv[i + 1], 0);
    if (search(&s, entries, n) < s.count && !end)
        fail("EXHAUSTED", 1, "the calendar ends before all times were found");
    return 0;
}
