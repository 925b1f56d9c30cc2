#include <stdio.h>
#include <string.h>

#include "rle.h"

static int failed;

static void expect(const char *in, const char *wanted) {
    char out[64];
    int length = rle(in, out, sizeof out);
    if (length != (int)strlen(wanted) || strcmp(out, wanted)) {
        printf("of \"%s\" it makes \"%s\", and should make \"%s\"\n", in, out, wanted);
        failed++;
    }
}

static void test_runs(void) {
    expect("", "");
    expect("abc", "abc");
    expect("aaab", "a3b");
}

static void test_long_runs(void) {
    expect("zzzzzzzzzzzz", "z12");
}

static void test_digits(void) {
    expect("a11", "a\\12");
}

static void test_room(void) {
    char out[4];
    if (rle("aaa", out, 2) != -1 || rle("aaa", out, 3) != 2) {
        printf("room is not heeded\n");
        failed++;
    }
}

int main(void) {
    test_runs();
    test_long_runs();
    test_digits();
    test_room();
    printf("%d failed\n", failed);
    return failed != 0;
}
