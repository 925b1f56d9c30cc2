/* btree: a key-value store in a file of pages. BEHAVIOUR.md defines commands and every byte. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAF = 1, BRANCH = 2, FREE = 3, OVERFLOW = 4 };
enum { HEAD = 12, LONGEST_VALUE = 65535 };

typedef struct {
    unsigned char *data;
    size_t size;
} Bytes;

typedef struct {
    Bytes key, value;  /* a leaf's value is its four bytes of page number where it overflows */
    uint32_t length;   /* of the value */
    uint32_t child;
} Cell;

typedef struct {
    int type, n;
    uint32_t next; /* next leaf, or leftmost child */
    Cell *cells;
} Node;

typedef struct {
    int has;
    Bytes key;
    uint32_t right;
} Split;

static const char *path;
static unsigned char *pages;
static uint32_t page_size, count, root, free_first, free_count;
static uint64_t keys;
static int opened, changed;

static void save(void);

static void fail(const char *word, int code, const char *format, ...) {
    va_list list;
    if (changed) save();
    fflush(stdout);
    fprintf(stderr, "%s: ", word);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    fputc('\n', stderr);
    exit(code);
}

static void *get_memory(size_t n) {
    void *p = calloc(n ? n : 1, 1);
    if (!p) abort();
    return p;
}

static Bytes copy_of(const unsigned char *data, size_t size) {
    Bytes b = {get_memory(size), size};
    memcpy(b.data, data, size);
    return b;
}

static int compare(Bytes a, Bytes b) {
    size_t n = a.size < b.size ? a.size : b.size;
    int c = memcmp(a.data, b.data, n);
    return c ? c : (a.size > b.size) - (a.size < b.size);
}

/* ---- bytes of pages ---- */

static uint32_t capacity(void) { return page_size - HEAD; }
static uint32_t longest_key(void) { return capacity() / 4 - 5 < 255 ? capacity() / 4 - 5 : 255; }
static unsigned char *page(uint32_t i) { return pages + (size_t)i * page_size; }

static uint32_t get(const unsigned char *p, int n) {
    uint32_t x = 0;
    while (n--) x = x << 8 | p[n];
    return x;
}

static void put(unsigned char *p, uint64_t x, int n) {
    for (int i = 0; i < n; i++, x >>= 8) p[i] = (unsigned char)x;
}

static uint32_t crc(const unsigned char *p, size_t n, uint32_t so_far) {
    uint32_t c = ~so_far;
    for (size_t i = 0; i < n; i++) {
        c ^= p[i];
        for (int k = 0; k < 8; k++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
    }
    return ~c;
}

/* The checksum of a page counts its own four bytes as zeros. */
static uint32_t page_crc(uint32_t i) {
    static const unsigned char zeros[4];
    uint32_t c = crc(page(i), 8, 0);
    return crc(page(i) + HEAD, capacity(), crc(zeros, 4, c));
}

static int overflows(size_t key, size_t value) { return 3 + key + value > capacity() / 3; }

static size_t cell_size(const Node *node, const Cell *c) {
    return node->type == LEAF ? 3 + c->key.size + c->value.size : 5 + c->key.size;
}

static size_t node_size(const Node *node) {
    size_t size = 0;
    for (int i = 0; i < node->n; i++) size += cell_size(node, &node->cells[i]);
    return size;
}

/* Reads a leaf or branch; returns 0 where its cells do not fit or point out of the file. */
static int read_node(uint32_t at, Node *node) {
    unsigned char *p = page(at), *c = p + HEAD, *end = p + page_size;
    node->type = p[0], node->n = (int)get(p + 2, 2), node->next = get(p + 4, 4);
    node->cells = get_memory(sizeof(Cell) * (size_t)(node->n + 2));
    int head = node->type == LEAF ? 3 : 5;
    for (int i = 0; i < node->n; i++) {
        Cell *cell = &node->cells[i];
        if (end - c < head) return 0;
        size_t key = c[0], value = 0;
        if (key < 1 || key > longest_key()) return 0;
        if (node->type == LEAF) {
            cell->length = get(c + 1, 2);
            value = overflows(key, cell->length) ? 4 : cell->length;
        } else {
            cell->child = get(c + 1, 4);
            if (cell->child < 1 || cell->child >= count) return 0;
        }
        c += head;
        if ((size_t)(end - c) < key + value) return 0;
        cell->key = copy_of(c, key);
        cell->value = copy_of(c + key, value);
        c += key + value;
        if (node->type == LEAF && overflows(key, cell->length)) {
            uint32_t first = get(cell->value.data, 4);
            if (first < 1 || first >= count) return 0;
        }
    }
    return node->next < count && (node->type == LEAF || node->next > 0);
}

static Node node_at(uint32_t at) {
    Node node;
    if (!read_node(at, &node)) fail("CORRUPT", 1, "page %u", at);
    return node;
}

static void write_node(uint32_t at, const Node *node) {
    unsigned char *p = page(at), *c = p + HEAD;
    memset(p, 0, page_size);
    p[0] = (unsigned char)node->type;
    put(p + 2, (uint64_t)node->n, 2), put(p + 4, node->next, 4);
    for (int i = 0; i < node->n; i++) {
        Cell *cell = &node->cells[i];
        *c++ = (unsigned char)cell->key.size;
        if (node->type == LEAF) put(c, cell->length, 2), c += 2;
        else put(c, cell->child, 4), c += 4;
        memcpy(c, cell->key.data, cell->key.size), c += cell->key.size;
        memcpy(c, cell->value.data, cell->value.size), c += cell->value.size;
    }
}

/* ---- free pages and overflow ---- */

static uint32_t new_page(void) {
    if (free_first) {
        uint32_t at = free_first;
        free_first = get(page(at) + 4, 4), free_count--;
        return at;
    }
    pages = realloc(pages, (size_t)(count + 1) * page_size);
    memset(page(count), 0, page_size);
    return count++;
}

static void free_page(uint32_t at) {
    memset(page(at), 0, page_size);
    page(at)[0] = FREE;
    put(page(at) + 4, free_first, 4);
    free_first = at, free_count++;
}

static void free_value(const Cell *cell) {
    if (!overflows(cell->key.size, cell->length)) return;
    for (uint32_t at = get(cell->value.data, 4), next; at; at = next) {
        next = get(page(at) + 4, 4);
        free_page(at);
    }
}

static Cell new_cell(Bytes key, Bytes value) {
    Cell cell = {key, value, (uint32_t)value.size, 0};
    if (!overflows(key.size, value.size)) return cell;
    uint32_t before = 0;
    cell.value = (Bytes){get_memory(4), 4};
    for (size_t done = 0; done < value.size;) {
        size_t part = value.size - done < capacity() ? value.size - done : capacity();
        uint32_t at = new_page();
        memset(page(at), 0, page_size);
        page(at)[0] = OVERFLOW;
        put(page(at) + 2, part, 2);
        memcpy(page(at) + HEAD, value.data + done, part);
        if (before) put(page(before) + 4, at, 4);
        else put(cell.value.data, at, 4);
        before = at, done += part;
    }
    return cell;
}

static Bytes value_of(const Cell *cell) {
    if (!overflows(cell->key.size, cell->length)) return cell->value;
    Bytes value = {get_memory(cell->length), 0};
    for (uint32_t at = get(cell->value.data, 4); at; at = get(page(at) + 4, 4)) {
        size_t part = get(page(at) + 2, 2);
        memcpy(value.data + value.size, page(at) + HEAD, part);
        value.size += part;
    }
    return value;
}

/* ---- the tree ---- */

static uint32_t child_at(const Node *node, int i) { return i ? node->cells[i - 1].child : node->next; }

/* How many cells have a key that is smaller (or, with `equal`, not greater). */
static int position(const Node *node, Bytes key, int equal) {
    int i = 0;
    while (i < node->n && compare(node->cells[i].key, key) < equal) i++;
    return i;
}

static Bytes shortest_between(Bytes left, Bytes right) {
    size_t n = 0;
    while (n < left.size && n < right.size && left.data[n] == right.data[n]) n++;
    return copy_of(right.data, n + 1);
}

static void insert_cell(Node *node, int at, Cell cell) {
    Cell *cells = get_memory(sizeof(Cell) * (size_t)(node->n + 3));
    memcpy(cells, node->cells, sizeof(Cell) * (size_t)at);
    cells[at] = cell;
    memcpy(cells + at + 1, node->cells + at, sizeof(Cell) * (size_t)(node->n - at));
    node->cells = cells, node->n++;
}

static void remove_cell(Node *node, int at) {
    memmove(node->cells + at, node->cells + at + 1, sizeof(Cell) * (size_t)(node->n - at - 1));
    node->n--;
}

/* Divides the cells of a node between two; the key that separates them. */
static Bytes divide(const Node *node, Node *left, Node *right) {
    size_t total = node_size(node), sum = 0;
    int m = 0;
    while (sum * 2 < total) sum += cell_size(node, &node->cells[m++]);
    *left = *right = *node;
    if (node->type == LEAF) {
        left->n = m;
        right->cells = node->cells + m, right->n = node->n - m;
        return shortest_between(node->cells[m - 1].key, node->cells[m].key);
    }
    left->n = m - 1;
    right->next = node->cells[m - 1].child;
    right->cells = node->cells + m, right->n = node->n - m;
    return node->cells[m - 1].key;
}

static Split store(uint32_t at, Node *node) {
    Split split = {0, {NULL, 0}, 0};
    if (node_size(node) <= capacity()) {
        write_node(at, node);
        return split;
    }
    Node left, right;
    split.has = 1;
    split.key = divide(node, &left, &right);
    split.right = new_page();
    if (node->type == LEAF) left.next = split.right;
    write_node(at, &left);
    write_node(split.right, &right);
    return split;
}

/* Child i has become small: it is joined with a neighbour, or the two share their cells. */
static void balance(Node *node, int i) {
    if (node->n == 0) return;
    int l = i > 0 ? i - 1 : 0;
    uint32_t left_at = child_at(node, l), right_at = child_at(node, l + 1);
    Node left = node_at(left_at), right = node_at(right_at), both = left;
    both.cells = get_memory(sizeof(Cell) * (size_t)(left.n + right.n + 3));
    memcpy(both.cells, left.cells, sizeof(Cell) * (size_t)left.n);
    if (left.type == BRANCH) {
        Cell down = {node->cells[l].key, {NULL, 0}, 0, right.next};
        down.value = (Bytes){get_memory(0), 0};
        both.cells[both.n++] = down;
    }
    memcpy(both.cells + both.n, right.cells, sizeof(Cell) * (size_t)right.n);
    both.n += right.n;
    if (node_size(&both) <= capacity()) {
        if (left.type == LEAF) both.next = right.next;
        write_node(left_at, &both);
        free_page(right_at);
        remove_cell(node, l);
        return;
    }
    Node first, second;
    node->cells[l].key = divide(&both, &first, &second);
    if (left.type == LEAF) first.next = right_at, second.next = right.next;
    write_node(left_at, &first);
    write_node(right_at, &second);
}

/* Puts a key, or removes it where the value is NULL. */
static Split change(uint32_t at, Bytes key, const Bytes *value) {
    Node node = node_at(at);
    Split none = {0, {NULL, 0}, 0};
    if (node.type == LEAF) {
        int i = position(&node, key, 0);
        if (i < node.n && !compare(node.cells[i].key, key)) {
            free_value(&node.cells[i]);
            remove_cell(&node, i), keys--;
        }
        if (value) insert_cell(&node, i, new_cell(key, *value)), keys++;
        return store(at, &node);
    }
    int i = position(&node, key, 1);
    uint32_t child = child_at(&node, i);
    Split split = change(child, key, value);
    if (split.has) {
        Cell cell = {split.key, {get_memory(0), 0}, 0, split.right};
        insert_cell(&node, i, cell);
    } else {
        Node small = node_at(child);
        if (node_size(&small) >= capacity() / 4) return none;
        balance(&node, i);
    }
    return store(at, &node);
}

static void set(Bytes key, const Bytes *value) {
    changed = 1;
    if (!root) {
        Node empty = {LEAF, 0, 0, NULL};
        root = new_page();
        write_node(root, &empty);
    }
    Split split = change(root, key, value);
    if (split.has) {
        Cell cell = {split.key, {get_memory(0), 0}, 0, split.right};
        Node top = {BRANCH, 1, root, &cell};
        root = new_page();
        write_node(root, &top);
        return;
    }
    Node top = node_at(root);
    if (top.n) return;
    uint32_t old = root;
    root = top.type == BRANCH ? top.next : 0;
    free_page(old);
}

static uint32_t leaf_for(Bytes key) {
    uint32_t at = root;
    for (Node node; at && (node = node_at(at)).type == BRANCH;)
        at = child_at(&node, position(&node, key, 1));
    return at;
}

static int find(Bytes key, Cell *found) {
    uint32_t at = leaf_for(key);
    if (!at) return 0;
    Node node = node_at(at);
    int i = position(&node, key, 0);
    if (i == node.n || compare(node.cells[i].key, key)) return 0;
    *found = node.cells[i];
    return 1;
}

/* ---- opening and saving ---- */

static int good_size(uint32_t n) { return n >= 128 && n <= 4096 && (n & (n - 1)) == 0; }

static void check_page(uint32_t at) {
    unsigned char *p = page(at);
    Node node;
    int good = get(p + 8, 4) == page_crc(at);
    if (good && (p[0] == LEAF || p[0] == BRANCH)) good = read_node(at, &node);
    else good = good && (p[0] == FREE || p[0] == OVERFLOW) && get(p + 4, 4) < count &&
                get(p + 2, 2) <= capacity();
    if (!good) fail("CORRUPT", 1, "page %u", at);
}

static void load(void) {
    FILE *f = fopen(path, "rb");
    if (!f) return;
    size_t size = 0, room = 1 << 16, n;
    pages = get_memory(room);
    while ((n = fread(pages + size, 1, room - size, f)) > 0)
        if ((size += n) == room) pages = realloc(pages, room *= 2);
    fclose(f);
    if (size < 128 || memcmp(pages, "HWBT", 4) || get(pages + 4, 2) != 1 ||
        get(pages + 32, 4) != crc(pages, 32, 0))
        fail("FORMAT", 1, "this is no file of btree");
    page_size = get(pages + 6, 2), count = get(pages + 8, 4), root = get(pages + 12, 4);
    free_first = get(pages + 16, 4), free_count = get(pages + 20, 4);
    keys = get(pages + 24, 4) | (uint64_t)get(pages + 28, 4) << 32;
    if (!good_size(page_size) || (uint64_t)count * page_size != size || root >= count ||
        free_first >= count)
        fail("FORMAT", 1, "the header does not fit the file");
    for (uint32_t i = 1; i < count; i++) check_page(i);
    opened = 1;
}

static void save(void) {
    memset(pages, 0, page_size);
    memcpy(pages, "HWBT", 4);
    put(pages + 4, 1, 2), put(pages + 6, page_size, 2), put(pages + 8, count, 4);
    put(pages + 12, root, 4), put(pages + 16, free_first, 4), put(pages + 20, free_count, 4);
    put(pages + 24, keys, 8), put(pages + 32, crc(pages, 32, 0), 4);
    for (uint32_t i = 1; i < count; i++) put(page(i) + 8, page_crc(i), 4);
    changed = 0;
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(pages, page_size, count, f) != count || fclose(f))
        fail("WRITE", 1, "%s cannot be written", path);
}

static void reset(void) {
    count = 1, root = free_first = free_count = 0, keys = 0;
    changed = opened = 1;
    pages = realloc(pages, page_size);
    memset(pages, 0, page_size);
}

/* ---- check, stat, dump ---- */

typedef struct {
    int height, leaves, branches, overflow;
    size_t used;
} Stat;

static unsigned char *seen;
static uint32_t expected_leaf;
static int expected_started;
static uint64_t seen_keys;

static void visit(uint32_t at, int type) {
    if (at < 1 || at >= count || seen[at]++ || (type && page(at)[0] != type))
        fail("CORRUPT", 1, "page %u is not where it should be", at);
}

static void check_value(const Cell *cell) {
    if (!overflows(cell->key.size, cell->length)) return;
    size_t left = cell->length;
    uint32_t at = get(cell->value.data, 4);
    while (left) {
        visit(at, OVERFLOW);
        size_t part = get(page(at) + 2, 2);
        if (part != (left < capacity() ? left : capacity())) fail("CORRUPT", 1, "overflow %u", at);
        left -= part, at = get(page(at) + 4, 4);
    }
    if (at) fail("CORRUPT", 1, "an overflow is too long");
}

/* Checks a subtree whose keys are from low (inclusive) to high (exclusive); its height. */
static int check_tree(uint32_t at, const Bytes *low, const Bytes *high) {
    visit(at, 0);
    if (page(at)[0] != LEAF && page(at)[0] != BRANCH) fail("CORRUPT", 1, "page %u", at);
    Node node = node_at(at);
    for (int i = 0; i < node.n; i++) {
        if (i && compare(node.cells[i - 1].key, node.cells[i].key) >= 0)
            fail("CORRUPT", 1, "keys of page %u", at);
        if ((low && compare(node.cells[i].key, *low) < 0) ||
            (high && compare(node.cells[i].key, *high) >= 0))
            fail("CORRUPT", 1, "page %u holds keys of another", at);
        if (node.type == LEAF) check_value(&node.cells[i]);
    }
    if (node.type == LEAF) {
        if (expected_started && expected_leaf != at) fail("CORRUPT", 1, "leaf %u", at);
        expected_started = 1, expected_leaf = node.next;
        seen_keys += (uint64_t)node.n;
        return 1;
    }
    int height = 0;
    for (int i = 0; i <= node.n; i++) {
        int h = check_tree(child_at(&node, i), i ? &node.cells[i - 1].key : low,
                           i < node.n ? &node.cells[i].key : high);
        if (i && h != height) fail("CORRUPT", 1, "page %u is not level", at);
        height = h;
    }
    return height + 1;
}

static void check(void) {
    uint32_t n = 0;
    seen = get_memory(count);
    expected_leaf = 0, expected_started = 0, seen_keys = 0;
    if (root) check_tree(root, NULL, NULL);
    if (expected_leaf || seen_keys != keys) fail("CORRUPT", 1, "the number of keys is wrong");
    for (uint32_t at = free_first; at; at = get(page(at) + 4, 4), n++) visit(at, FREE);
    if (n != free_count) fail("CORRUPT", 1, "the number of free pages is wrong");
    for (uint32_t i = 1; i < count; i++)
        if (!seen[i]) fail("CORRUPT", 1, "page %u is lost", i);
    printf("ok\n");
}

static void gather(uint32_t at, int depth, Stat *s) {
    Node node = node_at(at);
    s->used += node_size(&node);
    if (depth > s->height) s->height = depth;
    if (node.type == BRANCH) {
        s->branches++;
        for (int i = 0; i <= node.n; i++) gather(child_at(&node, i), depth + 1, s);
        return;
    }
    s->leaves++;
    for (int i = 0; i < node.n; i++)
        if (overflows(node.cells[i].key.size, node.cells[i].length))
            s->overflow += (int)((node.cells[i].length + capacity() - 1) / capacity());
}

static void stat(void) {
    Stat s = {0, 0, 0, 0, 0};
    if (root) gather(root, 1, &s);
    printf("pages %u free %u keys %llu height %d leaves %d branches %d overflow %d used %zu\n", count,
           free_count, (unsigned long long)keys, s.height, s.leaves, s.branches, s.overflow, s.used);
}

static void print_bytes(Bytes b) {
    if (!b.size) putchar('-');
    for (size_t i = 0; i < b.size; i++) {
        int plain = b.data[i] > 32 && b.data[i] < 127 && b.data[i] != '%';
        if (b.size == 1 && b.data[i] == '-') plain = 0;
        if (plain) putchar(b.data[i]);
        else printf("%%%02X", b.data[i]);
    }
}

static void dump(uint32_t at, int depth) {
    Node node = node_at(at);
    printf("%*s", 2 * depth, "");
    if (node.type == BRANCH) {
        printf("branch %u\n", at);
        for (int i = 0; i <= node.n; i++) {
            if (i) {
                printf("%*skey ", 2 * depth + 2, "");
                print_bytes(node.cells[i - 1].key);
                putchar('\n');
            }
            dump(child_at(&node, i), depth + 1);
        }
        return;
    }
    printf("leaf %u next %u:", at, node.next);
    for (int i = 0; i < node.n; i++) {
        Cell *cell = &node.cells[i];
        putchar(' ');
        print_bytes(cell->key);
        printf("=%u", cell->length);
        if (!overflows(cell->key.size, cell->length)) continue;
        char mark = '@';
        for (uint32_t o = get(cell->value.data, 4); o; o = get(page(o) + 4, 4), mark = ',')
            printf("%c%u", mark, o);
    }
    putchar('\n');
}

static void dump_all(void) {
    if (root) dump(root, 0);
    printf("free");
    for (uint32_t at = free_first; at; at = get(page(at) + 4, 4)) printf(" %u", at);
    putchar('\n');
}

/* ---- scans ---- */

enum { SCAN, COUNT, PREFIX, COLLECT };

static Cell *collected;

static void walk(int what, Bytes from, const Bytes *to) {
    uint64_t n = 0;
    uint32_t at = leaf_for(from);
    for (int going = 1; at && going;) {
        Node node = node_at(at);
        for (int i = 0; i < node.n; i++) {
            Cell *cell = &node.cells[i];
            if (compare(cell->key, from) < 0) continue;
            if (what == PREFIX) going = cell->key.size >= from.size &&
                                        !memcmp(cell->key.data, from.data, from.size);
            else if (to) going = compare(cell->key, *to) < 0;
            if (!going) break;
            if (what == COLLECT) collected[n] = (Cell){cell->key, value_of(cell), 0, 0};
            n++;
            if (what == COUNT || what == COLLECT) continue;
            print_bytes(cell->key);
            putchar(' ');
            print_bytes(value_of(cell));
            putchar('\n');
        }
        at = node.next;
    }
    if (what == COUNT) printf("%llu\n", (unsigned long long)n);
}

static void last(void) {
    uint32_t at = root;
    if (!at) {
        printf("(none)\n");
        return;
    }
    Node node = node_at(at);
    while (node.type == BRANCH) node = node_at(child_at(&node, node.n));
    print_bytes(node.cells[node.n - 1].key);
    putchar(' ');
    print_bytes(value_of(&node.cells[node.n - 1]));
    putchar('\n');
}

static void compact(void) {
    uint64_t n = keys;
    Bytes all = {get_memory(0), 0};
    collected = get_memory(sizeof(Cell) * (size_t)n);
    walk(COLLECT, all, NULL);
    reset();
    for (uint64_t i = 0; i < n; i++) set(collected[i].key, &collected[i].value);
}

/* ---- commands ---- */

static int hex(int c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

static Bytes decode(Bytes word) {
    Bytes b = {get_memory(word.size), 0};
    if (word.size == 1 && word.data[0] == '-') return b;
    for (size_t i = 0; i < word.size; i++) {
        int c = word.data[i];
        if (c < 33 || c > 126) fail("COMMAND", 1, "a byte must be written as %%XX");
        if (c == '%') {
            int high = i + 2 < word.size ? hex(word.data[i + 1]) : -1;
            int low = i + 2 < word.size ? hex(word.data[i + 2]) : -1;
            if (high < 0 || low < 0) fail("COMMAND", 1, "%% needs two digits");
            c = high * 16 + low, i += 2;
        }
        b.data[b.size++] = (unsigned char)c;
    }
    return b;
}

static long number(Bytes word) {
    long n = 0;
    if (word.size < 1 || word.size > 5) fail("COMMAND", 1, "a number has one to five digits");
    for (size_t i = 0; i < word.size; i++) {
        if (word.data[i] < '0' || word.data[i] > '9') fail("COMMAND", 1, "this is no number");
        n = n * 10 + word.data[i] - '0';
    }
    return n;
}

static void check_key(Bytes key) {
    if (!key.size || key.size > longest_key())
        fail("KEY", 1, "a key has 1 to %u bytes, not %zu", longest_key(), key.size);
}

static void check_pair(Bytes key, Bytes value) {
    check_key(key);
    if (value.size > LONGEST_VALUE) fail("VALUE", 1, "a value has at most %d bytes", LONGEST_VALUE);
}

static Bytes numbered(Bytes prefix, long n) {
    char digits[24];
    int size = snprintf(digits, sizeof digits, "%ld", n);
    Bytes b = {get_memory(prefix.size + (size_t)size), prefix.size + (size_t)size};
    memcpy(b.data, prefix.data, prefix.size);
    memcpy(b.data + prefix.size, digits, (size_t)size);
    return b;
}

static void fill(Bytes prefix, long from, long to, Bytes value) {
    for (long i = from;; i += from <= to ? 1 : -1) {
        Bytes key = numbered(prefix, i), text = numbered(value, i);
        check_pair(key, text);
        set(key, &text);
        if (i == to) break;
    }
}

static void drop(Bytes prefix, long from, long to, long step) {
    Cell cell;
    if (step < 1) fail("COMMAND", 1, "a step is at least 1");
    for (long i = from; from <= to ? i <= to : i >= to; i += from <= to ? step : -step) {
        Bytes key = numbered(prefix, i);
        check_key(key);
        if (find(key, &cell)) set(key, NULL);
    }
}

typedef struct {
    const char *name, *shape; /* b: bytes, n: number; optional ones in upper case */
} Command;

static const Command COMMANDS[] = {
    {"create", "n"}, {"put", "bb"},    {"new", "bb"},   {"get", "b"},    {"del", "b"},
    {"scan", "BB"},  {"count", "BB"},  {"prefix", "b"}, {"last", ""},    {"fill", "bnnb"},
    {"drop", "bnnn"}, {"stat", ""},    {"dump", ""},    {"check", ""},   {"compact", ""},
};

static void run(const char *name, int n, Bytes *b, long *x) {
    Cell cell;
    if (!strcmp(name, "create")) {
        if (opened) fail("EXISTS", 1, "%s is there already", path);
        if (x[0] > 4096 || !good_size((uint32_t)x[0])) fail("COMMAND", 1, "%ld is no page size", x[0]);
        page_size = (uint32_t)x[0];
        reset();
        return;
    }
    if (!opened) fail("NOFILE", 1, "%s is not there", path);
    if (!strcmp(name, "put") || !strcmp(name, "new")) {
        check_pair(b[0], b[1]);
        if (*name == 'n' && find(b[0], &cell)) fail("EXISTS", 1, "the key is there already");
        set(b[0], &b[1]);
    } else if (!strcmp(name, "get")) {
        check_key(b[0]);
        if (find(b[0], &cell)) print_bytes(value_of(&cell)), putchar('\n');
        else printf("(none)\n");
    } else if (!strcmp(name, "del")) {
        check_key(b[0]);
        if (!find(b[0], &cell)) fail("MISSING", 1, "there is no such key");
        set(b[0], NULL);
    } else if (!strcmp(name, "scan") || !strcmp(name, "count")) {
        Bytes all = {get_memory(0), 0};
        walk(*name == 's' ? SCAN : COUNT, n > 0 ? b[0] : all, n > 1 ? &b[1] : NULL);
    } else if (!strcmp(name, "prefix")) walk(PREFIX, b[0], NULL);
    else if (!strcmp(name, "last")) last();
    else if (!strcmp(name, "fill")) fill(b[0], x[1], x[2], b[3]);
    else if (!strcmp(name, "drop")) drop(b[0], x[1], x[2], x[3]);
    else if (!strcmp(name, "stat")) stat();
    else if (!strcmp(name, "dump")) dump_all();
    else if (!strcmp(name, "check")) check();
    else compact();
}

static void do_line(unsigned char *line, size_t size) {
    Bytes words[8], b[8];
    long x[8];
    int n = 0;
    for (size_t i = 0; i < size;) {
        size_t start = i;
        while (i < size && line[i] != ' ') i++;
        if (i > start && n < 8) words[n++] = (Bytes){line + start, i - start};
        while (i < size && line[i] == ' ') i++;
    }
    if (!n || words[0].data[0] == '#') return;
    for (size_t k = 0; k < sizeof COMMANDS / sizeof *COMMANDS; k++) {
        const Command *c = &COMMANDS[k];
        if (strlen(c->name) != words[0].size || memcmp(c->name, words[0].data, words[0].size)) continue;
        int most = (int)strlen(c->shape), least = *c->shape == 'B' ? 0 : most;
        if (n - 1 < least || n - 1 > most) fail("COMMAND", 1, "%s has another number of words", c->name);
        for (int i = 0; i < n - 1; i++) {
            if (c->shape[i] == 'n') x[i] = number(words[i + 1]);
            else b[i] = decode(words[i + 1]);
        }
        run(c->name, n - 1, b, x);
        return;
    }
    fail("COMMAND", 1, "there is no command %.*s", (int)words[0].size, words[0].data);
}

int main(int argc, char **argv) {
    if (argc != 2) fail("USAGE", 2, "btree FILE, with commands on stdin");
    path = argv[1];
    size_t size = 0, room = 1 << 16, n;
    unsigned char *text = get_memory(room);
    while ((n = fread(text + size, 1, room - size, stdin)) > 0)
        if ((size += n) == room) text = realloc(text, room *= 2);
    load();
    for (size_t i = 0; i < size;) {
        size_t start = i;
        while (i < size && text[i] != '\n') i++;
        do_line(text + start, i - start);
        i++;
    }
    if (changed) save();
    return 0;
}
