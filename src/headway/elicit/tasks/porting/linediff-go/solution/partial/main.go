// Compares files line by line and applies differences.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
)

type failure struct {
	kind string
	code int
}

func fail(kind string) { panic(failure{kind, 2}) }
func usage()           { panic(failure{"usage", 3}) }

type options struct {
	mode          string
	context, fuzz int
	labels, files []string
	flags         map[byte]bool
}

type change struct{ from, to, start, stop int }

type piece struct {
	place      int
	old, new   []string
	lead, tail int
}

var digits = regexp.MustCompile(`\A[0-9]{1,6}\z`)

func parse(words []string) *options {
	known := map[string]string{"diff": "wbi", "stat": "wbi", "patch": "R"}
	if len(words) == 0 || known[words[0]] == "" {
		usage()
	}
	o := &options{mode: words[0], context: 3, flags: map[byte]bool{}}
	i := 1
	number := func(most int) int {
		i++
		if i >= len(words) || !digits.MatchString(words[i]) {
			usage()
		}
		n, _ := strconv.Atoi(words[i])
		if n > most {
			usage()
		}
		return n
	}
	for ; i < len(words); i++ {
		word := words[i]
		switch {
		case word == "-U" && o.mode == "diff":
			o.context = number(999999)
		case word == "-F" && o.mode == "patch":
			o.fuzz = number(9)
		case word == "-L" && o.mode == "diff":
			i++
			if i >= len(words) || len(o.labels) == 2 {
				usage()
			}
			o.labels = append(o.labels, words[i])
		case len(word) > 1 && word[0] == '-':
			if len(word) != 2 || strings.IndexByte(known[o.mode], word[1]) < 0 {
				usage()
			}
			o.flags[word[1]] = true
		default:
			o.files = append(o.files, word)
		}
	}
	if len(o.files) != 2 {
		usage()
	}
	return o
}

func read(name string) []string {
	var data []byte
	var err error
	if name == "-" {
		data, _ = io.ReadAll(os.Stdin)
	} else if data, err = os.ReadFile(name); err != nil {
		fail("missing")
	}
	lines := strings.SplitAfter(string(data), "\n")
	if lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func normal(line string, flags map[byte]bool) string {
	var out []byte
	switch {
	case flags['w']:
		for i := 0; i < len(line); i++ {
			if strings.IndexByte(" \t\r\n", line[i]) < 0 {
				out = append(out, line[i])
			}
		}
	case flags['b']:
		line = strings.TrimRight(line, " \t\r\n")
		for i := 0; i < len(line); i++ {
			c := line[i]
			if strings.IndexByte(" \t\r", c) >= 0 {
				if len(out) > 0 && i > 0 && strings.IndexByte(" \t\r", line[i-1]) >= 0 {
					continue
				}
				c = ' '
			}
			out = append(out, c)
		}
	default:
		out = []byte(line)
	}
	if flags['i'] {
		for i, c := range out {
			if c >= 'A' && c <= 'Z' {
				out[i] = c + 32
			}
		}
	}
	return string(out)
}

func numbered(lines []string, known map[string]int, flags map[byte]bool) []int {
	found := make([]int, len(lines))
	for i, line := range lines {
		key := normal(line, flags)
		if _, ok := known[key]; !ok {
			known[key] = len(known)
		}
		found[i] = known[key]
	}
	return found
}

func changes(x, y []string, flags map[byte]bool) []change {
	known := map[string]int{}
	a, b := numbered(x, known, flags), numbered(y, known, flags)
	n, m, head := len(a), len(b), 0
	for head < n && head < m && a[head] == b[head] {
		head++
	}
	most := make([][]int32, n+1)
	for i := range most {
		if i >= head {
			most[i] = make([]int32, m+1)
		}
	}
	for i := n - 1; i >= head; i-- {
		for j := m - 1; j >= head; j-- {
			switch {
			case a[i] == b[j]:
				most[i][j] = most[i+1][j+1] + 1
			case most[i+1][j] >= most[i][j+1]:
				most[i][j] = most[i+1][j]
			default:
				most[i][j] = most[i][j+1]
			}
		}
	}
	var found []change
	i, j := head, head
	from, start := head, head
	note := func() {
		if from < i || start < j {
			found = append(found, change{from, i, start, j})
		}
	}
	for i < n && j < m {
		if a[i] == b[j] {
			note()
			i++
			j++
			from, start = i, j
		} else if most[i+1][j] >= most[i][j+1] {
			i++
		} else {
			j++
		}
	}
	i, j = n, m
	note()
	return found
}

func span(start, count int) string {
	switch count {
	case 0:
		return fmt.Sprintf("%d,0", start)
	case 1:
		return strconv.Itoa(start + 1)
	}
	return fmt.Sprintf("%d,%d", start+1, count)
}

func least(values ...int) int {
	found := values[0]
	for _, v := range values {
		if v < found {
			found = v
		}
	}
	return found
}

func show(out *bytes.Buffer, sign byte, lines []string) {
	for _, line := range lines {
		out.WriteByte(sign)
		out.WriteString(line)
		if !strings.HasSuffix(line, "\n") {
			out.WriteString("\n")
		}
	}
}

func hunk(out *bytes.Buffer, group []change, a, b []string, context int) {
	first, last := group[0], group[len(group)-1]
	before := least(context, first.from, first.start)
	after := least(context, len(a)-last.to-1, len(b)-last.stop-1)
	if after < 0 {
		after = 0
	}
	at, to := first.from-before, last.to+after
	start, stop := first.start-before, last.stop+after
	fmt.Fprintf(out, "@@ -%s +%s @@\n", span(at, to-at), span(start, stop-start))
	for _, c := range group {
		show(out, ' ', a[at:c.from])
		show(out, '-', a[c.from:c.to])
		show(out, '+', b[c.start:c.stop])
		at = c.to
	}
	show(out, ' ', a[at:to])
}

func diff(o *options) ([]byte, int) {
	a, b := read(o.files[0]), read(o.files[1])
	found := changes(a, b, o.flags)
	if len(found) == 0 {
		return nil, 0
	}
	labels := append(o.labels, o.files[len(o.labels):]...)
	out := &bytes.Buffer{}
	fmt.Fprintf(out, "--- %s\n+++ %s\n", labels[0], labels[1])
	for len(found) > 0 {
		n := 1
		for n < len(found) && found[n].from-found[n-1].to <= o.context {
			n++
		}
		hunk(out, found[:n], a, b, o.context)
		found = found[n:]
	}
	return out.Bytes(), 1
}

func stat(o *options) ([]byte, int) {
	a, b := read(o.files[0]), read(o.files[1])
	found := changes(a, b, o.flags)
	removed, added, code := 0, 0, 0
	for _, c := range found {
		removed += c.to - c.from
		added += c.stop - c.start
		code = 1
	}
	alike, total := 1000, len(a)+len(b)
	if total > 0 {
		alike = (1000*(total-removed-added) + total/2) / total
	}
	text := fmt.Sprintf("%d changes, %d removed, %d added, %d.%d%% alike\n", len(found), removed, added, alike/10, alike%10)
	return []byte(text), code
}

var header = regexp.MustCompile(`\A@@ -([0-9]{1,5})(?:,([0-9]{1,5}))? \+([0-9]{1,5})(?:,([0-9]{1,5}))? @@`)

func numbers(line string) (values [4]int) {
	found := header.FindStringSubmatch(line)
	if found == nil {
		fail("format")
	}
	for k := range values {
		values[k] = 1
		if found[k+1] != "" {
			values[k], _ = strconv.Atoi(found[k+1])
		}
	}
	return values
}

func parsed(lines []string, reverse bool) []piece {
	at := 0
	for at < len(lines) && !strings.HasPrefix(lines[at], "@@") {
		at++
	}
	if at > 0 && at < len(lines) {
		if at < 2 || !strings.HasPrefix(lines[at-2], "--- ") || !strings.HasPrefix(lines[at-1], "+++ ") {
			fail("format")
		}
	}
	var found []piece
	for at < len(lines) {
		v := numbers(lines[at])
		at++
		p := piece{}
		changed := false
		for len(p.old) < v[1] || len(p.new) < v[3] {
			if at == len(lines) || !strings.HasSuffix(lines[at], "\n") {
				fail("format")
			}
			sign, line := lines[at][0], lines[at][1:]
			if (sign != ' ' && sign != '+' && sign != '-') || line == "" {
				fail("format")
			}
			at++
			if at < len(lines) && lines[at][0] == '\\' {
				line = line[:len(line)-1]
				at++
			}
			if sign != '+' {
				p.old = append(p.old, line)
			}
			if sign != '-' {
				p.new = append(p.new, line)
			}
			switch {
			case sign != ' ':
				p.tail, changed = 0, true
			case changed:
				p.tail++
			default:
				p.lead++
			}
		}
		if len(p.old) > v[1] || len(p.new) > v[3] {
			fail("format")
		}
		start, count := v[0], v[1]
		if reverse {
			start, count = v[2], v[3]
			p.old, p.new = p.new, p.old
		}
		p.place = start
		if count > 0 {
			p.place--
		}
		found = append(found, p)
	}
	return found
}

func fits(lines, wanted []string, at int) bool {
	for k, line := range wanted {
		if lines[at+k] != line {
			return false
		}
	}
	return true
}

func distance(a, b int) int {
	if a > b {
		return a - b
	}
	return b - a
}

func search(lines, wanted []string, place, low int) int {
	best := -1
	for at := low; at+len(wanted) <= len(lines); at++ {
		if best >= 0 && distance(at, place) > distance(best, place) {
			break
		}
		if fits(lines, wanted, at) {
			return at
		}
	}
	return best
}

func patch(o *options) ([]byte, int) {
	lines := read(o.files[0])
	pieces := parsed(read(o.files[1]), o.flags['R'])
	var result []string
	low, shift, noted := 0, 0, false
	for _, p := range pieces {
		at, head, foot := -1, 0, 0
		for fuzz := 0; fuzz <= o.fuzz && at < 0; fuzz++ {
			head, foot = least(fuzz, p.lead), least(fuzz, p.tail)
			at = search(lines, p.old[head:len(p.old)-foot], p.place+shift+head, low)
			noted = noted || (at >= 0 && fuzz > 0)
		}
		if at < 0 {
			fail("conflict")
		}
		shift = at - head - p.place
		noted = noted || shift > 0
		result = append(result, lines[low:at]...)
		result = append(result, p.new[head:len(p.new)-foot]...)
		low = at + len(p.old) - head - foot
	}
	result = append(result, lines[low:]...)
	for i, line := range result {
		if i+1 < len(result) && !strings.HasSuffix(line, "\n") {
			fail("newline")
		}
	}
	if noted {
		fmt.Fprintln(os.Stderr, "note: a hunk was moved")
	}
	return []byte(strings.Join(result, "")), 0
}

func main() {
	defer func() {
		if caught := recover(); caught != nil {
			f, ok := caught.(failure)
			if !ok {
				panic(caught)
			}
			fmt.Fprintf(os.Stderr, "%s: stopped\n", f.kind)
			os.Exit(f.code)
		}
	}()
	o := parse(os.Args[1:])
	work := map[string]func(*options) ([]byte, int){"diff": diff, "stat": stat, "patch": patch}
	text, code := work[o.mode](o)
	os.Stdout.Write(text)
	os.Exit(code)
}
