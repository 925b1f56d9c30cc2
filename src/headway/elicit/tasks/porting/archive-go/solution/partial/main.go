package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"sort"
	"strings"
	"unicode/utf8"
)

const most = 1 << 24

var methods = []string{"stored", "rle", "lz"}

// A failure is an error of a class; usage errors have the class usage.
type failure struct{ kind, what string }

func fail(kind, what string) { panic(failure{kind, what}) }

// ---- methods

func runAt(data []byte, at int) int {
	n := 1
	for n < 130 && at+n < len(data) && data[at+n] == data[at] {
		n++
	}
	return n
}

func rlePack(data []byte) []byte {
	out := []byte{}
	plain, at := 0, 0
	flush := func() {
		for plain < at {
			n := at - plain
			if n > 127 {
				n = 127
			}
			out = append(out, byte(n-1))
			out = append(out, data[plain:plain+n]...)
			plain += n
		}
	}
	for at < len(data) {
		n := runAt(data, at)
		if n >= 3 {
			flush()
			out = append(out, byte(n+125), data[at])
			plain = at + n
		}
		at += n
	}
	flush()
	return out
}

func rleUnpack(data []byte, size int) ([]byte, bool) {
	out := []byte{}
	for at := 0; at < len(data); {
		control := int(data[at])
		at++
		if control < 128 {
			if at+control+1 > len(data) {
				return nil, false
			}
			out = append(out, data[at:at+control+1]...)
			at += control + 1
		} else {
			if at == len(data) {
				break
			}
			out = append(out, bytes.Repeat(data[at:at+1], control-125)...)
			at++
		}
		if len(out) > size {
			return nil, false
		}
	}
	return out, len(out) == size
}

func lzPack(data []byte) []byte {
	out := []byte{}
	last := map[[3]byte]int{}
	before := make([]int, len(data))
	note := func(at int) {
		if at+3 > len(data) {
			return
		}
		key := [3]byte{data[at], data[at+1], data[at+2]}
		before[at] = last[key] // one more than the place; 0 for none
		last[key] = at + 1
	}
	flags, bit := 0, 8
	for at := 0; at < len(data); {
		if bit == 8 {
			flags, bit = len(out), 0
			out = append(out, 0)
		}
		best, distance := 0, 0
		if at+3 <= len(data) {
			limit := len(data) - at
			if limit > 18 {
				limit = 18
			}
			for place := last[[3]byte{data[at], data[at+1], data[at+2]}]; place > 0; place = before[place-1] {
				from := place - 1
				if at-from > 4095 || best == limit {
					break
				}
				n := 3
				for n < limit && data[from+n] == data[at+n] {
					n++
				}
				if n >= best {
					best, distance = n, at-from
				}
			}
		}
		taken := 1
		if best >= 3 {
			pair := (distance-1)<<4 | (best - 3)
			out = append(out, byte(pair), byte(pair>>8))
			taken = best
		} else {
			out[flags] |= 1 << bit
			out = append(out, data[at])
		}
		bit++
		for ; taken > 0; taken-- {
			note(at)
			at++
		}
	}
	return out
}

func lzUnpack(data []byte, size int) ([]byte, bool) {
	out := []byte{}
	flags, left := 0, 0
	for at := 0; at < len(data); {
		if left == 0 {
			flags, left = int(data[at]), 8
			at++
			if at == len(data) {
				return nil, false
			}
		}
		if flags&1 == 1 {
			out = append(out, data[at])
			at++
		} else {
			if at+2 > len(data) {
				return nil, false
			}
			pair := int(data[at]) | int(data[at+1])<<8
			distance := pair>>4 + 1
			if distance > len(out) {
				return nil, false
			}
			for n := pair&15 + 3; n > 0; n-- {
				out = append(out, out[len(out)-distance])
			}
			at += 2
		}
		flags >>= 1
		left--
		if len(out) > size {
			return nil, false
		}
	}
	return out, len(out) == size
}

func packed(method int, data []byte) []byte {
	switch method {
	case 1:
		return rlePack(data)
	case 2:
		return lzPack(data)
	}
	return data
}

// ---- entries

type entry struct {
	name   string
	method int
	size   int
	crc    uint32
	packed []byte
}

func (e entry) header() []byte {
	head := make([]byte, 16, 16+len(e.name))
	head[0] = byte(e.method)
	binary.LittleEndian.PutUint16(head[2:], uint16(len(e.name)))
	binary.LittleEndian.PutUint32(head[4:], uint32(e.size))
	binary.LittleEndian.PutUint32(head[8:], uint32(len(e.packed)))
	binary.LittleEndian.PutUint32(head[12:], e.crc)
	return append(head, e.name...)
}

// content gives what is in the entry, or the class of its error.
func (e entry) content() ([]byte, string) {
	data, good := e.packed, true
	switch e.method {
	case 1:
		data, good = rleUnpack(e.packed, e.size)
	case 2:
		data, good = lzUnpack(e.packed, e.size)
	}
	if !good {
		return nil, "damaged"
	}
	if crc32.ChecksumIEEE(data) != e.crc {
		return nil, "checksum"
	}
	return data, ""
}

func checkName(name string) {
	good := len(name) >= 1 && utf8.ValidString(name)
	for i := 0; i < len(name); i++ {
		good = good && name[i] >= 32 && name[i] != 127 && name[i] != '\\'
	}
	for _, part := range strings.Split(name, "/") {
		good = good && part != "" && part != "." && part != ".."
	}
	if !good {
		fail("unsafe", name)
	}
}

func above(name string) []string {
	var out []string
	for i := 0; i < len(name); i++ {
		if name[i] == '/' {
			out = append(out, name[:i])
		}
	}
	return out
}

func dump(entries []entry) []byte {
	out := append([]byte("ARK1"), 0, 0, 0, 0)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(entries)))
	index := uint32(0)
	for _, e := range entries {
		head := e.header()
		index = crc32.Update(index, crc32.IEEETable, head)
		out = append(append(out, head...), e.packed...)
	}
	out = append(out, "END."...)
	tail := make([]byte, 4)
	binary.LittleEndian.PutUint32(tail, index)
	return append(out, tail...)
}

func load(data []byte) []entry {
	short := len(data)
	if short > 4 {
		short = 4
	}
	if string(data[:short]) != "ARK1"[:short] {
		fail("format", "no archive")
	}
	at := 4
	take := func(n int) []byte {
		if at+n > len(data) {
			fail("truncated", "the archive ends early")
		}
		at += n
		return data[at-n : at]
	}
	count := binary.LittleEndian.Uint32(take(4))
	var entries []entry
	names, folders := map[string]bool{}, map[string]bool{}
	index := uint32(0)
	for ; count > 0; count-- {
		head := take(16)
		name := string(take(int(binary.LittleEndian.Uint16(head[2:]))))
		size, room := int(binary.LittleEndian.Uint32(head[4:])), int(binary.LittleEndian.Uint32(head[8:]))
		if head[0] > 2 {
			fail("method", name)
		}
		if head[1] != 0 || (head[0] == 0 && size != room) {
			fail("format", name)
		}
		if size > most {
			fail("limit", name)
		}
		checkName(name)
		if names[name] {
			fail("duplicate", name)
		}
		clash := false
		for _, folder := range above(name) {
			clash = clash || names[folder]
			folders[folder] = true
		}
		if clash {
			fail("conflict", name)
		}
		names[name] = true
		entries = append(entries, entry{name, int(head[0]), size, binary.LittleEndian.Uint32(head[12:]), take(room)})
		index = crc32.Update(index, crc32.IEEETable, head)
		index = crc32.Update(index, crc32.IEEETable, []byte(name))
	}
	if string(take(4)) != "END." {
		fail("format", "no end mark")
	}
	if binary.LittleEndian.Uint32(take(4)) != index {
		fail("checksum", "the headers are not what they were")
	}
	if at < len(data) {
		fail("trailing", "something follows the archive")
	}
	return entries
}

// ---- files

func read(path string) []byte {
	data, err := os.ReadFile(path)
	if err != nil {
		fail("missing", path)
	}
	return data
}

func save(path string, data []byte) {
	if os.WriteFile(path, data, 0o644) != nil {
		fail("missing", path)
	}
}

func kind(path string) byte {
	found, err := os.Lstat(path)
	switch {
	case err != nil:
		return 0
	case found.Mode().IsRegular():
		return 'f'
	case found.IsDir():
		return 'd'
	}
	return 0
}

func below(path, archive string, into map[string]bool) {
	inner, err := os.ReadDir(path)
	if err != nil {
		fail("missing", path)
	}
	for _, one := range inner {
		name := path + "/" + one.Name()
		switch kind(name) {
		case 'd':
			below(name, archive, into)
		case 'f':
			into[name] = true
		}
	}
}

// ---- commands

var out bytes.Buffer

func chosen(entries []entry, names []string) []entry {
	if len(names) == 0 {
		return entries
	}
	picked := map[string]bool{}
	for _, name := range names {
		any := false
		for _, e := range entries {
			if e.name == name || strings.HasPrefix(e.name, name+"/") {
				picked[e.name], any = true, true
			}
		}
		if !any {
			fail("missing", name)
		}
	}
	var found []entry
	for _, e := range entries {
		if picked[e.name] {
			found = append(found, e)
		}
	}
	return found
}

func pack(archive string, names []string, options map[string]string) {
	method, given := options["-m"]
	tries := []int{0, 1, 2}
	if given && method != "auto" {
		tries = nil
		for i, m := range methods {
			if m == method {
				tries = []int{i}
			}
		}
	}
	if tries == nil || len(names) == 0 {
		fail("usage", "no such method, or nothing to pack")
	}
	paths := map[string]bool{}
	for _, name := range names {
		path := strings.TrimSuffix(name, "/")
		checkName(path)
		switch kind(path) {
		case 'd':
			below(path, archive, paths)
		case 'f':
			if path != name {
				fail("missing", name)
			}
			paths[path] = true
		default:
			fail("missing", name)
		}
	}
	var order []string
	for path := range paths {
		order = append(order, path)
	}
	sort.Strings(order)
	var entries []entry
	for _, path := range order {
		checkName(path)
		data := read(path)
		if len(data) > most {
			fail("limit", path)
		}
		e := entry{path, -1, len(data), crc32.ChecksumIEEE(data), nil}
		for _, n := range tries {
			if made := packed(n, data); e.method < 0 || len(made) < len(e.packed) {
				e.method, e.packed = n, made
			}
		}
		entries = append(entries, e)
	}
	save(archive, dump(entries))
	for _, e := range entries {
		fmt.Fprintf(&out, "%s %d %d %s\n", methods[e.method], e.size, len(e.packed), e.name)
	}
}

func list(archive string, names []string, options map[string]string) {
	_, long := options["-l"]
	size, room := 0, 0
	for _, e := range chosen(load(read(archive)), names) {
		size, room = size+e.size, room+len(e.packed)
		if long {
			fmt.Fprintf(&out, "%-6s %8d %8d %08x %s\n", methods[e.method], e.size, len(e.packed), e.crc, e.name)
		} else {
			fmt.Fprintf(&out, "%s\n", e.name)
		}
	}
	if long {
		share := 1000
		if size > 0 {
			share = room * 1000 / size
		}
		fmt.Fprintf(&out, "%-6s %8d %8d %d.%d%%\n", "total", size, room, share/10, share%10)
	}
}

func verify(archive string, names []string, _ map[string]string) {
	var first *failure
	for _, e := range chosen(load(read(archive)), names) {
		_, wrong := e.content()
		if wrong == "" {
			fmt.Fprintf(&out, "ok %s\n", e.name)
			continue
		}
		fmt.Fprintf(&out, "%s %s\n", wrong, e.name)
		if first == nil {
			first = &failure{wrong, e.name}
		}
	}
	if first != nil {
		os.Stdout.Write(out.Bytes())
		panic(*first)
	}
}

func unpack(e entry) []byte {
	data, wrong := e.content()
	if wrong != "" {
		fail(wrong, e.name)
	}
	return data
}

func extract(archive string, names []string, options map[string]string) {
	entries := chosen(load(read(archive)), names)
	var contents [][]byte
	for _, e := range entries {
		contents = append(contents, unpack(e))
	}
	top, given := options["-C"]
	if !given {
		top = "."
	}
	_, over := options["-f"]
	if kind(top) == 'f' {
		fail("exists", top)
	}
	for _, e := range entries {
		for _, folder := range above(e.name) {
			if kind(top+"/"+folder) == 'f' {
				fail("exists", e.name)
			}
		}
		if kind(top+"/"+e.name) != 0 && !over {
			fail("exists", e.name)
		}
	}
	if os.MkdirAll(top, 0o755) != nil {
		fail("exists", top)
	}
	for i, e := range entries {
		for _, folder := range above(e.name) {
			os.MkdirAll(top+"/"+folder, 0o755)
		}
		save(top+"/"+e.name, contents[i])
		fmt.Fprintf(&out, "%s\n", e.name)
	}
}

func cat(archive string, names []string, _ map[string]string) {
	if len(names) == 0 {
		fail("usage", "no entry is named")
	}
	entries := map[string]entry{}
	for _, e := range load(read(archive)) {
		entries[e.name] = e
	}
	for _, name := range names {
		if _, there := entries[name]; !there {
			fail("missing", name)
		}
	}
	for _, name := range names {
		out.Write(unpack(entries[name]))
	}
}

func remove(archive string, names []string, _ map[string]string) {
	if len(names) == 0 {
		fail("usage", "no entry is named")
	}
	entries := load(read(archive))
	gone := map[string]bool{}
	for _, e := range chosen(entries, names) {
		gone[e.name] = true
	}
	var kept []entry
	for _, e := range entries {
		if !gone[e.name] {
			kept = append(kept, e)
		}
	}
	save(archive, dump(kept))
	fmt.Fprintf(&out, "removed %d\n", len(gone))
}

type command struct {
	run     func(string, []string, map[string]string)
	options map[string]bool
}

func run(words []string) {
	commands := map[string]command{
		"pack": {pack, map[string]bool{"-m": true}}, "list": {list, map[string]bool{"-l": false}},
		"verify": {verify, nil}, "extract": {extract, map[string]bool{"-C": true, "-f": false}},
		"cat": {cat, nil}, "remove": {remove, nil},
	}
	if len(words) == 0 {
		fail("usage", "no command")
	}
	chosen, there := commands[words[0]]
	if !there {
		fail("usage", "no such command")
	}
	options := map[string]string{}
	at := 1
	for at < len(words) && strings.HasPrefix(words[at], "-") {
		word := words[at]
		at++
		if word == "--" {
			break
		}
		valued, known := chosen.options[word]
		if !known {
			fail("usage", "no such option")
		}
		options[word] = ""
		if valued {
			if at == len(words) {
				fail("usage", "an option lacks its value")
			}
			options[word] = words[at]
			at++
		}
	}
	if at == len(words) || words[at] == "" {
		fail("usage", "no archive is named")
	}
	if folder, given := options["-C"]; given && folder == "" {
		fail("usage", "no folder is named")
	}
	chosen.run(words[at], words[at+1:], options)
}

func main() {
	defer func() {
		if why := recover(); why != nil {
			wrong, ours := why.(failure)
			if !ours {
				panic(why)
			}
			fmt.Fprintf(os.Stderr, "%s: %s\n", wrong.kind, wrong.what)
			if wrong.kind == "usage" {
				os.Exit(2)
			}
			os.Exit(1)
		}
	}()
	run(os.Args[1:])
	os.Stdout.Write(out.Bytes())
}
