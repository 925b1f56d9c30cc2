#include <stddef.h>

/* Writes a text with its runs shortened: each run of equal letters is the letter and, if there are two
 * or more, their number: "aaab" is "a3b". A digit or a backslash of the text gets a backslash before it.
 * Gives the length of what was written, or -1 where that and the zero at its end need more than room. */
int rle(const char *in, char *out, size_t room);
