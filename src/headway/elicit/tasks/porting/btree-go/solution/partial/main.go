package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"strconv"
	"strings"
)

const (
	leafPage     = 1
	branchPage   = 2
	freePage     = 3
	overflowPage = 4
	head         = 12
	longestValue = 65535
)

var le = binary.LittleEndian

type failure struct {
	word, message string
	code          int
}

func fail(word, message string) {
	panic(failure{word, message, 1})
}

type cell struct {
	key    []byte
	value  []byte // what is in the page: the value, or four bytes of page number
	length int
	child  int
}

type node struct {
	leaf  bool
	next  int
	cells []cell
}

func (n *node) cellSize(i int) int {
	if n.leaf {
		return 3 + len(n.cells[i].key) + len(n.cells[i].value)
	}
	return 5 + len(n.cells[i].key)
}

func (n *node) size() int {
	sum := 0
	for i := range n.cells {
		sum += n.cellSize(i)
	}
	return sum
}

func (n *node) child(i int) int {
	if i == 0 {
		return n.next
	}
	return n.cells[i-1].child
}

// position counts the cells with a key below, or, with equal = 1, not above.
func (n *node) position(key []byte, equal int) int {
	i := 0
	for i < len(n.cells) && bytes.Compare(n.cells[i].key, key) < equal {
		i++
	}
	return i
}

func (n *node) insert(i int, c cell) {
	n.cells = append(n.cells, cell{})
	copy(n.cells[i+1:], n.cells[i:])
	n.cells[i] = c
}

func (n *node) remove(i int) {
	n.cells = append(n.cells[:i], n.cells[i+1:]...)
}

type store struct {
	size                       int
	pages                      [][]byte
	root, freeFirst, freeCount int
	keys                       uint64
}

func newStore(size int) *store {
	return &store{size: size, pages: [][]byte{make([]byte, size)}}
}

func (s *store) room() int { return s.size - head }

func (s *store) longestKey() int {
	if n := s.room()/4 - 5; n < 255 {
		return n
	}
	return 255
}

func (s *store) overflows(key, length int) bool { return 3+key+length > s.room()/3 }

func (s *store) crc(at int) uint32 {
	page := s.pages[at]
	c := crc32.ChecksumIEEE(page[:8])
	c = crc32.Update(c, crc32.IEEETable, []byte{0, 0, 0, 0})
	return crc32.Update(c, crc32.IEEETable, page[head:])
}

func (s *store) next(at int) int { return int(le.Uint32(s.pages[at][4:])) }

// ---- nodes ----

func (s *store) parse(at int) (*node, bool) {
	page := s.pages[at]
	n := &node{leaf: page[0] == leafPage, next: s.next(at)}
	count := int(le.Uint16(page[2:]))
	pos := head
	for i := 0; i < count; i++ {
		fixed := 5
		if n.leaf {
			fixed = 3
		}
		if s.size-pos < fixed {
			return nil, false
		}
		var c cell
		k, v := int(page[pos]), 0
		if k < 1 || k > s.longestKey() {
			return nil, false
		}
		if n.leaf {
			c.length = int(le.Uint16(page[pos+1:]))
			v = c.length
			if s.overflows(k, c.length) {
				v = 4
			}
		} else {
			c.child = int(le.Uint32(page[pos+1:]))
			if c.child < 1 || c.child >= len(s.pages) {
				return nil, false
			}
		}
		pos += fixed
		if s.size-pos < k+v {
			return nil, false
		}
		c.key = append([]byte{}, page[pos:pos+k]...)
		c.value = append([]byte{}, page[pos+k:pos+k+v]...)
		pos += k + v
		if n.leaf && s.overflows(k, c.length) {
			first := int(le.Uint32(c.value))
			if first < 1 || first >= len(s.pages) {
				return nil, false
			}
		}
		n.cells = append(n.cells, c)
	}
	if n.next >= len(s.pages) || (!n.leaf && n.next == 0) {
		return nil, false
	}
	return n, true
}

func (s *store) node(at int) *node {
	n, good := s.parse(at)
	if !good {
		fail("CORRUPT", fmt.Sprintf("page %d", at))
	}
	return n
}

func (s *store) fresh(at, kind, count, next int) []byte {
	page := make([]byte, s.size)
	page[0] = byte(kind)
	le.PutUint16(page[2:], uint16(count))
	le.PutUint32(page[4:], uint32(next))
	s.pages[at] = page
	return page
}

func (s *store) write(at int, n *node) {
	kind := branchPage
	if n.leaf {
		kind = leafPage
	}
	page := s.fresh(at, kind, len(n.cells), n.next)
	pos := head
	for _, c := range n.cells {
		page[pos] = byte(len(c.key))
		if n.leaf {
			le.PutUint16(page[pos+1:], uint16(c.length))
			pos += 3
		} else {
			le.PutUint32(page[pos+1:], uint32(c.child))
			pos += 5
		}
		pos += copy(page[pos:], c.key)
		pos += copy(page[pos:], c.value)
	}
}

func (s *store) newPage() int {
	if at := s.freeFirst; at != 0 {
		s.freeFirst = s.next(at)
		s.freeCount--
		return at
	}
	s.pages = append(s.pages, make([]byte, s.size))
	return len(s.pages) - 1
}

func (s *store) freePage(at int) {
	s.fresh(at, freePage, 0, s.freeFirst)
	s.freeFirst = at
	s.freeCount++
}

// ---- values ----

func (s *store) chain(c cell) []int {
	var found []int
	if s.overflows(len(c.key), c.length) {
		for at := int(le.Uint32(c.value)); at != 0; at = s.next(at) {
			found = append(found, at)
		}
	}
	return found
}

func (s *store) newCell(key, value []byte) cell {
	c := cell{key: key, value: value, length: len(value)}
	if !s.overflows(len(key), len(value)) {
		return c
	}
	c.value = make([]byte, 4)
	before := 0
	for done := 0; done < len(value); {
		part := len(value) - done
		if part > s.room() {
			part = s.room()
		}
		at := s.newPage()
		page := s.fresh(at, overflowPage, part, 0)
		copy(page[head:], value[done:done+part])
		if before == 0 {
			le.PutUint32(c.value, uint32(at))
		} else {
			le.PutUint32(s.pages[before][4:], uint32(at))
		}
		before = at
		done += part
	}
	return c
}

func (s *store) value(c cell) []byte {
	if !s.overflows(len(c.key), c.length) {
		return c.value
	}
	var value []byte
	for _, at := range s.chain(c) {
		part := int(le.Uint16(s.pages[at][2:]))
		value = append(value, s.pages[at][head:head+part]...)
	}
	return value
}

// ---- the tree ----

func shortestBetween(a, b []byte) []byte {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return append([]byte{}, b[:n+1]...)
}

func part(cells []cell) []cell { return append([]cell{}, cells...) }

func divide(n *node) (*node, []byte, *node) {
	total, sum, m := n.size(), 0, 0
	for sum*2 < total {
		sum += n.cellSize(m)
		m++
	}
	if n.leaf {
		key := shortestBetween(n.cells[m-1].key, n.cells[m].key)
		return &node{true, n.next, part(n.cells[:m])}, key, &node{true, n.next, part(n.cells[m:])}
	}
	middle := n.cells[m-1]
	return &node{false, n.next, part(n.cells[:m-1])}, middle.key, &node{false, middle.child, part(n.cells[m:])}
}

type split struct {
	key   []byte
	right int
}

func (s *store) store(at int, n *node) *split {
	if n.size() <= s.room() {
		s.write(at, n)
		return nil
	}
	left, key, right := divide(n)
	made := s.newPage()
	if n.leaf {
		left.next = made
	}
	s.write(at, left)
	s.write(made, right)
	return &split{key, made}
}

func (s *store) balance(n *node, i int) {
	if len(n.cells) == 0 {
		return
	}
	l := i
	if l >= len(n.cells) {
		l = len(n.cells) - 1
	}
	leftAt, rightAt := n.child(l), n.child(l+1)
	left, right := s.node(leftAt), s.node(rightAt)
	both := &node{left.leaf, left.next, part(left.cells)}
	if left.leaf {
		both.next = right.next
	} else {
		both.cells = append(both.cells, cell{key: n.cells[l].key, child: right.next})
	}
	both.cells = append(both.cells, right.cells...)
	if both.size() <= s.room() {
		s.write(leftAt, both)
		s.freePage(rightAt)
		n.remove(l)
		return
	}
	first, key, second := divide(both)
	if left.leaf {
		first.next = rightAt
	}
	n.cells[l].key = key
	s.write(leftAt, first)
	s.write(rightAt, second)
}

func (s *store) change(at int, key, value []byte, remove bool) *split {
	n := s.node(at)
	if n.leaf {
		i := n.position(key, 0)
		if i < len(n.cells) && bytes.Equal(n.cells[i].key, key) {
			pages := s.chain(n.cells[i])
			for k := len(pages) - 1; k >= 0; k-- {
				s.freePage(pages[k])
			}
			n.remove(i)
			s.keys--
		}
		if !remove {
			n.insert(i, s.newCell(key, value))
			s.keys++
		}
		return s.store(at, n)
	}
	i := n.position(key, 1)
	child := n.child(i)
	if done := s.change(child, key, value, remove); done != nil {
		n.insert(i, cell{key: done.key, child: done.right})
	} else {
		if s.node(child).size() >= s.room()/4 {
			return nil
		}
		s.balance(n, i)
	}
	return s.store(at, n)
}

func (s *store) set(key, value []byte, remove bool) {
	if s.root == 0 {
		s.root = s.newPage()
		s.write(s.root, &node{leaf: true})
	}
	if done := s.change(s.root, key, value, remove); done != nil {
		top := &node{false, s.root, []cell{{key: done.key, child: done.right}}}
		s.root = s.newPage()
		s.write(s.root, top)
		return
	}
	top := s.node(s.root)
	if len(top.cells) > 0 {
		return
	}
	old := s.root
	s.root = 0
	if !top.leaf {
		s.root = top.next
	}
	s.freePage(old)
}

func (s *store) leafFor(key []byte) int {
	at := s.root
	for at != 0 {
		n := s.node(at)
		if n.leaf {
			break
		}
		at = n.child(n.position(key, 1))
	}
	return at
}

func (s *store) find(key []byte) (cell, bool) {
	if at := s.leafFor(key); at != 0 {
		n := s.node(at)
		if i := n.position(key, 0); i < len(n.cells) && bytes.Equal(n.cells[i].key, key) {
			return n.cells[i], true
		}
	}
	return cell{}, false
}

// from calls do for the cells from a key on, until it returns false.
func (s *store) from(key []byte, do func(cell) bool) {
	for at := s.leafFor(key); at != 0; {
		n := s.node(at)
		for _, c := range n.cells[n.position(key, 0):] {
			if !do(c) {
				return
			}
		}
		at = n.next
	}
}

// ---- files ----

func pageSize(n int) bool { return n >= 128 && n <= 4096 && n&(n-1) == 0 }

func open(data []byte) *store {
	if len(data) < 128 || string(data[:4]) != "HWBT" || le.Uint16(data[4:]) != 1 ||
		le.Uint32(data[32:]) != crc32.ChecksumIEEE(data[:32]) {
		fail("FORMAT", "this is no file of btree")
	}
	size, count := int(le.Uint16(data[6:])), int(le.Uint32(data[8:]))
	s := &store{size: size, root: int(le.Uint32(data[12:])), freeFirst: int(le.Uint32(data[16:])),
		freeCount: int(le.Uint32(data[20:])), keys: le.Uint64(data[24:])}
	if !pageSize(size) || size*count != len(data) || s.root >= count || s.freeFirst >= count {
		fail("FORMAT", "the header does not fit the file")
	}
	for i := 0; i < count; i++ {
		s.pages = append(s.pages, append([]byte{}, data[i*size:(i+1)*size]...))
	}
	for i := 1; i < count; i++ {
		page := s.pages[i]
		good := le.Uint32(page[8:]) == s.crc(i)
		switch {
		case !good:
		case page[0] == leafPage || page[0] == branchPage:
			_, good = s.parse(i)
		default:
			good = true
		}
		if !good {
			fail("CORRUPT", fmt.Sprintf("page %d", i))
		}
	}
	return s
}

func (s *store) image() []byte {
	page := make([]byte, s.size)
	copy(page, "HWBT")
	le.PutUint16(page[4:], 1)
	le.PutUint16(page[6:], uint16(s.size))
	le.PutUint32(page[8:], uint32(len(s.pages)))
	le.PutUint32(page[12:], uint32(s.root))
	le.PutUint32(page[16:], uint32(s.freeFirst))
	le.PutUint32(page[20:], uint32(s.freeCount))
	le.PutUint64(page[24:], s.keys)
	le.PutUint32(page[32:], crc32.ChecksumIEEE(page[:32]))
	s.pages[0] = page
	for i := 1; i < len(s.pages); i++ {
		le.PutUint32(s.pages[i][8:], s.crc(i))
	}
	return bytes.Join(s.pages, nil)
}

// ---- check ----

type checker struct {
	s       *store
	seen    map[int]bool
	leaves  []int
	follows []int
	keys    uint64
}

func (c *checker) need(good bool) {
	if !good {
		fail("CORRUPT", "the tree is broken")
	}
}

func (c *checker) visit(at int, kinds ...byte) {
	c.need(at >= 1 && at < len(c.s.pages) && !c.seen[at] && bytes.IndexByte(kinds, c.s.pages[at][0]) >= 0)
	c.seen[at] = true
}

func (c *checker) value(x cell) {
	if !c.s.overflows(len(x.key), x.length) {
		return
	}
	left, at := x.length, int(le.Uint32(x.value))
	for left > 0 {
		c.visit(at, overflowPage)
		want := left
		if want > c.s.room() {
			want = c.s.room()
		}
		c.need(int(le.Uint16(c.s.pages[at][2:])) == want)
		left -= want
		at = c.s.next(at)
	}
	c.need(at == 0)
}

func (c *checker) tree(at int, low, high []byte) int {
	c.visit(at, leafPage, branchPage)
	n := c.s.node(at)
	for i, x := range n.cells {
		c.need(i == 0 || bytes.Compare(n.cells[i-1].key, x.key) < 0)
		c.need(bytes.Compare(x.key, low) >= 0 && (high == nil || bytes.Compare(x.key, high) < 0))
		if n.leaf {
			c.value(x)
		}
	}
	if n.leaf {
		c.leaves = append(c.leaves, at)
		c.follows = append(c.follows, n.next)
		c.keys += uint64(len(n.cells))
		return 1
	}
	height := 0
	for i := 0; i <= len(n.cells); i++ {
		from, to := low, high
		if i > 0 {
			from = n.cells[i-1].key
		}
		if i < len(n.cells) {
			to = n.cells[i].key
		}
		h := c.tree(n.child(i), from, to)
		c.need(i == 0 || h == height)
		height = h
	}
	return height + 1
}

func (s *store) check() {
	c := &checker{s: s, seen: map[int]bool{}}
	if s.root != 0 {
		c.tree(s.root, nil, nil)
	}
	for i, next := range c.follows {
		if i+1 < len(c.leaves) {
			c.need(next == c.leaves[i+1])
		} else {
			c.need(next == 0)
		}
	}
	c.need(c.keys == s.keys)
	n := 0
	for at := s.freeFirst; at != 0; at = s.next(at) {
		c.visit(at, freePage)
		n++
	}
	c.need(n == s.freeCount && len(c.seen) == len(s.pages)-1)
}

// ---- words ----

func encode(b []byte) string {
	if len(b) == 0 {
		return "-"
	}
	if string(b) == "-" {
		return "%2D"
	}
	var text strings.Builder
	for _, c := range b {
		if c > 32 && c < 127 && c != '%' {
			text.WriteByte(c)
		} else {
			fmt.Fprintf(&text, "%%%02X", c)
		}
	}
	return text.String()
}

func hex(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func decode(word []byte) []byte {
	b := []byte{}
	if string(word) == "-" {
		return b
	}
	for i := 0; i < len(word); i++ {
		c := word[i]
		if c < 33 || c > 126 {
			fail("COMMAND", "a byte must be written as %XX")
		}
		if c == '%' {
			if i+3 >= len(word) || hex(word[i+1]) < 0 || hex(word[i+2]) < 0 {
				fail("COMMAND", "% needs two digits")
			}
			c = byte(hex(word[i+1])*16 + hex(word[i+2]))
			i += 2
		}
		b = append(b, c)
	}
	return b
}

func number(word []byte) int {
	n := 0
	if len(word) < 1 || len(word) > 5 {
		fail("COMMAND", "a number has one to five digits")
	}
	for _, c := range word {
		if c < '0' || c > '9' {
			fail("COMMAND", "this is no number")
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// ---- commands ----

var shapes = map[string]string{
	"create": "n", "put": "bb", "new": "bb", "get": "b", "del": "b", "scan": "BB", "count": "BB",
	"prefix": "b", "last": "", "fill": "bnnb", "drop": "bnnn", "stat": "", "dump": "", "check": "",
	"compact": "",
}

type session struct {
	path    string
	s       *store
	changed bool
	out     bytes.Buffer
}

func (q *session) checkKey(key []byte) {
	if len(key) < 1 || len(key) > q.s.longestKey() {
		fail("KEY", fmt.Sprintf("a key has 1 to %d bytes", q.s.longestKey()))
	}
}

func (q *session) checkPair(key, value []byte) {
	q.checkKey(key)
	if len(value) > longestValue {
		fail("VALUE", "a value is too long")
	}
}

func (q *session) set(key, value []byte, remove bool) {
	q.changed = true
	q.s.set(key, value, remove)
}

func (q *session) pair(c cell) {
	fmt.Fprintf(&q.out, "%s %s\n", encode(c.key), encode(q.s.value(c)))
}

func numbered(prefix []byte, n int) []byte {
	return strconv.AppendInt(append([]byte{}, prefix...), int64(n), 10)
}

func (q *session) line(line []byte) {
	var words [][]byte
	for _, word := range bytes.Split(line, []byte(" ")) {
		if len(word) > 0 {
			words = append(words, word)
		}
	}
	if len(words) == 0 || words[0][0] == '#' {
		return
	}
	name := string(words[0])
	shape, known := shapes[name]
	if !known {
		fail("COMMAND", "there is no such command")
	}
	n := len(words) - 1
	if n > len(shape) || (n < len(shape) && shape[0] != 'B') {
		fail("COMMAND", "another number of words")
	}
	b, x := make([][]byte, n), make([]int, n)
	for i := 0; i < n; i++ {
		if shape[i] == 'n' {
			x[i] = number(words[i+1])
		} else {
			b[i] = decode(words[i+1])
		}
	}
	if name == "create" {
		q.create(x[0])
		return
	}
	if q.s == nil {
		fail("NOFILE", "the file is not there")
	}
	q.do(name, b, x)
}

func (q *session) create(size int) {
	if q.s != nil {
		fail("COMMAND", "the file is there already")
	}
	if !pageSize(size) {
		fail("COMMAND", "this is no page size")
	}
	q.s = newStore(size)
	q.changed = true
}

func (q *session) do(name string, b [][]byte, x []int) {
	switch name {
	case "put", "new":
		q.checkPair(b[0], b[1])
		if _, there := q.s.find(b[0]); there && name == "new" {
			fail("EXISTS", "the key is there already")
		}
		q.set(b[0], b[1], false)
	case "get":
		q.checkKey(b[0])
		if c, there := q.s.find(b[0]); there {
			fmt.Fprintln(&q.out, encode(q.s.value(c)))
		} else {
			fmt.Fprintln(&q.out, "(none)")
		}
	case "del":
		q.checkKey(b[0])
		if _, there := q.s.find(b[0]); !there {
			fail("MISSING", "there is no such key")
		}
		q.set(b[0], nil, true)
	case "scan", "count":
		q.between(name, b)
	case "prefix":
		q.s.from(b[0], func(c cell) bool {
			if !bytes.HasPrefix(c.key, b[0]) {
				return false
			}
			q.pair(c)
			return true
		})
	case "last":
		fail("COMMAND", "not yet")
	case "fill", "drop":
		q.series(name, b, x)
	case "stat":
		q.stat()
	case "dump":
		q.dumpAll()
	case "check":
		q.s.check()
		fmt.Fprintln(&q.out, "ok")
	case "compact":
		q.compact()
	}
}

func (q *session) between(name string, b [][]byte) {
	var from []byte
	if len(b) > 0 {
		from = b[0]
	}
	n := 0
	q.s.from(from, func(c cell) bool {
		if len(b) > 1 && bytes.Compare(c.key, b[1]) >= 0 {
			return false
		}
		n++
		if name == "scan" {
			q.pair(c)
		}
		return true
	})
	if name == "count" {
		fmt.Fprintln(&q.out, n)
	}
}

func (q *session) last() {
	if q.s.root == 0 {
		fmt.Fprintln(&q.out, "(none)")
		return
	}
	n := q.s.node(q.s.root)
	for !n.leaf {
		n = q.s.node(n.child(len(n.cells)))
	}
	q.pair(n.cells[len(n.cells)-1])
}

func (q *session) series(name string, b [][]byte, x []int) {
	from, to, step := x[1], x[2], 1
	if name == "drop" {
		step = x[3]
		if step < 1 {
			fail("COMMAND", "a step is at least 1")
		}
	}
	if from > to {
		step = -step
	}
	for i := from; (step > 0 && i <= to) || (step < 0 && i >= to); i += step {
		key := numbered(b[0], i)
		if name == "fill" {
			value := numbered(b[3], i)
			q.checkPair(key, value)
			q.set(key, value, false)
			continue
		}
		if _, there := q.s.find(key); there {
			q.set(key, nil, true)
		}
	}
}

func (q *session) compact() {
	old := q.s
	q.s = newStore(old.size)
	q.changed = true
	old.from(nil, func(c cell) bool {
		q.s.set(c.key, old.value(c), false)
		return true
	})
}

func (q *session) stat() {
	s := q.s
	height, leaves, branches, overflow, used := 0, 0, 0, 0, 0
	var gather func(at, depth int)
	gather = func(at, depth int) {
		n := s.node(at)
		used += n.size()
		if depth > height {
			height = depth
		}
		if n.leaf {
			leaves++
			for _, c := range n.cells {
				overflow += len(s.chain(c))
			}
			return
		}
		branches++
		for i := 0; i <= len(n.cells); i++ {
			gather(n.child(i), depth+1)
		}
	}
	if s.root != 0 {
		gather(s.root, 1)
	}
	fmt.Fprintf(&q.out, "pages %d free %d keys %d height %d leaves %d branches %d overflow %d used %d\n",
		len(s.pages), s.freeCount, s.keys, height, leaves, branches, overflow, used)
}

func (q *session) dump(at, depth int) {
	n := q.s.node(at)
	space := strings.Repeat("  ", depth)
	if !n.leaf {
		fmt.Fprintf(&q.out, "%sbranch %d\n", space, at)
		for i := 0; i <= len(n.cells); i++ {
			if i > 0 {
				fmt.Fprintf(&q.out, "%s  key %s\n", space, encode(n.cells[i-1].key))
			}
			q.dump(n.child(i), depth+1)
		}
		return
	}
	fmt.Fprintf(&q.out, "%sleaf %d next %d:", space, at, n.next)
	for _, c := range n.cells {
		fmt.Fprintf(&q.out, " %s=%d", encode(c.key), c.length)
		for i, o := range q.s.chain(c) {
			mark := " "
			if i == 0 {
				mark = "@"
			}
			fmt.Fprintf(&q.out, "%s%d", mark, o)
		}
	}
	fmt.Fprintln(&q.out)
}

func (q *session) dumpAll() {
	if q.s.root != 0 {
		q.dump(q.s.root, 0)
	}
	fmt.Fprint(&q.out, "free")
	for at := q.s.freeFirst; at != 0; at = q.s.next(at) {
		fmt.Fprintf(&q.out, " %d", at)
	}
	fmt.Fprintln(&q.out)
}

// guarded returns the failure that a function ended with.
func guarded(do func()) (found *failure) {
	defer func() {
		if x := recover(); x != nil {
			f, ours := x.(failure)
			if !ours {
				panic(x)
			}
			found = &f
		}
	}()
	do()
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "USAGE: btree FILE, with commands on stdin")
		os.Exit(2)
	}
	q := &session{path: os.Args[1]}
	text, _ := io.ReadAll(os.Stdin)
	failed := guarded(func() {
		if data, err := os.ReadFile(q.path); err == nil {
			q.s = open(data)
		}
		for _, line := range bytes.Split(text, []byte("\n")) {
			q.line(line)
		}
	})
	if q.changed {
		if err := os.WriteFile(q.path, q.s.image(), 0o644); err != nil {
			failed = &failure{"WRITE", q.path + " cannot be written", 1}
		}
	}
	os.Stdout.Write(q.out.Bytes())
	if failed != nil {
		fmt.Fprintf(os.Stderr, "%s: %s\n", failed.word, failed.message)
		os.Exit(failed.code)
	}
}
