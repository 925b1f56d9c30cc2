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
    int **table = malloc((size_t)(n + 1) * sizeof *table);
    int i, j, result;

    for (i = 0; i <= n; i++)
        table[i] = malloc((size_t)(m + 1) * sizeof **table);
    for (i = 0; i <= n; i++)
        table[i][0] = i;
    for (j = 0; j <= m; j++)
        table[0][j] = j;
    for (i = 1; i <= n; i++)
        for (j = 1; j <= m; j++) {
            int cost = a[i - 1] == b[j - 1] ? 0 : 1;
            table[i][j] = least(table[i - 1][j] + 1, table[i][j - 1] + 1,
                                table[i - 1][j - 1] + cost);
        }
    result = table[n][m];
    for (i = 0; i <= n; i++)
        free(table[i]);
    free(table);
    return result;
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
    struct hit *hits = malloc((size_t)count * sizeof *hits);
    int i;

    for (i = 0; i < count; i++) {
        hits[i].distance = distance(query, words[i]);
        hits[i].word = malloc(strlen(words[i]) + 1);
        strcpy(hits[i].word, words[i]);
    }
    qsort(hits, (size_t)count, sizeof *hits, compare);
    printf("%s:", query);
    for (i = 0; i < count && i < wanted; i++)
        printf(" %s %d", hits[i].word, hits[i].distance);
    printf("\n");
    for (i = 0; i < count; i++)
        free(hits[i].word);
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
