/* bignum, fast: limbs of nine decimal digits, so that reading and printing cost nothing; products by
 * columns; division as in Knuth, volume 2, 4.3.1, algorithm D; powers by squaring. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BASE 1000000000u

typedef struct {
    uint32_t *limb; /* lowest first; no zero on top */
    int n;
} num;

/* Memory of one line: taken from one block, given back all at once. */
static char *arena;
static size_t arena_used, arena_size;
static struct old {
    struct old *next;
} *olds;

static uint32_t *limbs(int n)
{
    size_t size = ((size_t)n * 4 + 23) & ~(size_t)7;
    if (arena_used + size > arena_size) {
        if (arena) {
            ((struct old *)arena)->next = olds;
            olds = (struct old *)arena;
        }
        arena_size = arena_size * 2 + size + 65536;
        arena = malloc(arena_size);
        arena_used = sizeof(struct old);
    }
    void *p = arena + arena_used;
    arena_used += size;
    return p;
}

static void free_line(void)
{
    arena_used = sizeof(struct old);
    while (olds) {
        struct old *next = olds->next;
        free(olds);
        olds = next;
    }
}

static char *out;
static size_t out_used, out_size;

static void need(size_t more)
{
    if (out_used + more > out_size)
        out = realloc(out, out_size = (out_used + more) * 2);
}

static num trim(num a)
{
    while (a.n > 0 && a.limb[a.n - 1] == 0)
        a.n--;
    return a;
}

static int compare(num a, num b)
{
    if (a.n != b.n)
        return a.n < b.n ? -1 : 1;
    for (int i = a.n - 1; i >= 0; i--)
        if (a.limb[i] != b.limb[i])
            return a.limb[i] < b.limb[i] ? -1 : 1;
    return 0;
}

static num add(num a, num b)
{
    if (a.n < b.n) {
        num t = a;
        a = b;
        b = t;
    }
    num r = {limbs(a.n + 1), a.n + 1};
    uint32_t carry = 0;
    int i = 0;
    for (; i < b.n; i++) {
        uint32_t v = a.limb[i] + b.limb[i] + carry;
        carry = v >= BASE;
        r.limb[i] = carry ? v - BASE : v;
    }
    for (; i < a.n && carry; i++) {
        uint32_t v = a.limb[i] + 1;
        carry = v == BASE;
        r.limb[i] = carry ? 0 : v;
    }
    memcpy(r.limb + i, a.limb + i, (size_t)(a.n - i) * 4);
    r.limb[a.n] = carry;
    return trim(r);
}

static num subtract(num a, num b)
{
    num r = {limbs(a.n), a.n};
    uint32_t borrow = 0;
    int i = 0;
    for (; i < b.n; i++) {
        uint32_t v = a.limb[i] - b.limb[i] - borrow;
        borrow = v >> 31;
        r.limb[i] = borrow ? v + BASE : v;
    }
    for (; i < a.n && borrow; i++) {
        borrow = a.limb[i] == 0;
        r.limb[i] = borrow ? BASE - 1 : a.limb[i] - 1;
    }
    memcpy(r.limb + i, a.limb + i, (size_t)(a.n - i) * 4);
    return trim(r);
}

static num multiply(num a, num b)
{
    if (a.n == 0 || b.n == 0)
        return (num){limbs(0), 0};
    if (a.n < b.n) {
        num t = a;
        a = b;
        b = t;
    }
    num r = {limbs(a.n + b.n), a.n + b.n};
    uint64_t carry = 0;
    for (int k = 0; k < a.n + b.n - 1; k++) {
        int from = k < a.n ? 0 : k - a.n + 1, to = k < b.n ? k : b.n - 1;
        uint64_t low = carry % BASE, high = carry / BASE;
        const uint32_t *x = a.limb + k - from, *y = b.limb + from, *last = b.limb + to;
        /* Sixteen products of less than 10^18 and a rest fit 64 bits. */
        while (last - y >= 15) {
            for (int i = 0; i < 16; i++)
                low += (uint64_t)x[-i] * y[i];
            x -= 16;
            y += 16;
            high += low / BASE;
            low %= BASE;
        }
        while (y <= last)
            low += (uint64_t)*x-- * *y++;
        high += low / BASE;
        r.limb[k] = (uint32_t)(low % BASE);
        carry = high;
    }
    r.limb[a.n + b.n - 1] = (uint32_t)carry;
    return trim(r);
}

/* Times a small number, in place; the top must have room. */
static void times(num *a, uint32_t by)
{
    uint64_t carry = 0;
    for (int i = 0; i < a->n; i++) {
        carry += (uint64_t)a->limb[i] * by;
        a->limb[i] = (uint32_t)(carry % BASE);
        carry /= BASE;
    }
    if (carry)
        a->limb[a->n++] = (uint32_t)carry;
}

static num divide(num a, num b, num *rest)
{
    if (compare(a, b) < 0) {
        *rest = a;
        return (num){limbs(0), 0};
    }
    num q = {limbs(a.n), a.n - b.n + 1};
    if (b.n == 1) {
        uint64_t left = 0;
        q.n = a.n;
        for (int i = a.n - 1; i >= 0; i--) {
            left = left * BASE + a.limb[i];
            q.limb[i] = (uint32_t)(left / b.limb[0]);
            left %= b.limb[0];
        }
        *rest = (num){limbs(1), 1};
        rest->limb[0] = (uint32_t)left;
        *rest = trim(*rest);
        return trim(q);
    }
    uint32_t scale = BASE / (b.limb[b.n - 1] + 1);
    num u = {limbs(a.n + 1), a.n}, v = {limbs(b.n + 1), b.n};
    memcpy(u.limb, a.limb, (size_t)a.n * 4);
    memcpy(v.limb, b.limb, (size_t)b.n * 4);
    u.limb[a.n] = 0;
    times(&u, scale);
    times(&v, scale);
    const int n = b.n;
    const uint64_t v1 = v.limb[n - 1], v2 = v.limb[n - 2];
    for (int j = a.n - n; j >= 0; j--) {
        uint32_t *w = u.limb + j;
        uint64_t top = (uint64_t)w[n] * BASE + w[n - 1];
        uint64_t guess = top / v1, left = top % v1;
        while (guess >= BASE || guess * v2 > left * BASE + w[n - 2]) {
            guess--;
            left += v1;
            if (left >= BASE)
                break;
        }
        if (guess) {
            uint64_t carry = 0;
            uint32_t borrow = 0;
            for (int i = 0; i < n; i++) {
                carry += guess * v.limb[i];
                uint32_t d = w[i] - (uint32_t)(carry % BASE) - borrow;
                carry /= BASE;
                borrow = d >> 31;
                w[i] = borrow ? d + BASE : d;
            }
            int64_t last = (int64_t)w[n] - (int64_t)carry - borrow;
            w[n] = (uint32_t)last;
            if (last < 0) {
                guess--;
                uint32_t c = 0;
                for (int i = 0; i < n; i++) {
                    uint32_t s = w[i] + v.limb[i] + c;
                    c = s >= BASE;
                    w[i] = c ? s - BASE : s;
                }
                w[n] = 0;
            }
        }
        q.limb[j] = (uint32_t)guess;
    }
    u.n = n;
    uint64_t left = 0;
    for (int i = n - 1; i >= 0; i--) {
        left = left * BASE + u.limb[i];
        u.limb[i] = (uint32_t)(left / scale);
        left %= scale;
    }
    *rest = trim(u);
    return trim(q);
}

static num power(num base, uint32_t exponent)
{
    num r = {limbs(1), 1};
    r.limb[0] = 1;
    for (int bit = 12; bit >= 0; bit--) {
        if (r.n != 1 || r.limb[0] != 1)
            r = multiply(r, r);
        if (exponent >> bit & 1)
            r = multiply(r, base);
    }
    return r;
}

static num factorial(uint32_t n)
{
    num r = {limbs((int)n / 2 + 4), 1};
    r.limb[0] = 1;
    for (uint32_t i = 2; i <= n;) {
        uint32_t by = i++;
        while (i <= n && (uint64_t)by * i < BASE)
            by *= i++;
        times(&r, by);
    }
    return r;
}

static num gcd(num x, num y)
{
    while (y.n > 2) {
        num rest;
        divide(x, y, &rest);
        x = y;
        y = rest;
    }
    if (y.n == 0)
        return x;
    if (x.n > 2) {
        num rest;
        divide(x, y, &rest);
        x = y;
        y = rest;
    }
    uint64_t a = 0, b = 0;
    for (int i = x.n - 1; i >= 0; i--)
        a = a * BASE + x.limb[i];
    for (int i = y.n - 1; i >= 0; i--)
        b = b * BASE + y.limb[i];
    while (b) {
        uint64_t t = a % b;
        a = b;
        b = t;
    }
    num r = {limbs(3), 2};
    r.limb[0] = (uint32_t)(a % BASE);
    r.limb[1] = (uint32_t)(a / BASE);
    return trim(r);
}

static int parse(const char *text, int length, num *a)
{
    for (int i = 0; i < length; i++)
        if ((unsigned char)(text[i] - '0') > 9)
            return 0;
    a->n = (length + 8) / 9;
    a->limb = limbs(a->n);
    for (int i = 0, end = length; i < a->n; i++, end -= 9) {
        uint32_t v = 0;
        for (int k = end > 9 ? end - 9 : 0; k < end; k++)
            v = v * 10 + (uint32_t)(text[k] - '0');
        a->limb[i] = v;
    }
    *a = trim(*a);
    return 1;
}

static char two[200];

static void print(num a)
{
    need((size_t)a.n * 9 + 16);
    char *o = out + out_used;
    if (a.n == 0)
        *o++ = '0';
    for (int i = a.n - 1; i >= 0; i--) {
        uint32_t v = a.limb[i], high = v / 10000, low = v % 10000, first = high / 10000;
        high %= 10000;
        o[0] = (char)('0' + first);
        memcpy(o + 1, two + high / 100 * 2, 2);
        memcpy(o + 3, two + high % 100 * 2, 2);
        memcpy(o + 5, two + low / 100 * 2, 2);
        memcpy(o + 7, two + low % 100 * 2, 2);
        int skip = 0;
        if (i == a.n - 1) {
            while (o[skip] == '0')
                skip++;
            memmove(o, o + skip, (size_t)(9 - skip));
        }
        o += 9 - skip;
    }
    out_used = (size_t)(o - out);
}

static int is(const char *word, int length, const char *name)
{
    return (int)strlen(name) == length && memcmp(word, name, (size_t)length) == 0;
}

static const char *calculate(char *p, char *end)
{
    char *word[4];
    int length[4], words = 0;
    while (p < end) {
        if (*p == ' ') {
            p++;
            continue;
        }
        if (words == 3)
            return "bad line";
        char *from = p;
        while (p < end && *p != ' ')
            p++;
        word[words] = from;
        length[words++] = (int)(p - from);
    }
    if (words < 2)
        return "bad line";
    num a, b, r, rest;
    if (!parse(word[1], length[1], &a) || (words == 3 && !parse(word[2], length[2], &b)))
        return "not a number";
    const char *name = word[0];
    int n = length[0];
    if (words == 2) {
        if (!is(name, n, "fact"))
            return "unknown operation";
        if (a.n > 1 || (a.n == 1 && a.limb[0] > 5000))
            return "too large";
        r = factorial(a.n ? a.limb[0] : 0);
    } else if (is(name, n, "add")) {
        r = add(a, b);
    } else if (is(name, n, "sub")) {
        if (compare(a, b) < 0)
            return "below zero";
        r = subtract(a, b);
    } else if (is(name, n, "mul")) {
        r = multiply(a, b);
    } else if (is(name, n, "gcd")) {
        r = gcd(a, b);
    } else if (is(name, n, "pow")) {
        if (b.n > 1 || (b.n == 1 && b.limb[0] > 5000))
            return "too large";
        r = power(a, b.n ? b.limb[0] : 0);
    } else if (is(name, n, "div")) {
        if (b.n == 0)
            return "division by zero";
        r = divide(a, b, &rest);
        print(r);
        out[out_used++] = ' ';
        r = rest;
    } else {
        return "unknown operation";
    }
    print(r);
    need(1);
    out[out_used++] = '\n';
    return NULL;
}

int main(void)
{
    size_t size = 1 << 16, used = 0;
    char *text = malloc(size + 1);
    for (;;) {
        ssize_t n = read(0, text + used, size - used);
        if (n <= 0)
            break;
        used += (size_t)n;
        if (used == size)
            text = realloc(text, (size *= 2) + 1);
    }
    for (int i = 0; i < 100; i++) {
        two[2 * i] = (char)('0' + i / 10);
        two[2 * i + 1] = (char)('0' + i % 10);
    }
    out = malloc(out_size = 1 << 14);
    for (char *p = text, *end = text + used; p < end;) {
        char *stop = memchr(p, '\n', (size_t)(end - p));
        if (!stop)
            stop = end;
        const char *wrong = calculate(p, stop);
        if (wrong) {
            need(64);
            memcpy(out + out_used, "error: ", 7);
            out_used += 7;
            memcpy(out + out_used, wrong, strlen(wrong));
            out_used += strlen(wrong);
            out[out_used++] = '\n';
        }
        free_line();
        p = stop + 1;
    }
    for (size_t done = 0; done < out_used;) {
        ssize_t n = write(1, out + done, out_used - done);
        if (n <= 0)
            return 1;
        done += (size_t)n;
    }
    return 0;
}
