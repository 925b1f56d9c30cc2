/* Runs a program on every case, each in a folder of its own, and says what came of it.
   headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13

   drive CASES FOLDER LEAST PROGRAM [ARGUMENT ...]

   Reads the cases from one file (wire.py has its form), runs PROGRAM with the arguments of each case
   behind its own, and writes one result a case to stdout. LEAST is the memory in KB that a case may
   take in any case. What a program does in one case stays there: it has its own streams in memory,
   limits, and a filter that keeps it from running other programs and from signalling or limiting
   others; all that it started is killed before the next case, and what it wrote removed. */

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXITED, SIGNALLED, TIME, WAITS, MEMORY, OUTPUT, NOT_STARTED, LATE };

static const int64_t patience = 3000; /* milliseconds in which a program may wait and do nothing */

static const uint32_t most_output = 16u << 20, most_errors = 4096;
static const char *const ours[] = {"/work", "/tmp", "/home/agent", "/dev/shm"};

static unsigned char *at, *end; /* what is left of the cases */
static int alone;               /* whether all other processes here are the program's */

static void fail(const char *what) {
    fprintf(stderr, "drive: %s: %s\n", what, strerror(errno));
    exit(3);
}

/* ---- reading cases, writing results */

static uint32_t number(void) {
    uint32_t value;
    if (end - at < 4) { errno = EINVAL; fail("cases"); }
    memcpy(&value, at, 4);
    at += 4;
    return value;
}

static unsigned char *bytes(uint32_t *size) {
    *size = number();
    if ((uint32_t)(end - at) < *size) { errno = EINVAL; fail("cases"); }
    unsigned char *found = at;
    at += *size;
    return found;
}

static char *text(void) {
    uint32_t size;
    unsigned char *from = bytes(&size);
    char *copy = malloc(size + 1u);
    if (!copy) fail("memory");
    memcpy(copy, from, size);
    copy[size] = 0;
    return copy;
}

static void put(const void *data, size_t size) {
    if (size && fwrite(data, 1, size, stdout) != size) fail("stdout");
}

static void put_number(uint32_t value) { put(&value, 4); }

static void put_file(int file, uint32_t most) {
    struct stat seen;
    uint32_t size = 0;
    if (file >= 0 && fstat(file, &seen) == 0) size = seen.st_size > most ? most : (uint32_t)seen.st_size;
    put_number(size);
    char piece[65536];
    off_t from = 0;
    while (size) {
        ssize_t got = pread(file, piece, size < sizeof piece ? size : sizeof piece, from);
        if (got <= 0) { memset(piece, 0, sizeof piece); got = size < sizeof piece ? size : sizeof piece; }
        put(piece, (size_t)got);
        from += got;
        size -= (uint32_t)got;
    }
}

/* ---- the folder of a case */

static void parents(int folder, char *path) {
    for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdirat(folder, path, 0755) && errno != EEXIST) fail(path);
        *slash = '/';
    }
}

static void write_file(int folder, char *path, const unsigned char *data, uint32_t size) {
    parents(folder, path);
    int file = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0) fail(path);
    while (size) {
        ssize_t put_here = write(file, data, size);
        if (put_here <= 0) fail(path);
        data += put_here;
        size -= (uint32_t)put_here;
    }
    close(file);
}

/* Remove what lies in a folder. What lies deep is first brought up, so that no depth is too much. */
static void empty(int folder, int top, int depth) {
    static unsigned long moved;
    DIR *listed = fdopendir(folder);
    if (!listed) { close(folder); return; }
    int again = 1;
    while (again) {
        again = 0;
        rewinddir(listed);
        for (struct dirent *entry; (entry = readdir(listed));) {
            const char *name = entry->d_name;
            if (!strcmp(name, ".") || !strcmp(name, "..")) continue;
            if (unlinkat(folder, name, 0) == 0) continue;
            fchmodat(folder, name, 0700, 0);
            if (depth > 64) {
                char up[64];
                snprintf(up, sizeof up, "headway-%lu", moved++);
                if (renameat(folder, name, top, up) == 0) continue;
            }
            int below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            if (below >= 0) empty(below, top, depth + 1);
            if (unlinkat(folder, name, AT_REMOVEDIR) == 0 && depth == 0) again = 1;
        }
    }
    closedir(listed);
}

static void clear(const char *path) {
    chmod(path, 0700);
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    int top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder >= 0) empty(folder, top, 0);
    if (top >= 0) close(top);
}

/* ---- the program */

#if defined __x86_64__
#define MACHINE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define MACHINE AUDIT_ARCH_AARCH64
#endif

/* Above the limit of open files: once it is closed by its execution, no file can have this number. */
enum { PROGRAM = 2000, MOST_FILES = 1024 };

/* It may signal and limit itself and its own group, and no other process; and it may run the one
   program that is open as PROGRAM, which cannot be open any more once that runs. */
static void fence(void) {
#ifdef MACHINE
    uint32_t self = (uint32_t)getpid();
    static const uint32_t own[] = {SYS_kill, SYS_tgkill, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo, SYS_prlimit64};
    static const uint32_t never[] = {SYS_tkill, SYS_execve, SYS_ptrace, SYS_process_vm_writev, SYS_process_vm_readv, 424 /* pidfd_send_signal */};
    struct sock_filter lines[96];
    unsigned short n = 0;
#define ADD(...) lines[n++] = (struct sock_filter)__VA_ARGS__
#define LOAD(field) ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field)))
#define RETURN(value) ADD(BPF_STMT(BPF_RET | BPF_K, value))
    LOAD(arch);
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MACHINE, 1, 0));
    RETURN(SECCOMP_RET_ERRNO | ENOSYS);
    LOAD(nr);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, never[i], 0, 1));
        RETURN(SECCOMP_RET_ERRNO | EPERM);
    }
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own[i], 0, 6));
        LOAD(args[0]);
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, self, 2, 0));
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0));
        ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0u - self, 0, 1));
        RETURN(SECCOMP_RET_ALLOW);
        RETURN(SECCOMP_RET_ERRNO | EPERM);
    }
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execveat, 1, 0));
    RETURN(SECCOMP_RET_ALLOW);
    LOAD(args[0]);
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROGRAM, 1, 0));
    RETURN(SECCOMP_RET_ERRNO | EPERM);
    LOAD(args[4]);
    ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AT_EMPTY_PATH, 1, 0));
    RETURN(SECCOMP_RET_ERRNO | EPERM);
    RETURN(SECCOMP_RET_ALLOW);
    struct sock_fprog program = {n, lines};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) _exit(126);
#endif
}

static void limit(int what, rlim_t most) {
    struct rlimit value = {most, most};
    setrlimit(what, &value);
}

struct limits { uint32_t cpu, wall, memory; }; /* milliseconds, milliseconds, KB */

static _Noreturn void become(char **words, int folder, const int *streams, struct limits most, int told) {
    static char *const variables[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "LANG=C.UTF-8", "HOME=/tmp", "TMPDIR=/tmp", NULL};
    setsid();
    for (int i = 0; i < 3; i++)
        if (dup2(streams[i], i) < 0) _exit(126);
    int score = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (score >= 0 && write(score, "1000", 4) < 0) errno = 0;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, most_output);
    limit(RLIMIT_NOFILE, MOST_FILES);
    limit(RLIMIT_CPU, most.cpu / 1000 + 1);
    limit(RLIMIT_DATA, ((rlim_t)most.memory * 2 + (256u << 10)) << 10);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (fchdir(folder)) _exit(126);
    fence();
    syscall(SYS_execveat, PROGRAM, "", words, variables, AT_EMPTY_PATH);
    int why = errno;
    if (write(told, &why, sizeof why) < 0) _exit(126);
    _exit(127);
}

static int64_t now(void) {
    struct timespec clock;
    clock_gettime(CLOCK_MONOTONIC, &clock);
    return clock.tv_sec * (int64_t)1000 + clock.tv_nsec / 1000000;
}

static uint32_t spent(void) {
    struct rusage use;
    getrusage(RUSAGE_CHILDREN, &use);
    return (uint32_t)((use.ru_utime.tv_sec + use.ru_stime.tv_sec) * 1000 + (use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1000);
}

/* Kill all that was started, and wait until it is gone. */
static void end_all(pid_t group) {
    for (;;) {
        kill(alone ? -1 : -group, SIGKILL);
        pid_t gone = waitpid(-1, NULL, alone ? 0 : WNOHANG);
        if (gone == 0) return; /* not alone here: what left its group is left */
        if (gone < 0 && errno == ECHILD) return;
    }
}

/* Until it has ended (1), has done nothing for too long, or the time is over (0). */
static int wait_for(pid_t pid, int64_t until, int *status, struct rusage *use) {
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    clockid_t clock;
    struct timespec used, before = {0, 0};
    int64_t busy = now();
    int known = clock_getcpuclockid(pid, &clock) == 0;
    for (;;) {
        if (wait4(pid, status, WNOHANG, use) == pid) return 1;
        int64_t at_present = now();
        if (known && clock_gettime(clock, &used) == 0 &&
            (used.tv_sec != before.tv_sec || used.tv_nsec != before.tv_nsec)) {
            before = used;
            busy = at_present;
        }
        if (at_present >= until || at_present - busy >= patience) return 0;
        struct timespec pause = {0, 100000000};
        sigtimedwait(&child, NULL, &pause);
    }
}

static int stream(const char *name) {
    int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0) fail("memfd_create");
    return file;
}

int main(int count, char **words) {
    enum { FIRST = 4 }; /* word of the program */
    if (count <= FIRST) { fputs("drive CASES FOLDER LEAST PROGRAM [ARGUMENT ...]\n", stderr); return 3; }
    uint32_t least = (uint32_t)strtoul(words[3], NULL, 10);
    int program = open(words[FIRST], O_RDONLY | O_CLOEXEC);
    if (program < 0 || dup3(program, PROGRAM, O_CLOEXEC) < 0) fail(words[FIRST]);
    close(program);
    int source = open(words[1], O_RDONLY | O_CLOEXEC);
    struct stat seen;
    if (source < 0 || fstat(source, &seen)) fail(words[1]);
    at = mmap(NULL, (size_t)seen.st_size, PROT_READ, MAP_PRIVATE, source, 0);
    if (at == MAP_FAILED) fail(words[1]);
    end = at + seen.st_size;
    alone = getppid() == 1;
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, NULL);

    uint32_t cases = number();
    int64_t last = now() + number();
    for (uint32_t i = 0; i < cases; i++) {
        struct limits most = {number(), 0, 0};
        most.wall = number();
        most.memory = number();
        if (most.memory < least) most.memory = least;
        uint32_t own = number();
        char **line = calloc((size_t)count - FIRST + own + 1, sizeof *line);
        if (!line) fail("memory");
        for (int k = FIRST; k < count; k++) line[k - FIRST] = words[k];
        for (uint32_t k = 0; k < own; k++) line[count - FIRST + (int)k] = text();

        char place[4096];
        snprintf(place, sizeof place, "%s/case-%u", words[2], i);
        if (mkdir(place, 0755)) fail(place);
        int folder = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder < 0) fail(place);
        int streams[3] = {stream("in"), stream("out"), stream("err")};
        uint32_t size;
        unsigned char *data = bytes(&size);
        for (uint32_t done = 0; done < size;) {
            ssize_t put_here = write(streams[0], data + done, size - done);
            if (put_here <= 0) fail("stdin");
            done += (uint32_t)put_here;
        }
        lseek(streams[0], 0, SEEK_SET);
        uint32_t files = number();
        for (uint32_t k = 0; k < files; k++) {
            char *path = text();
            data = bytes(&size);
            write_file(folder, path, data, size);
            free(path);
        }

        uint32_t how = EXITED, before = spent();
        int status = 0, told[2], why = 0;
        struct rusage use;
        memset(&use, 0, sizeof use);
        if (now() >= last) {
            how = LATE;
        } else {
            if (pipe2(told, O_CLOEXEC)) fail("pipe");
            pid_t pid = fork();
            if (pid < 0) fail("fork");
            if (!pid) become(line, folder, streams, most, told[1]);
            close(told[1]);
            int64_t until = now() + most.wall;
            if (!wait_for(pid, until < last ? until : last, &status, &use)) {
                how = WAITS;
                kill(pid, SIGKILL);
                while (wait4(pid, &status, 0, &use) < 0 && errno == EINTR) {}
            }
            end_all(pid);
            if (read(told[0], &why, sizeof why) == sizeof why) how = NOT_STARTED;
            close(told[0]);
        }
        uint32_t cpu = spent() - before;
        struct stat out, err;
        fstat(streams[1], &out);
        fstat(streams[2], &err);
        if (how == EXITED) {
            if (cpu > most.cpu) how = TIME;
            else if ((uint64_t)use.ru_maxrss > most.memory) how = MEMORY;
            else if (out.st_size >= most_output || err.st_size >= most_output) how = OUTPUT;
            else if (WIFSIGNALED(status)) how = SIGNALLED;
        }
        put_number(i);
        put_number(how);
        put_number(how == NOT_STARTED ? (uint32_t)why : WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : (uint32_t)WEXITSTATUS(status));
        put_number(cpu);
        put_number((uint32_t)use.ru_maxrss);
        put_file(streams[1], how == OUTPUT ? 0 : most_output);
        put_file(streams[2], most_errors);
        uint32_t outputs = number();
        put_number(outputs);
        for (uint32_t k = 0; k < outputs; k++) {
            char *path = text();
            int file = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
            struct stat found;
            int plain = file >= 0 && fstat(file, &found) == 0 && S_ISREG(found.st_mode);
            put_number((uint32_t)plain);
            put_file(plain ? file : -1, most_output);
            if (file >= 0) close(file);
            free(path);
        }
        if (fflush(stdout)) fail("stdout");
        for (int k = 0; k < 3; k++) close(streams[k]);
        close(folder);
        for (uint32_t k = 0; k < own; k++) free(line[count - FIRST + (int)k]);
        free(line);
        if (alone) {
            for (size_t k = 0; k < sizeof ours / sizeof *ours; k++) clear(ours[k]);
        } else {
            clear(place);
            rmdir(place);
        }
    }
    return 0;
}
