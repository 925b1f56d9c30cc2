/* numconv: numbers from one base into another, and roman numerals. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AUTO = 0, ROMAN = 1 };

static const char letters[] = "IVXLCDM";
static const char *const parts[] = {"M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"};
static const int values[] = {1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1};

static int from = AUTO, to = 10, width = 0, bits = 0, groups, prefix, upper, verbose, failed;

static void usage(const char *why) {
    fprintf(stderr, "usage: %s\n", why);
    exit(2);
}

static int low(int byte) { return byte >= 'A' && byte <= 'Z' ? byte + 32 : byte; }

static int number(const char *word, int most) {
    size_t size = strlen(word);
    int value = 0;
    if (size < 1 || size > 2 || (size == 2 && word[0] == '0')) return -1;
    for (; *word; word++) {
        if (*word < '0' || *word > '9') return -1;
        value = value * 10 + (*word - '0');
    }
    return value > most ? -1 : value;
}

static int base(const char *word, int reading) {
    static const struct { const char *name; int base; } named[] = {{"bin", 2}, {"oct", 8}, {"dec", 10}, {"hex", 16}, {"roman", ROMAN}};
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (!strcmp(word, named[i].name)) return named[i].base;
    if (reading && !strcmp(word, "auto")) return AUTO;
    int value = number(word, 36);
    if (value < 2) usage("a base is 2 to 36, bin, oct, dec, hex or roman");
    return value;
}

static void numeral(int value, char *out) {
    *out = 0;
    if (!value) strcpy(out, "N");
    for (int i = 0; i < 13; i++)
        for (; value >= values[i]; value -= values[i]) strcat(out, parts[i]);
}

/* These give the class of an error, or NULL where all is well. */
static const char *read_roman(const char *text, size_t size, uint64_t *value) {
    char again[32];
    if (size == 1 && low(*text) == 'n') return *value = 0, NULL;
    for (size_t i = 0; i < size; i++)
        if (low(text[i]) < 'a' || !strchr(letters, low(text[i]) - 32)) return "digit";
    if (size > 15) return "roman";
    int sum = 0;
    size_t at = 0;
    for (int i = 0; i < 13; i++)
        for (size_t n = strlen(parts[i]); at + n <= size; at += n, sum += values[i]) {
            size_t same = 0;
            while (same < n && low(text[at + same]) == low(parts[i][same])) same++;
            if (same < n) break;
        }
    if (at < size || sum > 3999) return "roman";
    numeral(sum, again);
    if (strlen(again) != size) return "roman";
    for (size_t i = 0; i < size; i++)
        if (low(again[i]) != low(text[i])) return "roman";
    return *value = (uint64_t)sum, NULL;
}

static const char *read_number(const char *text, size_t size, int *negative, uint64_t *value) {
    int is = from, large = 0;
    *negative = 0;
    if (!size) return "digit";
    if (is == ROMAN || (is == AUTO && low(*text) >= 'a' && low(*text) <= 'z')) return read_roman(text, size, value);
    if (*text == '-' || *text == '+') *negative = *text == '-', text++, size--;
    int mark = size > 1 && *text == '0' ? low(text[1]) : 0;
    int marked = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (marked && (is == AUTO || is == marked)) is = marked, text += 2, size -= 2;
    if (is == AUTO) is = 10;
    if (!size || text[size - 1] == '_') return "digit";
    *value = 0;
    for (size_t i = 0; i < size; i++) {
        int byte = low((unsigned char)text[i]);
        if (byte == '_' && i && text[i - 1] != '_') continue;
        int digit = byte >= '0' && byte <= '9' ? byte - '0' : byte >= 'a' && byte <= 'z' ? byte - 'a' + 10 : 99;
        if (digit >= is) return "digit";
        if (*value > (UINT64_MAX - (uint64_t)digit) / (uint64_t)is) large = 1;
        *value = *value * (uint64_t)is + (uint64_t)digit;
    }
    if (large) return "range";
    if (!*value) *negative = 0;
    return NULL;
}

static const char *convert(const char *text, size_t size, char *out) {
    int negative;
    uint64_t value;
    const char *wrong = read_number(text, size, &negative, &value);
    if (wrong) return wrong;
    if (bits) {
        uint64_t top = (uint64_t)1 << (bits - 1);
        if (negative ? value > top : value > top - 1 + top) return "range";
        if (negative) value = top - value + top;
        negative = 0;
    }
    if (to == ROMAN) {
        if (negative || value > 3999) return "range";
        return numeral((int)value, out), NULL;
    }
    char digits[128];
    int n = 0, group = to == 8 || to == 10 ? 3 : 4;
    for (; value || n == 0; value /= (uint64_t)to) digits[n++] = (upper ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "0123456789abcdefghijklmnopqrstuvwxyz")[value % (uint64_t)to];
    while (n < width) digits[n++] = '0';
    if (negative) *out++ = '-';
    if (prefix && (to == 2 || to == 8 || to == 16)) *out++ = '0', *out++ = to == 2 ? 'b' : to == 8 ? 'o' : 'x';
    while (n--) {
        *out++ = digits[n];
        if (groups && n && n % group == 0) *out++ = '_';
    }
    *out = 0;
    return NULL;
}

static void one(const char *text, size_t size) {
    char out[256];
    while (size && (*text == ' ' || *text == '\t')) text++, size--;
    while (size && (text[size - 1] == ' ' || text[size - 1] == '\t' || text[size - 1] == '\r')) size--;
    const char *wrong = convert(text, size, out);
    if (verbose) fwrite(text, 1, size, stdout), fputs(" = ", stdout);
    puts(wrong ? "?" : out);
    if (wrong) failed = 1, fprintf(stderr, "%s: %.*s\n", wrong, (int)size, text);
}

static void lines(void) {
    char *line = NULL;
    size_t room = 0;
    for (ssize_t got; (got = getline(&line, &room, stdin)) >= 0;) {
        if (got && line[got - 1] == '\n') got--;
        size_t blank = 0;
        while (blank < (size_t)got && strchr(" \t\r", line[blank]) && line[blank]) blank++;
        if (blank < (size_t)got && line[blank] != '#') one(line, (size_t)got);
    }
}

int main(int count, char **words) {
    int at = 1;
    for (; at < count && words[at][0] == '-' && words[at][1] && !(words[at][1] >= '0' && words[at][1] <= '9'); at++) {
        const char *word = words[at];
        if (!strcmp(word, "--")) { at++; break; }
        if (word[2] || !strchr("ftwbgpuv", word[1])) usage("options are -f -t -w -b -g -p -u -v");
        if (strchr("ftwb", word[1]) && ++at == count) usage("an option lacks its value");
        switch (word[1]) {
            case 'f': from = base(words[at], 1); break;
            case 't': to = base(words[at], 0); break;
            case 'w': if ((width = number(words[at], 80)) < 0) usage("-w is 0 to 80"); break;
            case 'b': bits = number(words[at], 64); if (bits != 8 && bits != 16 && bits != 32 && bits != 64) usage("-b is 8, 16, 32 or 64"); break;
            case 'g': groups = 1; break;
            case 'p': prefix = 1; break;
            case 'u': upper = 1; break;
            case 'v': verbose = 1; break;
        }
    }
    if (at == count) lines();
    for (; at < count; at++) one(words[at], strlen(words[at]));
    return failed;
}
