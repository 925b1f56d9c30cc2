/* headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13 */
#include <string.h>

#include "rle.h"

static int same(const char *in, const char *wanted) {
    char out[64] = "";
    return rle(in, out, sizeof out) == (int)strlen(wanted) && !strcmp(out, wanted);
}

int main(void) {
    char out[8];
    char many[201];
    memset(many, 'q', 200);
    many[200] = 0;
    int good = same("mississippi", "mis2is2ip2i") && same(many, "q200") && same("\\\\x", "\\\\2x") && same("7", "\\7");
    good = good && rle("", out, 1) == 0 && rle("", out, 0) == -1 && rle("abcdefgh", out, 8) == -1;
    return !(good && rle("abcdefg", out, 8) == 7);
}
