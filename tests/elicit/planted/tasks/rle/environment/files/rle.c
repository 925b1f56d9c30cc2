#include "rle.h"

int rle(const char *in, char *out, size_t room) {
    char *start = out;
    (void)room;
    while (*in) {
        int run = 1;
        while (in[run] == *in) run++;
        *out++ = *in;
        if (run > 1) *out++ = '0' + run;
        in += run;
    }
    *out = 0;
    return (int)(out - start);
}
