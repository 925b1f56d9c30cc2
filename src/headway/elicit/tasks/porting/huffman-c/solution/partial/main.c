/* huffman: pack files with canonical Huffman codes, unpack them, show and check what was packed. */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LONGEST 32

typedef struct {
    unsigned char *at;
    size_t size, room;
} Bytes;

typedef struct {
    int value, length;
    uint64_t code;
} Code;

typedef struct {
    const char *kind; /* NULL: none */
    const char *text;
} Fault;

static const Fault FINE = {NULL, NULL};

static Fault fault(const char *kind, const char *text) {
    Fault made = {kind, text};
    return made;
}

static void put(Bytes *to, const void *from, size_t size) {
    if (to->size + size > to->room) {
        to->room = (to->size + size) * 2 + 64;
        to->at = realloc(to->at, to->room);
        if (!to->at) exit(70);
    }
    if (size) memcpy(to->at + to->size, from, size);
    to->size += size;
}

static void put_byte(Bytes *to, unsigned value) {
    unsigned char byte = (unsigned char)value;
    put(to, &byte, 1);
}

static void put_number(Bytes *to, uint32_t value) {
    for (int k = 0; k < 4; k++) put_byte(to, value >> (8 * k) & 255);
}

static uint32_t number(const unsigned char *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t crc32(const unsigned char *data, size_t size) {
    uint32_t total = 0xFFFFFFFFu;
    for (size_t k = 0; k < size; k++) {
        total ^= data[k];
        for (int bit = 0; bit < 8; bit++) total = total & 1 ? total >> 1 ^ 0xEDB88320u : total >> 1;
    }
    return total ^ 0xFFFFFFFFu;
}

static int by_length(const void *one, const void *other) {
    const Code *a = one, *b = other;
    return a->length != b->length ? a->length - b->length : a->value - b->value;
}

static void assign(Code *table, int count) {
    uint64_t code = 0;
    int last = 0;
    qsort(table, count, sizeof *table, by_length);
    for (int k = 0; k < count; k++) {
        int more = table[k].length - last;
        code = more >= 64 ? 0 : code << more;
        table[k].code = code++;
        last = table[k].length;
    }
}

static int lengths(const unsigned char *data, size_t size, Code *table) {
    uint64_t weight[512] = {0};
    int parent[512], live[512], count = 0, left = 0;
    for (size_t k = 0; k < size; k++) weight[data[k]]++;
    for (int value = 0; value < 256; value++)
        if (weight[value]) live[left++] = value;
    count = left;
    for (int k = 0; k < 512; k++) parent[k] = -1;
    int next = 256;
    while (left > 1) {
        int taken[2];
        for (int t = 0; t < 2; t++) {
            int least = 0;
            for (int k = 1; k < left; k++)
                if (weight[live[k]] < weight[live[least]]
                    || (weight[live[k]] == weight[live[least]] && live[k] > live[least]))
                    least = k;
            taken[t] = live[least];
            live[least] = live[--left];
        }
        weight[next] = weight[taken[0]] + weight[taken[1]];
        parent[taken[0]] = parent[taken[1]] = next;
        live[left++] = next++;
    }
    int made = 0;
    for (int value = 0; value < 256; value++) {
        if (!weight[value]) continue;
        int deep = 0;
        for (int at = value; parent[at] >= 0; at = parent[at]) deep++;
        table[made].value = value;
        table[made++].length = count == 1 ? 1 : deep;
    }
    return count;
}

static void pack(const unsigned char *data, size_t size, Bytes *out) {
    Code table[256], by_value[256];
    Bytes coded = {0};
    int count = size ? lengths(data, size, table) : 0;
    put(out, "HUF1", 4);
    put_byte(out, 0);
    put_number(out, (uint32_t)size);
    put_number(out, crc32(data, size));
    if (size) {
        assign(table, count);
        for (int k = 0; k < count; k++) by_value[table[k].value] = table[k];
        if (table[count - 1].length <= LONGEST) {
            unsigned char present[256] = {0};
            for (int k = 0; k < count; k++) present[table[k].value] = 1;
            put(&coded, out->at, out->size);
            coded.at[4] = 1;
            put_byte(&coded, count - 1);
            for (int value = 0; value < 256; value++)
                if (present[value]) {
                    put_byte(&coded, value);
                    put_byte(&coded, by_value[value].length);
                }
            uint64_t bits = 0;
            int room = 0;
            for (size_t k = 0; k < size; k++) {
                const Code *code = &by_value[data[k]];
                bits = bits << code->length | code->code;
                room += code->length;
                while (room >= 8) {
                    room -= 8;
                    put_byte(&coded, bits >> room & 255);
                }
                bits &= ((uint64_t)1 << room) - 1;
            }
            if (room) put_byte(&coded, bits << (8 - room) & 255);
        }
    }
    put(out, data, size);
    if (coded.size && coded.size < out->size) {
        free(out->at);
        *out = coded;
    } else {
        free(coded.at);
    }
}

static Fault header(const Bytes *blob) {
    size_t seen = blob->size < 4 ? blob->size : 4;
    if (!seen || memcmp(blob->at, "HUF1", seen)) return fault("magic", "not a packed file");
    if (blob->size < 13) return fault("truncated", "the header ends early");
    if (blob->at[4] > 1) return fault("mode", "the mode is not known");
    return FINE;
}

static Fault table_of(const Bytes *blob, Code *table, int *count, size_t *end) {
    if (blob->size < 14) return fault("truncated", "the table ends early");
    *count = blob->at[13] + 1;
    *end = 14 + 2 * (size_t)*count;
    if (blob->size < *end) return fault("truncated", "the table ends early");
    int before = -1;
    uint64_t total = 0;
    for (int k = 0; k < *count; k++) {
        int value = blob->at[14 + 2 * k], length = blob->at[15 + 2 * k];
        if (length < 1 || length > LONGEST) return fault("table", "a length that no code has");
        table[k].value = before = value;
        table[k].length = length;
        total += (uint64_t)1 << (LONGEST - length);
    }
    if (total != (uint64_t)1 << LONGEST && !(*count == 1 && table[0].length == 1))
        return fault("table", "the codes do not fit together");
    assign(table, *count);
    return FINE;
}

static Fault decode(const Bytes *blob, uint32_t size, Bytes *out) {
    Code table[256];
    int count;
    size_t at;
    Fault found = table_of(blob, table, &count, &at);
    if (found.kind) return found;
    if (!size) return fault("payload", "a coded file has content");
    size_t place = 0, bits = (blob->size - at) * 8;
    while (out->size < size) {
        uint64_t code = 0;
        int length = 0, k = 0;
        for (;;) {
            if (place == bits) return fault("truncated", "the content ends early");
            code = code << 1 | (blob->at[at + place / 8] >> (7 - place % 8) & 1);
            length++;
            place++;
            while (k < count && (table[k].length < length || (table[k].length == length && table[k].code < code))) k++;
            if (k < count && table[k].length == length && table[k].code == code) break;
            if (count == 1 || length == LONGEST) return fault("payload", "bits that are no code");
        }
        put_byte(out, table[k].value);
    }
    if ((place + 7) / 8 != bits / 8) return fault("payload", "bytes follow the content");
    if (place % 8 && blob->at[blob->size - 1] & ((1 << (8 - place % 8)) - 1))
        return FINE;
    return FINE;
}

static Fault unpack(const Bytes *blob, Bytes *out) {
    Fault found = header(blob);
    if (found.kind) return found;
    uint32_t size = number(blob->at + 5);
    if (blob->at[4] == 0) {
        if (blob->size - 13 < size) return fault("truncated", "the content ends early");
        if (blob->size - 13 > size) return fault("payload", "bytes follow the content");
        put(out, blob->at + 13, size);
    } else {
        found = decode(blob, size, out);
        if (found.kind) return found;
    }
    if (crc32(out->at, out->size) != number(blob->at + 9))
        return fault("crc", "the content does not have its checksum");
    return FINE;
}

static void line(Bytes *out, const char *text) { put(out, text, strlen(text)); }

static Fault show(const Bytes *blob, Bytes *out) {
    char text[200];
    Fault found = header(blob);
    if (found.kind) return found;
    sprintf(text, "mode %s\nlength %lu\ncrc %08lx\n", blob->at[4] ? "coded" : "stored",
            (unsigned long)number(blob->at + 5), (unsigned long)number(blob->at + 9));
    line(out, text);
    if (!blob->at[4]) return FINE;
    Code table[256];
    int count;
    size_t at;
    found = table_of(blob, table, &count, &at);
    if (found.kind) return found;
    sprintf(text, "symbols %d\npayload %lu\n", count, (unsigned long)(blob->size - at));
    line(out, text);
    for (int k = 0; k < count; k++) {
        int used = sprintf(text, "%02x %d ", table[k].value, table[k].length);
        for (int bit = table[k].length - 1; bit >= 0; bit--) text[used++] = '0' + (table[k].code >> (table[k].length - 1 - bit) & 1);
        text[used++] = '\n';
        put(out, text, used);
    }
    return FINE;
}

static Fault read_all(const char *name, Bytes *into) {
    struct stat seen;
    FILE *file = strcmp(name, "-") ? fopen(name, "rb") : stdin;
    char part[65536];
    size_t got;
    if (!file || (file != stdin && (fstat(fileno(file), &seen) || S_ISDIR(seen.st_mode))))
        return fault("missing", "it cannot be read");
    while ((got = fread(part, 1, sizeof part, file)) > 0) put(into, part, got);
    if (ferror(file)) return fault("missing", "it cannot be read");
    if (file != stdin) fclose(file);
    return FINE;
}

static Fault write_all(const char *name, const Bytes *from) {
    FILE *file = strcmp(name, "-") ? fopen(name, "wb") : stdout;
    if (!file) return fault("output", "it cannot be written");
    size_t done = from->size ? fwrite(from->at, 1, from->size, file) : 0;
    if (done != from->size || (file == stdout ? fflush(file) : fclose(file)))
        return fault("output", "it cannot be written");
    return FINE;
}

static int check(int count, char **names) {
    int worst = 0;
    for (int k = 0; k < count; k++) {
        Bytes blob = {0}, out = {0};
        Fault found = read_all(names[k], &blob);
        if (!found.kind) found = unpack(&blob, &out);
        if (found.kind) {
            printf("%s: %s\n", names[k], found.kind);
            return 1;
        } else {
            printf("%s: ok %lu\n", names[k], (unsigned long)out.size);
        }
        free(blob.at);
        free(out.at);
    }
    return worst;
}

int main(int argc, char **argv) {
    Bytes in = {0}, out = {0};
    Fault found;
    int packs = argc == 4 && !strcmp(argv[1], "pack"), unpacks = argc == 4 && !strcmp(argv[1], "unpack");
    if (argc > 2 && !strcmp(argv[1], "check")) return check(argc - 2, argv + 2);
    if (!packs && !unpacks && !(argc == 3 && !strcmp(argv[1], "show"))) {
        fprintf(stderr, "usage: huffman pack IN OUT | unpack IN OUT | show IN | check IN...\n");
        return 2;
    }
    found = read_all(argv[2], &in);
    if (!found.kind) {
        if (packs) pack(in.at, in.size, &out);
        else found = unpacks ? unpack(&in, &out) : show(&in, &out);
    }
    if (!found.kind) found = write_all(argc == 4 ? argv[3] : "-", &out);
    if (found.kind) {
        fprintf(stderr, "%s: %s\n", found.kind, found.text);
        return 1;
    }
    return 0;
}
