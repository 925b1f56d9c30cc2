/* phrases: where phrases stand in a text, and which words stand near a word.
 * Reads standard input, writes standard output; see BEHAVIOUR.md. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN 5
#define NEAR 4

/* A word of the text: where it stands, and its letters as they are written there. */
struct word {
    int line, column;
    char *letters;
};

struct list {
    struct word *words;
    int count;
};

struct count {
    char *word;
    int times;
};

static struct list text;

static int is_letter(int c)
{
    return isalnum(c) || c == '\'';
}

static char *piece(const char *from, int length)
{
    char *made = malloc((size_t)length + 1);
    int i;

    for (i = 0; i < length; i++)
        made[i] = from[i];
    made[length] = '\0';
    return made;
}

/* Adds the words of a line to a list. */
static void split(struct list *list, const char *line, int number)
{
    int i = 0, start;

    while (i < (int)strlen(line)) {
        if (!is_letter((unsigned char)line[i])) {
            i++;
            continue;
        }
        start = i;
        while (i < (int)strlen(line) && is_letter((unsigned char)line[i]))
            i++;
        list->words = realloc(list->words, (size_t)(list->count + 1) * sizeof *list->words);
        list->words[list->count].line = number;
        list->words[list->count].column = start + 1;
        list->words[list->count].letters = piece(line + start, i - start);
        list->count++;
    }
}

/* The word in small letters. */
static char *folded(const char *word)
{
    char *made = piece(word, (int)strlen(word));
    size_t i;

    for (i = 0; i < strlen(made); i++)
        made[i] = (char)tolower((unsigned char)made[i]);
    return made;
}

static int same(const char *a, const char *b)
{
    char *x = folded(a), *y = folded(b);
    int result = strcmp(x, y) == 0;

    free(x);
    free(y);
    return result;
}

static int stands_at(const struct list *phrase, int place)
{
    int i;

    for (i = 0; i < phrase->count; i++)
        if (place + i >= text.count || !same(phrase->words[i].letters, text.words[place + i].letters))
            return 0;
    return 1;
}

static void find(const struct list *phrase)
{
    int place, times = 0, shown = 0;

    for (place = 0; place < text.count; place++)
        if (stands_at(phrase, place))
            times++;
    printf("found %d", times);
    for (place = 0; place < text.count; place++)
        if (shown < SHOWN && stands_at(phrase, place)) {
            printf(" %d:%d", text.words[place].line, text.words[place].column);
            shown++;
        }
    printf("\n");
}

static int in_phrase(const struct list *phrase, const char *word)
{
    int i;

    for (i = 0; i < phrase->count; i++)
        if (same(phrase->words[i].letters, word))
            return 1;
    return 0;
}

/* The words that stand within NEAR words of each place of the phrase, most frequent first. */
static void near(const struct list *phrase)
{
    struct count *counts = malloc(sizeof *counts), swap;
    int used = 0, place, i, k;

    for (place = 0; place < text.count; place++) {
        if (!stands_at(phrase, place))
            continue;
        for (i = place - NEAR; i < place + phrase->count + NEAR; i++) {
            if (i < 0 || i >= text.count || (i >= place && i < place + phrase->count))
                continue;
            if (in_phrase(phrase, text.words[i].letters))
                continue;
            for (k = 0; k < used; k++)
                if (same(counts[k].word, text.words[i].letters))
                    break;
            if (k == used) {
                counts = realloc(counts, (size_t)(used + 1) * sizeof *counts);
                counts[used].word = folded(text.words[i].letters);
                counts[used++].times = 0;
            }
            counts[k].times++;
        }
    }
    for (i = 0; i < used; i++)
        for (k = 0; k + 1 < used; k++)
            if (counts[k].times < counts[k + 1].times ||
                (counts[k].times == counts[k + 1].times &&
                 strcmp(counts[k].word, counts[k + 1].word) > 0)) {
                swap = counts[k];
                counts[k] = counts[k + 1];
                counts[k + 1] = swap;
            }
    printf("near %d", used);
    for (i = 0; i < used && i < SHOWN; i++)
        printf(" %s:%d", counts[i].word, counts[i].times);
    printf("\n");
    for (i = 0; i < used; i++)
        free(counts[i].word);
    free(counts);
}

/* How many different words of the text begin with the letters, and the first ones by alphabet. */
static void begins(const char *letters)
{
    char **found = malloc(sizeof *found), *small = folded(letters), *word;
    int used = 0, i, k;

    for (i = 0; i < text.count; i++) {
        word = folded(text.words[i].letters);
        if (strncmp(word, small, strlen(small)) != 0) {
            free(word);
            continue;
        }
        for (k = 0; k < used && strcmp(found[k], word) < 0; k++)
            ;
        if (k < used && strcmp(found[k], word) == 0) {
            free(word);
            continue;
        }
        found = realloc(found, (size_t)(used + 1) * sizeof *found);
        memmove(found + k + 1, found + k, (size_t)(used - k) * sizeof *found);
        found[k] = word;
        used++;
    }
    printf("begin %d", used);
    for (i = 0; i < used && i < SHOWN; i++)
        printf(" %s", found[i]);
    printf("\n");
    for (i = 0; i < used; i++)
        free(found[i]);
    free(found);
    free(small);
}

static void answer(const char *line)
{
    struct list phrase = {NULL, 0};
    const char *rest = strchr(line, ' ');

    if (rest != NULL)
        split(&phrase, rest, 0);
    if (rest == NULL || phrase.count == 0)
        printf("error: no words\n");
    else if (strncmp(line, "find ", 5) == 0)
        find(&phrase);
    else if (strncmp(line, "near ", 5) == 0)
        near(&phrase);
    else if (strncmp(line, "begin ", 6) == 0 && phrase.count == 1)
        begins(phrase.words[0].letters);
    else
        printf("error: bad question\n");
    while (phrase.count > 0)
        free(phrase.words[--phrase.count].letters);
    free(phrase.words);
}

static char *read_line(void)
{
    char *line = malloc(1);
    size_t length = 0;
    int c = fgetc(stdin);

    if (c == EOF) {
        free(line);
        return NULL;
    }
    for (; c != EOF && c != '\n'; c = fgetc(stdin)) {
        line = realloc(line, length + 2);
        line[length++] = (char)c;
    }
    line[length] = '\0';
    return line;
}

int main(void)
{
    char *line;
    int number = 0, i;

    while ((line = read_line()) != NULL && strcmp(line, "----") != 0) {
        split(&text, line, ++number);
        free(line);
    }
    if (line == NULL) {
        printf("error: no questions\n");
        return 1;
    }
    free(line);
    while ((line = read_line()) != NULL) {
        answer(line);
        free(line);
    }
    for (i = 0; i < text.count; i++)
        free(text.words[i].letters);
    free(text.words);
    return 0;
}
