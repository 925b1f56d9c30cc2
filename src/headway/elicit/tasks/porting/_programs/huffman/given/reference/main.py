"""huffman: pack files with canonical Huffman codes, unpack them, show and check what was packed."""

import heapq
import sys

MAGIC = b"HUF1"
STORED, CODED = 0, 1
LONGEST = 32


class Fault(Exception):
    """A class of error, a message, and the exit code."""

    def __init__(self, kind, text, code=1):
        super().__init__(text)
        self.kind, self.code = kind, code


def crc32(data):
    total = 0xFFFFFFFF
    for byte in data:
        total ^= byte
        for _ in range(8):
            total = (total >> 1) ^ 0xEDB88320 if total & 1 else total >> 1
    return total ^ 0xFFFFFFFF


def lengths(data):
    """Length of the code of each byte value that occurs."""
    counts = [0] * 256
    for byte in data:
        counts[byte] += 1
    heap = [(count, value, (value,)) for value, count in enumerate(counts) if count]
    if len(heap) == 1:
        return {heap[0][1]: 1}
    heapq.heapify(heap)
    depth = dict.fromkeys((value for _, value, _ in heap), 0)
    order = 256
    while len(heap) > 1:
        one, two = heapq.heappop(heap), heapq.heappop(heap)
        below = one[2] + two[2]
        for value in below:
            depth[value] += 1
        heapq.heappush(heap, (one[0] + two[0], order, below))
        order += 1
    return depth


def codes(depth):
    """Canonical codes as (value, length, code), by length and value."""
    found = []
    code = last = 0
    for length, value in sorted((length, value) for value, length in depth.items()):
        code <<= length - last
        found.append((value, length, code))
        last = length
        code += 1
    return found


def packed(data):
    head = len(data).to_bytes(4, "little") + crc32(data).to_bytes(4, "little")
    stored = MAGIC + bytes([STORED]) + head + data
    if not data:
        return stored
    table = codes(lengths(data))
    if table[-1][1] > LONGEST:
        return stored
    by_value = {value: (length, code) for value, length, code in table}
    bits = room = 0
    out = bytearray()
    for byte in data:
        length, code = by_value[byte]
        bits = bits << length | code
        room += length
        while room >= 8:
            room -= 8
            out.append(bits >> room & 255)
        bits &= (1 << room) - 1
    if room:
        out.append(bits << (8 - room) & 255)
    rows = b"".join(bytes([value, length]) for value, (length, _) in sorted(by_value.items()))
    coded = MAGIC + bytes([CODED]) + head + bytes([len(by_value) - 1]) + rows + bytes(out)
    return coded if len(coded) < len(stored) else stored


def header(blob):
    """Mode, length and checksum of the content, and where the rest begins."""
    if blob[:4] != MAGIC[: len(blob[:4])] or not blob:
        raise Fault("magic", "not a packed file")
    if len(blob) < 13:
        raise Fault("truncated", "the header ends early")
    mode = blob[4]
    if mode not in (STORED, CODED):
        raise Fault("mode", f"mode {mode} is not known")
    return mode, int.from_bytes(blob[5:9], "little"), int.from_bytes(blob[9:13], "little")


def table_of(blob):
    """Codes of a coded file, and where its payload begins."""
    if len(blob) < 14:
        raise Fault("truncated", "the table ends early")
    count = blob[13] + 1
    end = 14 + 2 * count
    if len(blob) < end:
        raise Fault("truncated", "the table ends early")
    depth, before = {}, -1
    for at in range(14, end, 2):
        value, length = blob[at], blob[at + 1]
        if value <= before:
            raise Fault("table", f"value {value} is out of order")
        if not 1 <= length <= LONGEST:
            raise Fault("table", f"a code of {length} bits")
        depth[value] = length
        before = value
    total = sum(1 << (LONGEST - length) for length in depth.values())
    alone = count == 1 and blob[15] == 1
    if total != 1 << LONGEST and not alone:
        raise Fault("table", "the codes do not fit together")
    return codes(depth), end


def unpacked(blob):
    mode, size, checksum = header(blob)
    if mode == STORED:
        data = blob[13 : 13 + size]
        if len(data) < size:
            raise Fault("truncated", "the content ends early")
        if len(blob) > 13 + size:
            raise Fault("payload", "bytes follow the content")
    else:
        data = decoded(blob, size)
    if crc32(data) != checksum:
        raise Fault("crc", "the content does not have its checksum")
    return data


def decoded(blob, size):
    table, at = table_of(blob)
    if size == 0:
        raise Fault("payload", "a coded file has content")
    values = {(length, code): value for value, length, code in table}
    out = bytearray()
    code = length = 0
    bits = (len(blob) - at) * 8
    place = 0
    while len(out) < size:
        if place == bits:
            raise Fault("truncated", "the content ends early")
        code = code << 1 | blob[at + place // 8] >> (7 - place % 8) & 1
        length += 1
        place += 1
        value = values.get((length, code))
        if value is not None:
            out.append(value)
            code = length = 0
        elif length == LONGEST or (len(table) == 1):
            raise Fault("payload", "bits that are no code")
    if (place + 7) // 8 != bits // 8:
        raise Fault("payload", "bytes follow the content")
    if place % 8 and blob[-1] & ((1 << (8 - place % 8)) - 1):
        raise Fault("payload", "the padding is not zero")
    return bytes(out)


def shown(blob):
    mode, size, checksum = header(blob)
    lines = [f"mode {'coded' if mode else 'stored'}", f"length {size}", f"crc {checksum:08x}"]
    if mode == CODED:
        table, at = table_of(blob)
        lines += [f"symbols {len(table)}", f"payload {len(blob) - at}"]
        lines += [f"{value:02x} {length} {code:0{length}b}" for value, length, code in table]
    return "".join(line + "\n" for line in lines).encode()


def read(name):
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        with open(name, "rb") as file:
            return file.read()
    except OSError:
        raise Fault("missing", f"{name} cannot be read") from None


def write(name, data):
    if name == "-":
        sys.stdout.buffer.write(data)
        return
    try:
        with open(name, "wb") as file:
            file.write(data)
    except OSError:
        raise Fault("output", f"{name} cannot be written") from None


USAGE = "huffman pack IN OUT | unpack IN OUT | show IN | check IN..."


def main(words):
    if not words:
        raise Fault("usage", USAGE, 2)
    command, *names = words
    if command in ("pack", "unpack") and len(names) == 2:
        work = packed if command == "pack" else unpacked
        write(names[1], work(read(names[0])))
    elif command == "show" and len(names) == 1:
        write("-", shown(read(names[0])))
    elif command == "check" and names:
        return check(names)
    else:
        raise Fault("usage", USAGE, 2)
    return 0


def check(names):
    """One line a file; 1 where any is not right."""
    worst = 0
    for name in names:
        try:
            word = f"ok {len(unpacked(read(name)))}"
        except Fault as fault:
            word, worst = fault.kind, 1
        write("-", f"{name}: {word}\n".encode("utf-8", "surrogateescape"))
    return worst


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except Fault as fault:
        sys.stderr.write(f"{fault.kind}: {fault}\n")
        code = fault.code
    sys.stdout.flush()
    sys.exit(code)
