import os
import struct
import sys
import zlib

LEAF, BRANCH, FREE, OVERFLOW = 1, 2, 3, 4
HEAD = 12
LONGEST_VALUE = 65535


class Failure(Exception):
    def __init__(self, word, message="", code=1):
        super().__init__(message)
        self.word = word
        self.message = message
        self.code = code


class Node:
    """A leaf has cells [key, value or page number, length]; a branch [key, child]."""

    def __init__(self, leaf, following, cells):
        self.leaf = leaf
        self.next = following
        self.cells = cells

    def size(self):
        if self.leaf:
            return sum(3 + len(c[0]) + len(c[1]) for c in self.cells)
        return sum(5 + len(c[0]) for c in self.cells)

    def child(self, i):
        return self.cells[i - 1][1] if i else self.next

    def below(self, key):
        n = 0
        while n < len(self.cells) and self.cells[n][0] < key:
            n += 1
        return n

    def child_for(self, key):
        n = 0
        while n < len(self.cells) and self.cells[n][0] <= key:
            n += 1
        return n


def u16(data, at):
    return data[at] | data[at + 1] << 8


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


class Store:
    def __init__(self, size):
        self.size = size
        self.room = size - HEAD
        self.longest_key = min(255, self.room // 4 - 5)
        self.pages = [bytearray(size)]
        self.root = self.free_first = self.free_count = self.keys = 0

    # ---- pages ----

    def crc(self, page):
        return zlib.crc32(page[:8] + b"\0\0\0\0" + page[HEAD:])

    def overflows(self, key, length):
        return 3 + len(key) + length > self.room // 3

    def parse(self, at):
        """A leaf or branch, or None where it is broken."""
        page = self.pages[at]
        leaf = page[0] == LEAF
        number, following = u16(page, 2), u32(page, 4)
        pos, cells = HEAD, []
        for _ in range(number):
            if self.size - pos < (3 if leaf else 5):
                return None
            n = page[pos]
            if not 1 <= n <= self.longest_key:
                return None
            if leaf:
                length = u16(page, pos + 1)
                pos += 3
                over = 3 + n + length > self.room // 3
                stored = 4 if over else length
                if self.size - pos < n + stored:
                    return None
                key = bytes(page[pos : pos + n])
                value = bytes(page[pos + n : pos + n + stored])
                if over and not 1 <= u32(value, 0) < len(self.pages):
                    return None
                cells.append([key, value, length])
                pos += n + stored
            else:
                child = u32(page, pos + 1)
                pos += 5
                if not 1 <= child < len(self.pages) or self.size - pos < n:
                    return None
                cells.append([bytes(page[pos : pos + n]), child])
                pos += n
        if following >= len(self.pages) or (not leaf and following == 0):
            return None
        return Node(leaf, following, cells)

    def node(self, at):
        node = self.parse(at)
        if node is None:
            raise Failure("CORRUPT", f"page {at}")
        return node

    def write(self, at, node):
        parts = [struct.pack("<BBHII", LEAF if node.leaf else BRANCH, 0, len(node.cells), node.next, 0)]
        for cell in node.cells:
            if node.leaf:
                parts.append(struct.pack("<BH", len(cell[0]), cell[2]) + cell[0] + cell[1])
            else:
                parts.append(struct.pack("<BI", len(cell[0]), cell[1]) + cell[0])
        self.pages[at] = bytearray(b"".join(parts).ljust(self.size, b"\0"))

    def new_page(self):
        if self.free_first:
            at = self.free_first
            self.free_first = u32(self.pages[at], 4)
            self.free_count -= 1
            return at
        self.pages.append(bytearray(self.size))
        return len(self.pages) - 1

    def free_page(self, at):
        self.pages[at] = bytearray(struct.pack("<BBHII", FREE, 0, 0, self.free_first, 0).ljust(self.size, b"\0"))
        self.free_first = at
        self.free_count += 1

    # ---- values ----

    def chain(self, cell):
        pages = []
        if self.overflows(cell[0], cell[2]):
            at = u32(cell[1], 0)
            while at:
                pages.append(at)
                at = u32(self.pages[at], 4)
        return pages

    def new_cell(self, key, value):
        if not self.overflows(key, len(value)):
            return [key, value, len(value)]
        parts = [value[i : i + self.room] for i in range(0, len(value), self.room)]
        numbers = [self.new_page() for _ in parts]
        for i, part in enumerate(parts):
            following = numbers[i + 1] if i + 1 < len(numbers) else 0
            head = struct.pack("<BBHII", OVERFLOW, 0, len(part), following, 0)
            self.pages[numbers[i]] = bytearray((head + part).ljust(self.size, b"\0"))
        return [key, struct.pack("<I", numbers[0]), len(value)]

    def value(self, cell):
        if not self.overflows(cell[0], cell[2]):
            return cell[1]
        return b"".join(bytes(self.pages[at][HEAD : HEAD + u16(self.pages[at], 2)]) for at in self.chain(cell))

    # ---- the tree ----

    def divide(self, node):
        total, done, m = node.size(), 0, 0
        while done * 2 < total:
            done += (3 + len(node.cells[m][0]) + len(node.cells[m][1])) if node.leaf else 5 + len(node.cells[m][0])
            m += 1
        if node.leaf:
            a, b = node.cells[m - 1][0], node.cells[m][0]
            n = 0
            while n < len(a) and n < len(b) and a[n] == b[n]:
                n += 1
            left, right = Node(True, node.next, node.cells[:m]), Node(True, node.next, node.cells[m:])
            return left, b, right
        key, child = node.cells[m - 1]
        return Node(False, node.next, node.cells[: m - 1]), key, Node(False, child, node.cells[m:])

    def store(self, at, node):
        """Writes a node; the separator and the new page where it had to be split."""
        if node.size() <= self.room:
            self.write(at, node)
            return None
        left, key, right = self.divide(node)
        new = self.new_page()
        if node.leaf:
            left.next = new
        self.write(at, left)
        self.write(new, right)
        return key, new

    def balance(self, node, i):
        if not node.cells:
            return
        at = max(i - 1, 0)
        left_at, right_at = node.child(at), node.child(at + 1)
        left, right = self.node(left_at), self.node(right_at)
        down = [] if left.leaf else [[node.cells[at][0], right.next]]
        both = Node(left.leaf, right.next if left.leaf else left.next, left.cells + down + right.cells)
        if both.size() <= self.room:
            self.write(left_at, both)
            self.free_page(right_at)
            del node.cells[at]
            return
        first, key, second = self.divide(both)
        if left.leaf:
            first.next = right_at
        node.cells[at][0] = key
        self.write(left_at, first)
        self.write(right_at, second)

    def change(self, at, key, value):
        node = self.node(at)
        if node.leaf:
            i = node.below(key)
            if i < len(node.cells) and node.cells[i][0] == key:
                for page in self.chain(node.cells[i]):
                    self.free_page(page)
                del node.cells[i]
                self.keys -= 1
            if value is not None:
                node.cells.insert(i, self.new_cell(key, value))
                self.keys += 1
            return self.store(at, node)
        i = node.child_for(key)
        child = node.child(i)
        split = self.change(child, key, value)
        if split:
            node.cells.insert(i, list(split))
        else:
            if self.node(child).size() >= self.room // 4:
                return None
            self.balance(node, i)
        return self.store(at, node)

    def set(self, key, value):
        if not self.root:
            self.root = self.new_page()
            self.write(self.root, Node(True, 0, []))
        split = self.change(self.root, key, value)
        if split:
            top = Node(False, self.root, [list(split)])
            self.root = self.new_page()
            self.write(self.root, top)
            return
        top = self.node(self.root)
        if not top.cells:
            old = self.root
            self.root = 0 if top.leaf else top.next
            self.free_page(old)

    def leaf_for(self, key):
        at = self.root
        while at:
            node = self.node(at)
            if node.leaf:
                return at
            at = node.child(node.child_for(key))
        return 0

    def find(self, key):
        at = self.leaf_for(key)
        if at:
            for cell in self.node(at).cells:
                if cell[0] == key:
                    return cell
        return None

    def cells_from(self, key):
        at = self.leaf_for(key)
        while at:
            node = self.node(at)
            for cell in node.cells:
                if cell[0] >= key:
                    yield cell
            at = node.next

    # ---- files ----

    def image(self):
        head = struct.pack(
            "<4sHHIIIIQ", b"HWBT", 1, self.size, len(self.pages), self.root, self.free_first, self.free_count, self.keys
        )
        self.pages[0] = bytearray((head + struct.pack("<I", zlib.crc32(head))).ljust(self.size, b"\0"))
        for page in self.pages[1:]:
            page[8:12] = struct.pack("<I", self.crc(page))
        return b"".join(self.pages)

    # ---- check ----

    def check(self):
        seen = set()
        leaves = []
        total = 0

        def visit(at, kinds):
            if not 1 <= at < len(self.pages) or at in seen or self.pages[at][0] not in kinds:
                raise Failure("CORRUPT", f"page {at}")
            seen.add(at)

        def check_value(cell):
            if not self.overflows(cell[0], cell[2]):
                return
            left, at = cell[2], u32(cell[1], 0)
            while left:
                visit(at, (OVERFLOW,))
                part = u16(self.pages[at], 2)
                if part != min(left, self.room):
                    raise Failure("CORRUPT", f"overflow {at}")
                left -= part
                at = u32(self.pages[at], 4)
            if at:
                raise Failure("CORRUPT", "an overflow is too long")

        def tree(at, low, high):
            nonlocal total
            visit(at, (LEAF, BRANCH))
            node = self.node(at)
            keys = [cell[0] for cell in node.cells]
            wrong = any(a >= b for a, b in zip(keys, keys[1:]))
            wrong = wrong or any((low is not None and k < low) or (high is not None and k >= high) for k in keys)
            if wrong:
                raise Failure("CORRUPT", f"keys of page {at}")
            if node.leaf:
                for cell in node.cells:
                    check_value(cell)
                leaves.append((at, node.next))
                total += len(keys)
                return 1
            bounds = [low, *keys, high]
            heights = {tree(node.child(i), bounds[i], bounds[i + 1]) for i in range(len(keys) + 1)}
            if len(heights) > 1:
                raise Failure("CORRUPT", f"page {at} is not level")
            return heights.pop() + 1

        if self.root:
            tree(self.root, None, None)
        following = [at for at, _ in leaves[1:]] + [0]
        if total != self.keys:
            raise Failure("CORRUPT", "keys")
        at, free = self.free_first, 0
        while at:
            visit(at, (FREE,))
            at = u32(self.pages[at], 4)
            free += 1
        if free != self.free_count or len(seen) != len(self.pages) - 1:
            raise Failure("CORRUPT", "pages")


def opened(data):
    if (
        len(data) < 128
        or data[:4] != b"HWBT"
        or u16(data, 4) != 1
        or u32(data, 32) != zlib.crc32(data[:32])
    ):
        raise Failure("FORMAT", "no file of btree")
    size, count, root, free_first, free_count, keys = struct.unpack_from("<HIIIIQ", data, 6)
    if size not in (128, 256, 512, 1024, 2048, 4096) or count * size != len(data) or root >= count or free_first >= count:
        raise Failure("FORMAT", "the header does not fit the file")
    store = Store(size)
    store.pages = [bytearray(data[i * size : (i + 1) * size]) for i in range(count)]
    store.root, store.free_first, store.free_count, store.keys = root, free_first, free_count, keys
    for at in range(1, count):
        page = store.pages[at]
        good = u32(page, 8) == store.crc(page)
        if good and page[0] in (LEAF, BRANCH):
            good = store.parse(at) is not None
        elif good:
            good = page[0] in (FREE, OVERFLOW) and u32(page, 4) < count and u16(page, 2) <= store.room
        if not good:
            raise Failure("CORRUPT", f"page {at}")
    return store


def encode(data):
    if not data:
        return "-"
    return "".join(chr(c) if 32 < c < 127 and c != 37 else f"%{c:02X}" for c in data)


HEX = {c: int(chr(c), 16) for c in b"0123456789ABCDEF"}


def decode(word):
    if word == b"-":
        return b""
    out, i = bytearray(), 0
    while i < len(word):
        c = word[i]
        if not 33 <= c <= 126:
            raise Failure("COMMAND", "a byte must be written as %XX")
        if c == 37:
            digits = word[i + 1 : i + 3]
            if len(digits) < 2 or any(d not in HEX for d in digits):
                raise Failure("COMMAND", "% needs two digits")
            c = HEX[digits[0]] * 16 + HEX[digits[1]]
            i += 2
        out.append(c)
        i += 1
    return bytes(out)


def number(word):
    if not 1 <= len(word) <= 5 or any(not 48 <= c <= 57 for c in word):
        raise Failure("COMMAND", "a number has one to five digits")
    return int(word)


SHAPES = {
    b"create": "n", b"put": "bb", b"new": "bb", b"get": "b", b"del": "b", b"scan": "BB", b"count": "BB",
    b"prefix": "b", b"last": "", b"fill": "bnnb", b"drop": "bnnn", b"stat": "", b"dump": "", b"check": "",
    b"compact": "",
}  # fmt: skip


class Session:
    def __init__(self, path):
        self.path = path
        self.store = None
        self.changed = False
        self.out = []

    def check_key(self, key):
        if not 1 <= len(key) <= self.store.longest_key:
            raise Failure("KEY", f"a key has 1 to {self.store.longest_key} bytes")

    def check_pair(self, key, value):
        self.check_key(key)
        if len(value) > LONGEST_VALUE:
            raise Failure("VALUE", "a value is too long")

    def set(self, key, value):
        self.changed = True
        self.store.set(key, value)

    def line(self, line):
        words = [word for word in line.split(b" ") if word]
        if not words or words[0][:1] == b"#":
            return
        name = words[0]
        if name not in SHAPES:
            raise Failure("COMMAND", "there is no such command")
        shape = SHAPES[name]
        least = 0 if shape.startswith("B") else len(shape)
        if not least <= len(words) - 1 <= len(shape):
            raise Failure("COMMAND", "another number of words")
        args = [number(word) if kind == "n" else decode(word) for kind, word in zip(shape, words[1:])]
        if name == b"create":
            return self.create(args[0])
        if self.store is None:
            raise Failure("NOFILE", "the file is not there")
        getattr(self, "do_" + name.decode())(*args)

    def create(self, size):
        if self.store is not None:
            raise Failure("EXISTS", "the file is there already")
        if size < 128:
            raise Failure("COMMAND", "no page size")
        self.store = Store(size)
        self.changed = True

    def do_put(self, key, value):
        self.check_pair(key, value)
        self.set(key, value)

    def do_new(self, key, value):
        self.check_pair(key, value)
        if self.store.find(key):
            raise Failure("EXISTS", "the key is there already")
        self.set(key, value)

    def do_get(self, key):
        self.check_key(key)
        cell = self.store.find(key)
        self.out.append(encode(self.store.value(cell)) if cell else "(none)")

    def do_del(self, key):
        self.check_key(key)
        if not self.store.find(key):
            raise Failure("KEY", "there is no such key")
        self.set(key, None)

    def pair(self, cell):
        self.out.append(f"{encode(cell[0])} {encode(self.store.value(cell))}")

    def between(self, low, high):
        for cell in self.store.cells_from(low):
            if high is not None and cell[0] > high:
                return
            yield cell

    def do_scan(self, low=b"", high=None):
        for cell in self.between(low, high):
            self.pair(cell)

    def do_count(self, low=b"", high=None):
        self.out.append(str(sum(1 for _ in self.between(low, high))))

    def do_prefix(self, prefix):
        for cell in self.store.cells_from(prefix):
            if not cell[0].startswith(prefix):
                break
            self.pair(cell)

    def do_last(self):
        at = self.store.root
        if not at:
            self.out.append("(none)")
            return
        node = self.store.node(at)
        while not node.leaf:
            node = self.store.node(node.child(len(node.cells)))
        self.pair(node.cells[-1])

    def do_fill(self, prefix, start, end, value):
        for i in range(start, end + 1) if start <= end else range(start, end - 1, -1):
            digits = str(i).encode()
            self.check_pair(prefix + digits, value + digits)
            self.set(prefix + digits, value + digits)

    def do_drop(self, prefix, start, end, step):
        if step < 1:
            raise Failure("COMMAND", "a step is at least 1")
        for i in range(start, end + 1, step) if start <= end else range(start, end - 1, -step):
            key = prefix + str(i).encode()
            self.check_key(key)
            if self.store.find(key):
                self.set(key, None)

    def do_check(self):
        self.store.check()
        self.out.append("ok")

    def do_compact(self):
        store = self.store
        pairs = [(cell[0], store.value(cell)) for cell in store.cells_from(b"")]
        self.store = Store(store.size)
        self.changed = True
        for key, value in pairs:
            self.store.set(key, value)

    def do_stat(self):
        store = self.store
        found = {"height": 0, "leaves": 0, "branches": 0, "overflow": 0, "used": 0}

        def gather(at, depth):
            node = store.node(at)
            found["used"] += node.size()
            found["height"] = max(found["height"], depth)
            if node.leaf:
                found["leaves"] += 1
                for cell in node.cells:
                    if store.overflows(cell[0], cell[2]):
                        found["overflow"] += -(-cell[2] // store.room)
                return
            found["branches"] += 1
            for i in range(len(node.cells) + 1):
                gather(node.child(i), depth + 1)

        if store.root:
            gather(store.root, 1)
        head = f"pages {len(store.pages)} free {store.free_count} keys {store.keys} "
        self.out.append(head + " ".join(f"{name} {n}" for name, n in found.items()))

    def do_dump(self):
        store = self.store

        def dump(at, depth):
            node, space = store.node(at), "  " * depth
            if node.leaf:
                line = f"{space}leaf {at} next {node.next}:"
                for cell in node.cells:
                    line += f" {encode(cell[0])}={cell[2]}"
                    chain = store.chain(cell)
                    if chain:
                        line += "@" + ",".join(map(str, chain))
                self.out.append(line)
                return
            self.out.append(f"{space}branch {at}")
            for i in range(len(node.cells) + 1):
                if i:
                    self.out.append(f"{space}  key {encode(node.cells[i - 1][0])}")
                dump(node.child(i), depth + 1)

        if store.root:
            dump(store.root, 0)
        line, at = "free", store.free_first
        while at:
            line += f" {at}"
            at = u32(store.pages[at], 4)
        self.out.append(line)

    def run(self, text):
        if os.path.exists(self.path):
            with open(self.path, "rb") as file:
                self.store = opened(file.read())
        for line in text.split(b"\n"):
            self.line(line)

    def save(self):
        if not self.changed:
            return
        try:
            with open(self.path, "wb") as file:
                file.write(self.store.image())
        except OSError:
            raise Failure("WRITE", f"{self.path} cannot be written") from None


def main():
    if len(sys.argv) != 2:
        sys.stderr.write("USAGE: btree FILE, with commands on stdin\n")
        return 2
    session = Session(sys.argv[1])
    failure = None
    try:
        session.run(sys.stdin.buffer.read())
    except Failure as error:
        failure = error
    try:
        session.save()
    except Failure as error:
        failure = error
    sys.stdout.write("".join(line + "\n" for line in session.out))
    sys.stdout.flush()
    if failure:
        sys.stderr.write(f"{failure.word}: {failure.message}\n")
        return failure.code
    return 0


sys.exit(main())
