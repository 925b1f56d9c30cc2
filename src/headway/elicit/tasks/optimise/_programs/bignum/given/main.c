/* bignum: a calculator for whole numbers of any length, one sum a line.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number: its decimal digits, the lowest first; zero has none. */
struct number {
    signed char *digits;
    int count;
};

static struct number make(void)
{
    struct number made = {malloc(1), 0};
    return made;
}

static struct number copy(const struct number *of)
{
    struct number made;

    made.count = of->count;
    made.digits = malloc((size_t)of->count + 1);
    memcpy(made.digits, of->digits, (size_t)of->count);
    return made;
}

static void drop(struct number *number)
{
    free(number->digits);
}

static int digit(const struct number *number, int place)
{
    return place < number->count ? number->digits[place] : 0;
}

/* Puts one more digit above the others. */
static void put(struct number *number, int value)
{
    number->digits = realloc(number->digits, (size_t)number->count + 1);
    number->digits[number->count++] = (signed char)value;
}

static void trim(struct number *number)
{
    while (number->count > 0 && number->digits[number->count - 1] == 0)
        number->count--;
}

static int compare(const struct number *a, const struct number *b)
{
    int i;

    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (i = a->count - 1; i >= 0; i--)
        if (a->digits[i] != b->digits[i])
            return a->digits[i] < b->digits[i] ? -1 : 1;
    return 0;
}

static struct number add(const struct number *a, const struct number *b)
{
    struct number sum = make();
    int i, carry = 0;

    for (i = 0; i < a->count || i < b->count || carry != 0; i++) {
        int value = digit(a, i) + digit(b, i) + carry;
        put(&sum, value % 10);
        carry = value / 10;
    }
    return sum;
}

/* a - b, where a is not smaller. */
static struct number subtract(const struct number *a, const struct number *b)
{
    struct number rest = make();
    int i, borrow = 0;

    for (i = 0; i < a->count; i++) {
        int value = digit(a, i) - digit(b, i) - borrow;
        borrow = value < 0;
        put(&rest, value < 0 ? value + 10 : value);
    }
    trim(&rest);
    return rest;
}

/* number * 10^places. */
static struct number shift(const struct number *number, int places)
{
    struct number made = make();
    int i;

    for (i = 0; i < places; i++)
        put(&made, 0);
    for (i = 0; i < number->count; i++)
        put(&made, number->digits[i]);
    trim(&made);
    return made;
}

static struct number times_digit(const struct number *number, int by)
{
    struct number made = make();
    int i, carry = 0;

    for (i = 0; i < number->count || carry != 0; i++) {
        int value = digit(number, i) * by + carry;
        put(&made, value % 10);
        carry = value / 10;
    }
    trim(&made);
    return made;
}

/* Row by row, as on paper. */
static struct number multiply(const struct number *a, const struct number *b)
{
    struct number product = make(), row, shifted, sum;
    int i;

    for (i = 0; i < b->count; i++) {
        row = times_digit(a, b->digits[i]);
        shifted = shift(&row, i);
        sum = add(&product, &shifted);
        drop(&product);
        drop(&row);
        drop(&shifted);
        product = sum;
    }
    return product;
}

/* Quotient and rest, digit by digit, by taking b away as often as it goes. */
static struct number divide(const struct number *a, const struct number *b, struct number *rest)
{
    struct number quotient = make(), left = make(), next;
    int i, often;

    for (i = a->count - 1; i >= 0; i--) {
        next = shift(&left, 1);
        drop(&left);
        if (a->digits[i] != 0) {
            if (next.count == 0)
                put(&next, 0);
            next.digits[0] = a->digits[i];
        }
        left = next;
        often = 0;
        while (compare(&left, b) >= 0) {
            next = subtract(&left, b);
            drop(&left);
            left = next;
            often++;
        }
        next = shift(&quotient, 1);
        drop(&quotient);
        if (often != 0) {
            if (next.count == 0)
                put(&next, 0);
            next.digits[0] = (signed char)often;
        }
        quotient = next;
    }
    *rest = left;
    return quotient;
}

static struct number small(int value)
{
    struct number made = make();

    for (; value > 0; value /= 10)
        put(&made, value % 10);
    return made;
}

static struct number power(const struct number *base, int exponent)
{
    struct number result = small(1), next;
    int i;

    for (i = 0; i < exponent; i++) {
        next = multiply(&result, base);
        drop(&result);
        result = next;
    }
    return result;
}

static struct number factorial(int n)
{
    struct number result = small(1), factor, next;
    int i;

    for (i = 2; i <= n; i++) {
        factor = small(i);
        next = multiply(&result, &factor);
        drop(&factor);
        drop(&result);
        result = next;
    }
    return result;
}

static struct number greatest_divisor(const struct number *a, const struct number *b)
{
    struct number x = copy(a), y = copy(b), quotient, rest;

    while (y.count > 0) {
        quotient = divide(&x, &y, &rest);
        drop(&quotient);
        drop(&x);
        x = y;
        y = rest;
    }
    drop(&y);
    return x;
}

static int parse(const char *text, struct number *number)
{
    int i, length = (int)strlen(text);

    *number = make();
    for (i = length - 1; i >= 0; i--) {
        if (text[i] < '0' || text[i] > '9')
            return 0;
        put(number, text[i] - '0');
    }
    trim(number);
    return length > 0;
}

static void print(const struct number *number)
{
    int i;

    if (number->count == 0)
        printf("0");
    for (i = number->count - 1; i >= 0; i--)
        printf("%d", number->digits[i]);
}

/* A number that must be no more than most, or -1. */
static int value_of(const struct number *number, int most)
{
    int i, value = 0;

    for (i = number->count - 1; i >= 0; i--) {
        value = value * 10 + number->digits[i];
        if (value > most)
            return -1;
    }
    return value;
}

static const char *binary(const char *name, const struct number *a, const struct number *b)
{
    struct number result, rest;

    if (strcmp(name, "add") == 0) {
        result = add(a, b);
    } else if (strcmp(name, "sub") == 0) {
        if (compare(a, b) < 0)
            return "below zero";
        result = subtract(a, b);
    } else if (strcmp(name, "mul") == 0) {
        result = multiply(a, b);
    } else if (strcmp(name, "gcd") == 0) {
        result = greatest_divisor(a, b);
    } else if (strcmp(name, "pow") == 0) {
        if (value_of(b, 5000) < 0)
            return "too large";
        result = power(a, value_of(b, 5000));
    } else if (strcmp(name, "div") == 0) {
        if (b->count == 0)
            return "division by zero";
        result = divide(a, b, &rest);
        print(&result);
        printf(" ");
        print(&rest);
        printf("\n");
        drop(&rest);
        drop(&result);
        return NULL;
    } else {
        return "unknown operation";
    }
    print(&result);
    printf("\n");
    drop(&result);
    return NULL;
}

static const char *unary(const char *name, const struct number *a)
{
    struct number result;

    if (strcmp(name, "fact") != 0)
        return "unknown operation";
    if (value_of(a, 5000) < 0)
        return "too large";
    result = factorial(value_of(a, 5000));
    print(&result);
    printf("\n");
    drop(&result);
    return NULL;
}

static const char *calculate(char *line)
{
    char *name = strtok(line, " "), *first = strtok(NULL, " "), *second = strtok(NULL, " ");
    struct number a, b;
    const char *wrong;

    if (name == NULL || first == NULL || strtok(NULL, " ") != NULL)
        return "bad line";
    if (!parse(first, &a) || (second != NULL && !parse(second, &b)))
        return "not a number";
    if (second == NULL)
        return unary(name, &a);
    wrong = binary(name, &a, &b);
    drop(&a);
    drop(&b);
    return wrong;
}

int main(void)
{
    char *line = malloc(1);
    size_t length = 0;
    int c;

    while ((c = fgetc(stdin)) != EOF || length > 0) {
        if (c != '\n' && c != EOF) {
            line = realloc(line, length + 2);
            line[length++] = (char)c;
            continue;
        }
        line[length] = '\0';
        const char *wrong = calculate(line);
        if (wrong != NULL)
            printf("error: %s\n", wrong);
        length = 0;
    }
    return 0;
}
