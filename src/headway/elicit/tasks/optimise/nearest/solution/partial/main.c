/* nearest: for each query the K words of a list that are nearest to it by edit distance.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST 31

struct hit {
    int distance;
    char *word;
};

static int line_number = 0;

static void fail(const char *what)
{
    printf("error: line %d: %s\n", line_number, what);
    exit(1);
}

/* The next line without its end, or NULL at the end of the input. The caller frees it. */
static char *read_line(void)
{
    char *line = malloc(1);
    size_t length = 0;
    int c = fgetc(stdin);

    line[0] = '\0';
    line_number++;
    if (c == EOF) {
        free(line);
        return NULL;
    }
    while (c != EOF && c != '\n') {
        length = strlen(line);
        line = realloc(line, length + 2);
        line[length] = (char)c;
        line[length + 1] = '\0';
        c = fgetc(stdin);
    }
    return line;
}

static int is_word(const char *text)
{
    size_t i;

    if (strlen(text) < 1 || strlen(text) > LONGEST)
        return 0;
    for (i = 0; i < strlen(text); i++)
        if (text[i] < 'a' || text[i] > 'z')
            return 0;
    return 1;
}

static char *read_word(void)
{
    char *line = read_line();

    if (line == NULL)
        fail("a word is missing");
    if (!is_word(line))
        fail("not a word");
    return line;
}

static int least(int a, int b, int c)
{
    int best = a;

    if (b < best)
        best = b;
    if (c < best)
        best = c;
    return best;
}

/* How many letters must be put in, taken out or replaced to make b of a. */
static int distance(const char *a, const char *b)
{
    int n = (int)strlen(a), m = (int)strlen(b);
    int row[LONGEST + 1];
    int i, j;

    for (j = 0; j <= m; j++)
        row[j] = j;
    for (i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = i;
        for (j = 1; j <= m; j++) {
            int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

/* Nearer words first; among equally near ones, in alphabetical order. */
static int compare(const void *left, const void *right)
{
    const struct hit *a = left, *b = right;

    if (a->distance != b->distance)
        return a->distance - b->distance;
    return strcmp(a->word, b->word);
}

static void answer(char **words, int count, int wanted, const char *query)
{
    struct hit *hits = malloc((size_t)(wanted + 1) * sizeof *hits);
    int length = (int)strlen(query), have = 0, i, k;

    for (i = 0; i < count; i++) {
        struct hit hit = {0, words[i]};
        int gap = abs((int)strlen(words[i]) - length);
        if (have == wanted && gap > hits[have - 1].distance)
            continue;
        hit.distance = distance(query, words[i]);
        for (k = have; k > 0 && compare(&hit, &hits[k - 1]) < 0; k--)
            hits[k] = hits[k - 1];
        hits[k] = hit;
        if (have < wanted)
            have++;
    }
    printf("%s:", query);
    for (i = 0; i < have; i++)
        printf(" %s %d", hits[i].word, hits[i].distance);
    printf("\n");
    free(hits);
}

int main(void)
{
    char *header = read_line();
    char **words, *query;
    int count, queries, wanted, used = 0, i;

    if (header == NULL || sscanf(header, "%d %d %d%n", &count, &queries, &wanted, &used) != 3 ||
        header[used] != '\0' || count < 1 || count > 100000 || queries < 0 ||
        queries > 100000 || wanted < 1 || wanted > 100)
        fail("bad header");
    words = malloc((size_t)count * sizeof *words);
    for (i = 0; i < count; i++)
        words[i] = read_word();
    for (i = 0; i < queries; i++) {
        query = read_word();
        answer(words, count, wanted, query);
        free(query);
    }
    if (read_line() != NULL)
        fail("text after the last query");
    return 0;
}
