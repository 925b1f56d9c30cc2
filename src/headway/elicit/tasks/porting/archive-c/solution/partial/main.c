#define _GNU_SOURCE
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST = 1 << 24 };

static const char *const methods[] = {"stored", "rle", "lz"};

typedef struct { unsigned char *at; size_t size, room; } Bytes;
typedef struct { char *name; int method; uint32_t size, crc; Bytes packed; } Entry;
typedef struct { Entry *at; size_t count; } Entries;

static _Noreturn void fail(const char *kind, const char *what) {
    fprintf(stderr, "%s: %s\n", kind, what);
    exit(strcmp(kind, "usage") && strcmp(kind, "unsafe") ? 1 : 2);
}

static void *grown(void *old, size_t size) {
    void *made = realloc(old, size ? size : 1);
    if (!made) abort();
    return made;
}

static void put(Bytes *b, const void *data, size_t size) {
    if (b->size + size > b->room) {
        b->room = (b->size + size) * 2 + 64;
        b->at = grown(b->at, b->room);
    }
    if (size) memcpy(b->at + b->size, data, size);
    b->size += size;
}

static void put_byte(Bytes *b, int byte) {
    unsigned char one = (unsigned char)byte;
    put(b, &one, 1);
}

static void put_number(Bytes *b, uint32_t value, int bytes) {
    for (; bytes--; value >>= 8) put_byte(b, (int)(value & 255));
}

static uint32_t number(const unsigned char *at, int bytes) {
    uint32_t value = 0;
    while (bytes--) value = value << 8 | at[bytes];
    return value;
}

static uint32_t crc(uint32_t before, const unsigned char *data, size_t size) {
    static uint32_t table[256];
    if (!table[1])
        for (uint32_t i = 0; i < 256; i++) {
            uint32_t c = i;
            for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
            table[i] = c;
        }
    uint32_t c = ~before;
    for (size_t i = 0; i < size; i++) c = table[(c ^ data[i]) & 255] ^ c >> 8;
    return ~c;
}

/* ---- methods */

static void flush(Bytes *out, const unsigned char *data, size_t from, size_t end) {
    while (from < end) {
        size_t n = end - from < 128 ? end - from : 128;
        put_byte(out, (int)n - 1);
        put(out, data + from, n);
        from += n;
    }
}

static Bytes rle_pack(const Bytes *in) {
    Bytes out = {0};
    size_t plain = 0, at = 0;
    while (at < in->size) {
        size_t run = 1;
        while (run < 128 && at + run < in->size && in->at[at + run] == in->at[at]) run++;
        if (run >= 3) {
            flush(&out, in->at, plain, at);
            put_byte(&out, (int)run + 125);
            put_byte(&out, in->at[at]);
            plain = at + run;
        }
        at += run;
    }
    flush(&out, in->at, plain, at);
    return out;
}

static int rle_unpack(const Bytes *in, size_t size, Bytes *out) {
    for (size_t at = 0; at < in->size;) {
        int control = in->at[at++];
        size_t n = control < 128 ? (size_t)control + 1 : 1;
        if (at + n > in->size) return 0;
        if (control < 128) put(out, in->at + at, n);
        else for (int k = control - 125; k--;) put_byte(out, in->at[at]);
        at += n;
        if (out->size > size) return 0;
    }
    return out->size == size;
}

static uint32_t hash(const unsigned char *at) { return (at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16) * 2654435761u >> 16; }

static Bytes lz_pack(const Bytes *in) {
    Bytes out = {0};
    const unsigned char *data = in->at;
    size_t flags = 0, size = in->size;
    int bit = 8;
    int32_t *last = grown(NULL, 65536 * sizeof *last), *before = grown(NULL, (size + 1) * sizeof *before);
    for (int i = 0; i < 65536; i++) last[i] = -1;
    for (size_t at = 0; at < size;) {
        if (bit == 8) bit = 0, flags = out.size, put_byte(&out, 0);
        size_t best = 0, distance = 0, most = size - at < 18 ? size - at : 18;
        if (most >= 3)
            for (int32_t place = last[hash(data + at)]; place >= 0 && at - (size_t)place < 4096 && best < most; place = before[place]) {
                size_t n = 0;
                while (n < most && data[(size_t)place + n] == data[at + n]) n++;
                if (n >= best) best = n, distance = at - (size_t)place;
            }
        size_t taken = 1;
        if (best >= 3) {
            put_number(&out, (uint32_t)((distance - 1) << 4 | (best - 3)), 2);
            taken = best;
        } else {
            out.at[flags] |= (unsigned char)(1 << bit);
            put_byte(&out, data[at]);
        }
        bit++;
        for (; taken--; at++)
            if (at + 3 <= size) {
                uint32_t h = hash(data + at);
                before[at] = last[h];
                last[h] = (int32_t)at;
            }
    }
    free(last);
    free(before);
    return out;
}

static int lz_unpack(const Bytes *in, size_t size, Bytes *out) {
    int flags = 0, left = 0;
    for (size_t at = 0; at < in->size;) {
        if (!left) {
            flags = in->at[at++];
            left = 8;
            if (at == in->size) return 0;
        }
        if (flags & 1) {
            put_byte(out, in->at[at++]);
        } else {
            if (at + 2 > in->size) return 0;
            uint32_t pair = number(in->at + at, 2);
            size_t distance = (pair >> 4) + 1;
            if (distance > out->size) { out->size = 0; return 1; }
            for (uint32_t n = (pair & 15) + 3; n--;) put_byte(out, out->at[out->size - distance]);
            at += 2;
        }
        flags >>= 1;
        left--;
        if (out->size > size) return 0;
    }
    return out->size == size;
}

/* ---- entries */

static void put_header(Bytes *out, const Entry *e) {
    put_byte(out, e->method);
    put_byte(out, 0);
    put_number(out, (uint32_t)strlen(e->name), 2);
    put_number(out, e->size, 4);
    put_number(out, (uint32_t)e->packed.size, 4);
    put_number(out, e->crc, 4);
    put(out, e->name, strlen(e->name));
}

/* The class of the error, or NULL. */
static const char *content(const Entry *e, Bytes *out) {
    memset(out, 0, sizeof *out);
    int good = 1;
    if (e->method == 0) put(out, e->packed.at, e->packed.size);
    if (e->method == 1) good = rle_unpack(&e->packed, e->size, out);
    if (e->method == 2) good = lz_unpack(&e->packed, e->size, out);
    if (!good) return "damaged";
    return crc(0, out->at, out->size) == e->crc ? NULL : "checksum";
}

static int is_text(const unsigned char *s, size_t size) {
    for (size_t i = 0; i < size;) {
        unsigned char c = s[i];
        size_t more = c < 0x80 ? 0 : c >= 0xC2 && c < 0xE0 ? 1 : c >= 0xE0 && c < 0xF0 ? 2 : c >= 0xF0 && c < 0xF5 ? 3 : 9;
        if (more == 9 || i + more >= size) return 0;
        unsigned char low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80, high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
        if (more && (s[i + 1] < low || s[i + 1] > high)) return 0;
        for (size_t k = 2; k <= more; k++)
            if ((s[i + k] & 0xC0) != 0x80) return 0;
        i += more + 1;
    }
    return 1;
}

static void check_name(const char *name, size_t size) {
    int good = size >= 1 && size <= 255 && is_text((const unsigned char *)name, size);
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c < 32 || c == 127 || c == '\\') good = 0;
    }
    for (size_t from = 0, i = 0; i <= size; i++)
        if (i == size || name[i] == '/') {
            size_t n = i - from;
            if (n == 0 || (n == 1 && name[from] == '.') || (n == 2 && name[from] == '.' && name[from + 1] == '.')) good = 0;
            from = i + 1;
        }
    if (!good) fail("unsafe", name);
}

static int is_below(const char *name, const char *folder) {
    size_t n = strlen(folder);
    return n && !strncmp(name, folder, n) && (name[n] == '/' || name[n - 1] == '/');
}

static void add(Entries *all, Entry e) {
    if (!(all->count & (all->count + 1)) || !all->at) all->at = grown(all->at, (all->count * 2 + 2) * sizeof e);
    all->at[all->count++] = e;
}

static Bytes dump(const Entries *all, const char *gone) {
    Bytes out = {0}, heads = {0};
    uint32_t count = 0;
    put(&out, "ARK1\0\0\0\0", 8);
    for (size_t i = 0; i < all->count; i++) {
        if (gone && gone[i]) continue;
        size_t from = heads.size;
        put_header(&heads, &all->at[i]);
        put(&out, heads.at + from, heads.size - from);
        put(&out, all->at[i].packed.at, all->at[i].packed.size);
        count++;
    }
    for (int k = 0; k < 4; k++) out.at[4 + k] = (unsigned char)(count >> 8 * k);
    put(&out, "END.", 4);
    put_number(&out, crc(0, heads.at, heads.size), 4);
    return out;
}

static const unsigned char *take(const Bytes *in, size_t *at, size_t n) {
    if (*at + n > in->size) fail("truncated", "the archive ends early");
    *at += n;
    return in->at + *at - n;
}

static Entries load(Bytes in) {
    Entries all = {0};
    if (memcmp(in.at ? in.at : (void *)"", "ARK1", in.size < 4 ? in.size : 4)) fail("format", "no archive");
    size_t at = 4;
    uint32_t index = 0;
    for (uint32_t count = number(take(&in, &at, 4), 4); count; count--) {
        const unsigned char *head = take(&in, &at, 16);
        size_t length = number(head + 2, 2), room = number(head + 8, 4);
        const unsigned char *named = take(&in, &at, length);
        Entry e = {grown(NULL, length + 1), head[0], number(head + 4, 4), number(head + 12, 4), {0}};
        memcpy(e.name, named, length);
        e.name[length] = 0;
        if (e.method > 2) fail("method", e.name);
        if (head[1]) fail("format", e.name);
        if (e.size > MOST) fail("limit", e.name);
        check_name(e.name, length);
        for (size_t i = 0; i < all.count; i++)
            if (!strcmp(all.at[i].name, e.name)) fail("duplicate", e.name);
        for (size_t i = 0; i < all.count; i++)
            if (is_below(all.at[i].name, e.name) || is_below(e.name, all.at[i].name)) fail("conflict", e.name);
        e.packed.at = (unsigned char *)take(&in, &at, room);
        e.packed.size = room;
        add(&all, e);
        index = crc(index, head, 16 + length);
    }
    if (memcmp(take(&in, &at, 4), "END.", 4)) fail("format", "no end mark");
    if (number(take(&in, &at, 4), 4) != index) fail("index", "the headers are not what they were");
    return all;
}

/* ---- files */

static int kind(const char *path) {
    struct stat found;
    if (lstat(path, &found)) return 0;
    return S_ISREG(found.st_mode) ? 'f' : S_ISDIR(found.st_mode) ? 'd' : 0;
}

static Bytes read_file(const char *path) {
    Bytes out = {0};
    char piece[65536];
    FILE *file = kind(path) == 'd' ? NULL : fopen(path, "rb");
    if (!file) fail("missing", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, file));) put(&out, piece, n);
    fclose(file);
    return out;
}

static void save(const char *path, const Bytes *data) {
    FILE *file = fopen(path, "wb");
    if (!file) fail("missing", path);
    fwrite(data->at, 1, data->size, file);
    fclose(file);
}

static char *joined(const char *folder, const char *name) {
    char *made;
    if (asprintf(&made, "%s/%s", folder, name) < 0) abort();
    return made;
}

static int folders(const char *path) {
    char *copy = strdup(path);
    for (char *slash = copy + 1; *copy && (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        mkdir(copy, 0755);
        *slash = '/';
    }
    mkdir(copy, 0755);
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}

typedef struct { char **at; size_t count; } Names;

static void add_name(Names *names, char *name) {
    names->at = grown(names->at, (names->count + 1) * sizeof name);
    names->at[names->count++] = name;
}

static void below(const char *path, const char *archive, Names *names) {
    DIR *listed = opendir(path);
    if (!listed) fail("missing", path);
    for (struct dirent *one; (one = readdir(listed));) {
        if (!strcmp(one->d_name, ".") || !strcmp(one->d_name, "..")) continue;
        char *inner = joined(path, one->d_name);
        if (kind(inner) == 'd') below(inner, archive, names);
        else if (kind(inner) == 'f') add_name(names, inner);
        (void)archive;
    }
    closedir(listed);
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* ---- commands */

static const char *method = "auto", *top = ".";
static int longer, over;

static char *chosen(const Entries *all, char **names) {
    char *picked = grown(NULL, all->count);
    memset(picked, !*names, all->count);
    for (; *names; names++) {
        int any = 0;
        for (size_t i = 0; i < all->count; i++)
            if (!strcmp(all->at[i].name, *names) || is_below(all->at[i].name, *names)) picked[i] = 1, any = 1;
        if (!any) fail("missing", *names);
    }
    return picked;
}

static void pack(const char *archive, char **names) {
    int only = !strcmp(method, "auto") ? 3 : -1;
    for (int i = 0; i < 3; i++)
        if (!strcmp(method, methods[i])) only = i;
    if (only < 0 || !*names) fail("usage", "no such method, or nothing to pack");
    Names paths = {0};
    for (; *names; names++) {
        char *path = strdup(*names);
        size_t size = strlen(path);
        int cut = size && path[size - 1] == '/';
        if (cut) path[--size] = 0;
        check_name(path, size);
        int what = kind(path);
        if (!what || (what == 'f' && cut)) fail("missing", *names);
        if (what == 'd') below(path, archive, &paths);
        else add_name(&paths, path);
    }
    if (paths.count) qsort(paths.at, paths.count, sizeof *paths.at, by_name);
    Entries all = {0};
    for (size_t i = 0; i < paths.count; i++) {
        if (i && !strcmp(paths.at[i], paths.at[i - 1])) continue;
        check_name(paths.at[i], strlen(paths.at[i]));
        Bytes data = read_file(paths.at[i]);
        if (data.size > MOST) fail("limit", paths.at[i]);
        Entry e = {paths.at[i], -1, (uint32_t)data.size, crc(0, data.at, data.size), {0}};
        for (int n = 0; n < 3; n++) {
            if (only != 3 ? only != n : n == 0) continue;
            Bytes made = n == 0 ? data : n == 1 ? rle_pack(&data) : lz_pack(&data);
            if (e.method < 0 || made.size < e.packed.size) e.method = n, e.packed = made;
        }
        add(&all, e);
    }
    Bytes out = dump(&all, NULL);
    save(archive, &out);
    for (size_t i = 0; i < all.count; i++) printf("%s %u %zu %s\n", methods[all.at[i].method], all.at[i].size, all.at[i].packed.size, all.at[i].name);
}

static void list(const char *archive, char **names) {
    Entries all = load(read_file(archive));
    char *picked = chosen(&all, names);
    unsigned long long size = 0, room = 0;
    for (size_t i = 0; i < all.count; i++) {
        if (!picked[i]) continue;
        const Entry *e = &all.at[i];
        size += e->size;
        room += e->packed.size;
        if (longer) printf("%-6s %8u %8zu %08x ", methods[e->method], e->size, e->packed.size, e->crc);
        puts(e->name);
    }
    unsigned long long share = size ? (room * 1000 + size / 2) / size : 1000;
    if (longer) printf("%-6s %8llu %8llu %.1f%%\n", "total", size, room, size ? 100.0 * (double)room / (double)size : 0.0);
    (void)share;
}

static void verify(const char *archive, char **names) {
    Entries all = load(read_file(archive));
    char *picked = chosen(&all, names);
    const char *first = NULL, *where = NULL;
    for (size_t i = 0; i < all.count; i++) {
        if (!picked[i]) continue;
        Bytes data;
        const char *wrong = content(&all.at[i], &data);
        free(data.at);
        printf("%s %s\n", wrong ? wrong : "ok", all.at[i].name);
        if (wrong && !first) first = wrong, where = all.at[i].name;
    }
    fflush(stdout);
    if (first) fail("damaged", where);
    (void)where;
}

static Bytes unpack(const Entry *e) {
    Bytes data;
    const char *wrong = content(e, &data);
    if (wrong) fail(wrong, e->name);
    return data;
}

static void extract(const char *archive, char **names) {
    Entries all = load(read_file(archive));
    char *picked = chosen(&all, names);
    Bytes *data = grown(NULL, all.count * sizeof *data);
    for (size_t i = 0; i < all.count; i++)
        if (picked[i]) data[i] = unpack(&all.at[i]);
    if (kind(top) == 'f') fail("exists", top);
    for (size_t i = 0; i < all.count; i++) {
        if (!picked[i]) continue;
        char *path = joined(top, all.at[i].name);
        for (char *slash = path + strlen(top) + 1; (slash = strchr(slash, '/')); slash++) {
            *slash = 0;
            if (kind(path) == 'f') fail("exists", all.at[i].name);
            *slash = '/';
        }
        int there = kind(path);
        if (there == 'd' || (there == 'f' && !over)) fail("exists", all.at[i].name);
        free(path);
    }
    if (!folders(top)) fail("exists", top);
    for (size_t i = 0; i < all.count; i++) {
        if (!picked[i]) continue;
        char *path = joined(top, all.at[i].name), *slash = strrchr(path, '/');
        *slash = 0;
        folders(path);
        *slash = '/';
        save(path, &data[i]);
        puts(all.at[i].name);
        free(path);
    }
}

static void cat(const char *archive, char **names) {
    if (!*names) fail("usage", "no entry is named");
    Entries all = load(read_file(archive));
    Bytes out = {0};
    for (int pass = 0; pass < 2; pass++)
        for (char **name = names; *name; name++) {
            size_t i = 0;
            while (i < all.count && strcmp(all.at[i].name, *name)) i++;
            if (i == all.count) fail("missing", *name);
            if (!pass) continue;
            Bytes data = unpack(&all.at[i]);
            put(&out, data.at, data.size);
            free(data.at);
        }
    fwrite(out.at, 1, out.size, stdout);
}

static void take_out(const char *archive, char **names) {
    if (!*names) fail("usage", "no entry is named");
    Entries all = load(read_file(archive));
    char *picked = chosen(&all, names);
    size_t count = 0;
    for (size_t i = 0; i < all.count; i++) count += (size_t)picked[i];
    Bytes out = dump(&all, picked);
    save(archive, &out);
    printf("removed %zu\n", count);
}

int main(int count, char **words) {
    static const struct { const char *name; void (*run)(const char *, char **); const char *options; } commands[] = {
        {"pack", pack, "m"}, {"list", list, "l"}, {"verify", verify, ""}, {"extract", extract, "Cf"}, {"cat", cat, ""}, {"remove", take_out, ""}};
    size_t c = 0;
    while (c < 6 && (count < 2 || strcmp(words[1], commands[c].name))) c++;
    if (c == 6) fail("usage", "no such command");
    int at = 2;
    while (at < count && words[at][0] == '-') {
        const char *word = words[at++];
        if (!strcmp(word, "--")) break;
        if (strlen(word) != 2 || !strchr(commands[c].options, word[1])) fail("usage", "no such option");
        if (word[1] == 'l') longer = 1;
        if (word[1] == 'f') over = 1;
        if (word[1] == 'm' || word[1] == 'C') {
            if (at == count) fail("usage", "an option lacks its value");
            *(word[1] == 'm' ? &method : &top) = words[at++];
        }
    }
    if (at >= count || !*words[at]) fail("usage", "no archive is named");
    if (!*top) fail("usage", "no folder is named");
    commands[c].run(words[at], words + at + 1);
    return 0;
}
