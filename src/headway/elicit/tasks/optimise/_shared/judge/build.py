"""Builds a program as the task says, or says why it may not be run.

    python3 build.py MAIN.C PROGRAM

Exit code 0 and the program, or 1 and one sentence on standard output.
headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13

What is refused is what could hide instructions from the count, or bring in more than the source:
assembly, attributes and directives that are not named below, headers and functions of the C library
that are not named below, memory that can be both written and run, and the marks by which a program
asks valgrind to run a function uncounted.
"""

import re
import subprocess
import sys
from pathlib import Path

FLAGS = ["-std=c11", "-O2", "-march=x86-64-v2"]
LARGEST = 256 * 1024
HEADERS = set(
    """assert.h ctype.h errno.h float.h inttypes.h iso646.h limits.h math.h stdalign.h stdarg.h stdbool.h
    stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h unistd.h sys/types.h
    immintrin.h x86intrin.h xmmintrin.h emmintrin.h pmmintrin.h tmmintrin.h smmintrin.h nmmintrin.h""".split()
)
DIRECTIVES = set("include define undef if ifdef ifndef elif else endif error".split())
ATTRIBUTES = set(
    """aligned always_inline cold const fallthrough flatten format hot inline leaf malloc may_alias noclone
    noinline nonnull noreturn nothrow packed printf pure returns_nonnull unused used vector_size
    warn_unused_result alloc_size""".split()
)
FUNCTIONS = set(
    """printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts fputs putchar putc fputc
    putchar_unlocked putc_unlocked fputc_unlocked fputs_unlocked fwrite fwrite_unlocked getchar getc fgetc
    getchar_unlocked getc_unlocked fgetc_unlocked fgets fgets_unlocked fread fread_unlocked ungetc
    getline getdelim fflush fflush_unlocked setvbuf setbuf setlinebuf feof ferror feof_unlocked
    ferror_unlocked scanf sscanf fscanf vsscanf vscanf _IO_getc _IO_putc __uflow __overflow
    __isoc99_scanf __isoc99_sscanf __isoc99_fscanf __isoc99_vsscanf stdin stdout stderr perror
    malloc calloc realloc reallocarray free aligned_alloc posix_memalign exit _Exit _exit abort atexit
    atoi atol atoll strtol strtoul strtoll strtoull strtod strtof strtold __isoc99_strtol abs labs llabs
    div ldiv lldiv qsort qsort_r bsearch rand srand random srandom rand_r
    memcpy mempcpy memmove memset memcmp memchr memrchr rawmemchr memmem bcmp bcopy bzero index rindex
    strlen strnlen strcpy stpcpy strncpy stpncpy strcat strncat strcmp strncmp strcoll strchr strrchr
    strchrnul strstr strspn strcspn strpbrk strtok strtok_r strdup strndup strsep strcasecmp strncasecmp
    strcasestr ffs ffsl ffsll strerror isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct
    isspace isupper isxdigit tolower toupper isascii toascii __ctype_b_loc __ctype_tolower_loc
    __ctype_toupper_loc __errno_location __assert_fail __assert __stack_chk_fail
    _GLOBAL_OFFSET_TABLE_ read write
    sqrt sqrtf floor ceil round trunc fabs fmod pow exp exp2 log log2 log10 sin cos tan atan atan2 hypot
    lround llround lrint llrint rint nearbyint ldexp frexp modf fmin fmax cbrt""".split()
)
SECTIONS = re.compile(
    r"\.(text|data|bss|rodata|comment|note|eh_frame|rela|symtab|strtab|shstrtab|tbss|tdata)\b"
)
# "rol rdi by 3, 13, 61, 51": how a program speaks to valgrind (valgrind.h, amd64).
PREAMBLE = bytes.fromhex("48c1c703 48c1c70d 48c1c73d 48c1c733")
TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[^/"']+|.""", re.DOTALL
)


class Refused(Exception):
    """Why the program may not be run."""


def tool(*words):
    """What a program prints; a failure is a refusal with its first complaint."""
    done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=120, check=False)
    if done.returncode:
        complaint = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr[:200])
        raise Refused(f"It does not compile: {complaint.strip()}")
    return done.stdout


def bare(text):
    """The source without comments, and with empty strings: what directives and names are."""
    kept = []
    for piece in TOKEN.findall(text):
        if piece.startswith(("//", "/*")):
            kept.append(" ")
        elif piece[0] in "\"'" and len(piece) > 1:
            kept.append(piece[0] * 2)
        else:
            kept.append(piece)
    return "".join(kept)


def check_text(source):
    """Directives, as the source has them."""
    if "\0" in source:
        raise Refused("The source has a zero byte.")
    if re.search(r"\?\?[=/'()!<>-]", source):
        raise Refused("The source has a trigraph.")
    spliced = re.sub(r"\\[ \t]*\n", "", source)
    for line in bare(spliced).splitlines():
        found = re.match(r"\s*(#|%:)\s*(\w*)(.*)", line)
        if not found or (found[1] == "#" and not found[2] and not found[3].strip()):
            continue
        if found[1] != "#" or found[2] not in DIRECTIVES:
            raise Refused(f"The directive #{found[2] or found[3].strip()[:20]} is not among those that may be used.")
        if found[2] == "include":
            header = re.match(r"\s*<([\w/.]+)>\s*$", found[3])
            if not header or header[1] not in HEADERS:
                raise Refused(f"Of headers only these may be included: {' '.join(sorted(HEADERS))}.")


def own_lines(preprocessed, name):
    """What the preprocessor made of the file itself, without the headers."""
    kept, own = [], True
    for line in preprocessed.splitlines():
        found = re.match(r'# \d+ "(.*)"', line)
        if found:
            own = found[1] == name
        elif own:
            kept.append(line)
    return bare("\n".join(kept))


def check_names(text):
    """Names that macros could have put together."""
    if re.search(r"\b(__)?asm(__)?\b", text):
        raise Refused("Assembly may not be used.")
    if re.search(r"(\[|<:)\s*(\[|<:)", text):
        raise Refused("Attributes in [[ ]] may not be used.")
    if re.search(r"^\s*#|\b_Pragma\b|\b__pragma\b", text, re.MULTILINE):
        raise Refused("Pragmas may not be used.")
    for found in re.finditer(r"\b__attribute(?:__)?\b", text):
        rest = text[found.end() :]
        depth = end = 0
        for end, letter in enumerate(rest):
            depth += (letter == "(") - (letter == ")")
            if not depth and letter == ")":
                break
        for word in re.findall(r"[A-Za-z_]\w*", rest[:end]):
            if word.strip("_") not in ATTRIBUTES and not re.fullmatch(r"u?int\d*_t|int|sizeof", word):
                raise Refused(f"The attribute {word} is not among those that may be used.")


def check_object(path):
    """What the compiled source calls and which sections it has."""
    for line in tool("nm", "-u", path).splitlines():
        name = line.split()[-1]
        if name not in FUNCTIONS:
            raise Refused(f"The function {name} is not among those that may be used.")
    for line in tool("readelf", "-SW", path).splitlines():
        found = re.match(r"\s*\[\s*\d+\]\s+(\S+)\s+[A-Z]", line)
        if found and found[1] != "NULL" and not SECTIONS.match(found[1]):
            raise Refused(f"The section {found[1]} may not be used.")


def check_program(path):
    """Nothing that is written to can be run, and no way to speak to valgrind."""
    for line in tool("readelf", "-lW", path).splitlines():
        flags = re.match(r"\s*(LOAD|GNU_STACK)\s.*\s([R ][W ][E ])\s+0x", line)
        if flags and "W" in flags[2] and "E" in flags[2]:
            raise Refused("Memory that can be both written and run may not be used.")
    if PREAMBLE in Path(path).read_bytes():
        raise Refused("Calls of valgrind may not be used.")


def build(source, program):
    """Check and build; Refused says why not."""
    source = Path(source)
    if source.is_symlink() or not source.is_file():
        raise Refused("There is no file main.c in the work folder.")
    if source.stat().st_size > LARGEST:
        raise Refused(f"main.c is larger than {LARGEST // 1024} KiB.")
    check_text(source.read_bytes().decode("utf-8", "replace"))
    copy = Path(program).with_name("main.c")
    copy.write_bytes(source.read_bytes())
    check_names(own_lines(tool("gcc", *FLAGS, "-E", str(copy)), str(copy)))
    compiled = str(copy.with_suffix(".o"))
    tool("gcc", *FLAGS, "-w", "-c", "-o", compiled, str(copy))
    check_object(compiled)
    tool("gcc", "-static", "-o", str(program), compiled, "-lm")
    check_program(program)


if __name__ == "__main__":
    try:
        build(*sys.argv[1:])
    except Refused as why:
        print(why)
        sys.exit(1)
    except subprocess.TimeoutExpired:
        print("It takes too long to compile.")
        sys.exit(1)
