/* Runs one program on every load: once in valgrind, which counts its instructions, and three times
 * by itself. What it prints is taken through a pipe; nothing that it could leave behind outlives it.
 *
 *     runner PROGRAM LOADS OUT SCRATCH SECONDS
 *
 * LOADS is a folder of inputs. SCRATCH is an empty folder, the only one that can be written to while
 * the program runs; it is emptied after each run. OUT, which is made writable at the end, gets NAME.counted and NAME.native (what was
 * printed, of the first run by itself) and `runs`, one line a load:
 *     NAME counted|failed EXIT EXIT INSTRUCTIONS MICROSECONDS WHAT
 * The program is confined by seccomp: it can read its standard input, write its standard output, get
 * memory and exit. In valgrind the filter has to allow what valgrind itself does.
 * headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TOOL "/usr/libexec/valgrind/cachegrind-amd64-linux"
#define LOG_FD 9
#define MOST_OUTPUT (16u << 20)
#define MOST_MEMORY (1024ull << 20)
#define TIMES 3

struct bytes {
    char *data;
    size_t used, room;
};

static char scratch[256], profile[300], profile_option[340], scratch_env[300];

struct ran {
    int exit_code; /* -1: ended by a signal or by us */
    int64_t microseconds;
    struct bytes out, log;
    const char *wrong;
};

static void die(const char *what)
{
    fprintf(stderr, "runner: %s: %s\n", what, strerror(errno));
    exit(3);
}

#define ALLOW BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM)
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(field))
#define NUMBER offsetof(struct seccomp_data, nr)
#define LOW(n) (offsetof(struct seccomp_data, args[n]))
#define HIGH(n) (offsetof(struct seccomp_data, args[n]) + 4)
#define MAY(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), ALLOW
#define IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), yes, no)
#define HAS(bits, yes, no) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), yes, no)

/* The one execve that is allowed is ours: its path lies at an address that nobody can guess. */
static void confine(const char *path, int counted)
{
    uint64_t place = (uint64_t)(uintptr_t)path;
    struct sock_filter always[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        IS(AUDIT_ARCH_X86_64, 1, 0), REFUSE,
        LOAD(NUMBER),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), REFUSE,
        IS(__NR_execve, 0, 6), LOAD(LOW(0)), IS((uint32_t)place, 0, 3), LOAD(HIGH(0)),
        IS((uint32_t)(place >> 32), 0, 1), ALLOW, REFUSE,
        MAY(read), MAY(write), MAY(readv), MAY(writev), MAY(lseek), MAY(close), MAY(fstat),
        MAY(newfstatat), MAY(brk), MAY(munmap), MAY(mremap), MAY(madvise), MAY(exit),
        MAY(exit_group), MAY(arch_prctl), MAY(set_tid_address), MAY(set_robust_list), MAY(rseq),
        MAY(prlimit64), MAY(getrlimit), MAY(readlink), MAY(readlinkat), MAY(getrandom), MAY(futex),
        MAY(rt_sigprocmask), MAY(rt_sigaction), MAY(rt_sigreturn), MAY(sigaltstack), MAY(getpid),
        MAY(gettid), MAY(clock_gettime), MAY(uname),
    };
    struct sock_filter alone[] = {
        /* No memory that can be run: mmap and mprotect without PROT_EXEC. */
        IS(__NR_mmap, 1, 0), IS(__NR_mprotect, 0, 3),
        LOAD(LOW(2)), HAS(PROT_EXEC, 1, 0), ALLOW, REFUSE,
    };
    struct sock_filter in_valgrind[] = {
        MAY(mmap), MAY(mprotect), MAY(pread64), MAY(stat), MAY(lstat), MAY(statx), MAY(access),
        MAY(fcntl), MAY(pipe), MAY(pipe2), MAY(unlink), MAY(getxattr), MAY(getppid), MAY(getuid),
        MAY(geteuid), MAY(getgid), MAY(getegid), MAY(getcwd), MAY(tgkill), MAY(tkill), MAY(getdents),
        MAY(getdents64), MAY(dup), MAY(dup2), MAY(setrlimit),
        /* Files: to read; new ones of valgrind's own; the profile. */
        IS(__NR_open, 0, 7), LOAD(LOW(1)), HAS(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, 0), ALLOW,
        HAS(O_EXCL, 2, 0), IS(O_CREAT | O_TRUNC | O_WRONLY, 1, 0), REFUSE, ALLOW,
        IS(__NR_openat, 0, 4), LOAD(LOW(2)), HAS(O_WRONLY | O_RDWR | O_CREAT | O_TRUNC, 1, 0), ALLOW, REFUSE,
    };
    struct sock_filter last[] = {REFUSE}, whole[256];
    size_t used = 0;
#define ADD(part) \
    do { \
        memcpy(whole + used, part, sizeof part); \
        used += sizeof part / sizeof *part; \
    } while (0)
    ADD(always);
    if (counted)
        ADD(in_valgrind);
    else
        ADD(alone);
    ADD(last);
    struct sock_fprog program = {(unsigned short)used, whole};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        _exit(126);
}

static void limit(int resource, rlim_t value)
{
    struct rlimit both = {value, value};
    if (setrlimit(resource, &both))
        _exit(126);
}

/* A copy of a path at an address drawn anew. */
static const char *hidden(const char *path)
{
    uint64_t drawn;
    if (getrandom(&drawn, sizeof drawn, 0) != sizeof drawn)
        _exit(126);
    void *hint = (void *)(uintptr_t)(0x100000000000ull + ((drawn & 0x3fffffffull) << 14));
    char *page = mmap(hint, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        _exit(126);
    char *at = page + (drawn >> 40) % 2048;
    strcpy(at, path);
    return at;
}

static void become(const char *program, const char *load, int out, int log, int counted, int seconds)
{
    int in = open(load, O_RDONLY), nowhere = open("/dev/null", O_WRONLY);
    if (in < 0 || nowhere < 0 || chdir("/") || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(nowhere, 2) < 0)
        _exit(126);
    if (counted && dup2(log, LOG_FD) < 0)
        _exit(126);
    for (int fd = 3; fd < 64; fd++)
        if (!counted || fd != LOG_FD)
            close(fd);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, (rlim_t)seconds + 1);
    limit(RLIMIT_FSIZE, counted ? 8 << 20 : 0);
    limit(RLIMIT_STACK, 64 << 20);
    if (!counted)
        limit(RLIMIT_AS, MOST_MEMORY);
    char *alone[] = {(char *)program, NULL}, *no_env[] = {NULL};
    char *words[] = {"valgrind", "--tool=cachegrind", "--cache-sim=no", "--branch-sim=no",
                     "--vgdb=no", "--trace-children=no", "--log-fd=9",
                     profile_option, "--main-stacksize=67108864",
                     (char *)program, NULL};
    char *env[] = {"VALGRIND_LAUNCHER=/usr/bin/valgrind", "VALGRIND_LIB=/usr/libexec/valgrind",
                   scratch_env, NULL};
    const char *path = hidden(counted ? TOOL : program);
    confine(path, counted);
    syscall(SYS_execve, path, counted ? words : alone, counted ? env : no_env);
    _exit(126);
}

static int take(int fd, struct bytes *into, size_t most)
{
    if (into->room < into->used + 65536)
        into->data = realloc(into->data, into->room = into->room * 2 + 131072);
    ssize_t n = read(fd, into->data + into->used, 65536);
    if (n > 0)
        into->used += (size_t)n;
    return n > 0 && into->used <= most;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads both pipes to their ends, or to the limit of time or size. */
static const char *watch(int out, int log, struct ran *ran, double until)
{
    struct pollfd ends[2] = {{out, POLLIN, 0}, {log, POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        double left = until - now();
        if (left <= 0)
            return "time is up";
        if (poll(ends, 2, (int)(left * 1000) + 1) < 0 && errno != EINTR)
            die("poll");
        for (int i = 0; i < 2; i++) {
            struct bytes *into = i ? &ran->log : &ran->out;
            if (ends[i].fd < 0 || !(ends[i].revents & (POLLIN | POLLHUP | POLLERR)))
                continue;
            if (!take(ends[i].fd, into, i ? 1 << 20 : MOST_OUTPUT)) {
                if (into->used > (i ? 1u << 20 : MOST_OUTPUT))
                    return "too much output";
                ends[i].fd = -1;
            }
        }
    }
    return NULL;
}

static struct ran run(const char *program, const char *load, int counted, int seconds)
{
    struct ran ran = {0};
    int out[2], log[2], status;
    struct rusage usage;
    if (pipe(out) || pipe(log))
        die("pipe");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0)
        become(program, load, out[1], log[1], counted, seconds);
    close(out[1]);
    close(log[1]);
    ran.wrong = watch(out[0], log[0], &ran, now() + seconds);
    if (ran.wrong)
        kill(child, SIGKILL);
    close(out[0]);
    close(log[0]);
    if (wait4(child, &status, 0, &usage) != child)
        die("wait4");
    ran.exit_code = WIFEXITED(status) && !ran.wrong ? WEXITSTATUS(status) : -1;
    if (!ran.wrong && WIFSIGNALED(status))
        ran.wrong = WTERMSIG(status) == SIGXCPU ? "time is up" : "ended by a signal";
    ran.microseconds = (int64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
                       usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return ran;
}

/* The number behind the only "I refs:" of valgrind's log, or -1. */
static int64_t counted_in(struct bytes *log)
{
    int64_t value = -1;
    take(-1, log, 0);
    log->data[log->used] = '\0';
    for (char *at = log->data; (at = strstr(at, "refs:")) != NULL; at += 5) {
        if (value >= 0)
            return -1;
        value = 0;
        for (char *p = at + 5 + strspn(at + 5, " "); *p != '\n' && *p != '\0'; p++)
            if (*p >= '0' && *p <= '9')
                value = value * 10 + (*p - '0');
            else if (*p != ',')
                return -1;
    }
    return value;
}

/* Instructions of the profile, summed over its lines; -1 where that is not what it says itself. */
static int64_t profiled(void)
{
    FILE *file = fopen(profile, "r");
    char *line = NULL, *rest;
    size_t room = 0;
    int64_t sum = 0, summary = -1;
    int counts = 0;
    while (file && getline(&line, &room, file) >= 0) {
        if (strncmp(line, "fn=", 3) == 0) {
            counts = 1;
        } else if (strncmp(line, "summary:", 8) == 0) {
            summary = strtoll(line + 8, NULL, 10);
        } else if (counts && line[0] >= '0' && line[0] <= '9') {
            strtoll(line, &rest, 10);
            sum += strtoll(rest, NULL, 10);
        }
    }
    free(line);
    if (file)
        fclose(file);
    return sum == summary ? sum : -1;
}

/* Empties the scratch folder: nothing that a run left is there for the next. How many there were. */
static int sweep(int take_away)
{
    DIR *folder = opendir(scratch);
    struct dirent *entry;
    char path[600];
    int found = 0;
    if (!folder)
        die(scratch);
    while ((entry = readdir(folder)) != NULL) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        found++;
        snprintf(path, sizeof path, "%s/%s", scratch, entry->d_name);
        if (take_away && unlink(path) && rmdir(path))
            die(path);
    }
    closedir(folder);
    return found;
}

static void keep(const char *out, const char *name, const char *kind, const struct bytes *what)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.%s", out, name, kind);
    FILE *file = fopen(path, "w");
    if (!file || (what->used && fwrite(what->data, 1, what->used, file) != what->used) || fclose(file))
        die(path);
}

static int not_hidden(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

int main(int argc, char **argv)
{
    if (argc != 6) {
        fprintf(stderr, "usage: runner PROGRAM LOADS OUT SCRATCH SECONDS\n");
        return 2;
    }
    const char *program = argv[1], *loads = argv[2], *out = argv[3];
    int seconds = atoi(argv[5]), count;
    struct dirent **names;
    snprintf(scratch, sizeof scratch, "%s", argv[4]);
    snprintf(profile, sizeof profile, "%s/counts", scratch);
    snprintf(profile_option, sizeof profile_option, "--cachegrind-out-file=%s", profile);
    snprintf(scratch_env, sizeof scratch_env, "TMPDIR=%s", scratch);
    if (sweep(0)) {
        fprintf(stderr, "runner: %s is not empty\n", scratch);
        return 2;
    }
    prctl(PR_SET_DUMPABLE, 0); /* nobody of the same user looks into our memory */
    if ((count = scandir(loads, &names, not_hidden, alphasort)) < 0)
        die(loads);
    struct ran *counted = calloc((size_t)count, sizeof *counted);
    struct ran *native = calloc((size_t)count, sizeof *native);
    int64_t *instructions = calloc((size_t)count, sizeof *instructions);
    for (int i = 0; i < count; i++) {
        char load[1024];
        snprintf(load, sizeof load, "%s/%s", loads, names[i]->d_name);
        counted[i] = run(program, load, 1, seconds);
        instructions[i] = counted_in(&counted[i].log);
        if (!counted[i].wrong && (instructions[i] < 0 || profiled() != instructions[i]))
            counted[i].wrong = "the counts are not whole";
        sweep(1);
        for (int k = 0; k < TIMES && !counted[i].wrong; k++) {
            struct ran again = run(program, load, 0, seconds);
            if (k == 0)
                native[i] = again;
            else if (again.microseconds < native[i].microseconds)
                native[i].microseconds = again.microseconds;
            sweep(1);
        }
    }
    char path[1024];
    chmod(out, 0700);
    snprintf(path, sizeof path, "%s/runs", out);
    FILE *runs = fopen(path, "w");
    if (!runs)
        die(path);
    for (int i = 0; i < count; i++) {
        const char *wrong = counted[i].wrong ? counted[i].wrong : native[i].wrong;
        keep(out, names[i]->d_name, "counted", &counted[i].out);
        keep(out, names[i]->d_name, "native", &native[i].out);
        fprintf(runs, "%s %s %d %d %lld %lld %s\n", names[i]->d_name, wrong ? "failed" : "counted",
                counted[i].exit_code, native[i].exit_code, (long long)instructions[i],
                (long long)native[i].microseconds, wrong ? wrong : "-");
    }
    return fclose(runs) ? 3 : 0;
}
