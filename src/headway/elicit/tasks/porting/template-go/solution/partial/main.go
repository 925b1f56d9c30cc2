package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	largest = 1<<53 - 1
	deepest = 16
	blanks  = " \t\n\r"
)

type value = interface{}
type list = []value
type dict = map[string]value
type undefined struct{}

type failure struct {
	kind, place string
	placed      bool
}
type usage struct{ why string }

func fail(kind string)          { panic(failure{kind, "", false}) }
func failAt(kind, place string) { panic(failure{kind, place, true}) }
func need(good bool)            { check(good, "type") }
func check(good bool, kind string) {
	if !good {
		fail(kind)
	}
}

// ---- values

func equal(a, b value) bool {
	switch a := a.(type) {
	case list:
		b, same := b.(list)
		if !same || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equal(a[i], b[i]) {
				return false
			}
		}
		return true
	case dict:
		b, same := b.(dict)
		if !same || len(a) != len(b) {
			return false
		}
		for k, v := range a {
			other, there := b[k]
			if !there || !equal(v, other) {
				return false
			}
		}
		return true
	}
	switch b.(type) {
	case list, dict:
		return false
	}
	return a == b
}

func truth(v value) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case int64:
		return v != 0
	case string:
		return v != ""
	case list:
		return len(v) > 0
	case dict:
		return len(v) > 0
	}
	return true
}

func keysOf(m dict) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return strings.ToLower(keys[i]) < strings.ToLower(keys[j]) })
	return keys
}

func quoted(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			out.WriteByte('\\')
			out.WriteByte(c)
		case c == '\n':
			out.WriteString("\\n")
		case c == '\r':
			out.WriteString("\\r")
		case c == '\t':
			out.WriteString("\\t")
		case c < 32:
			fmt.Fprintf(&out, "\\u%04x", c)
		default:
			out.WriteByte(c)
		}
	}
	return out.String() + "\""
}

func asJSON(v value) string {
	var parts []string
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return quoted(v)
	case list:
		for _, one := range v {
			parts = append(parts, asJSON(one))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case dict:
		for _, k := range keysOf(v) {
			parts = append(parts, quoted(k)+":"+asJSON(v[k]))
		}
		return "{" + strings.Join(parts, ",") + "}"
	}
	return fmt.Sprint(v)
}

func text(v value) string {
	if v == nil {
		return ""
	}
	if s, is := v.(string); is {
		return s
	}
	return asJSON(v)
}

var html = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\"", "&quot;", "'", "&apos;")

func integer(n int64) int64 {
	check(n <= largest && n >= -largest, "limit")
	return n
}

// ---- filters

func aText(v value) string {
	s, is := v.(string)
	need(is)
	return s
}

func anInt(v value) int64 {
	n, is := v.(int64)
	need(is)
	return n
}

func aList(v value) list {
	l, is := v.(list)
	need(is)
	return l
}

func aMap(v value) dict {
	m, is := v.(dict)
	need(is)
	return m
}

func count(v value) int {
	n := anInt(v)
	need(n >= 0 && n <= 10000)
	return int(n)
}

// items of a list, or the code points of a string, and how to make the same kind again.
func items(v value) (list, func(list) value) {
	if s, is := v.(string); is {
		points := list{}
		for _, r := range s {
			points = append(points, string(r))
		}
		return points, func(l list) value {
			var out strings.Builder
			for _, one := range l {
				out.WriteString(one.(string))
			}
			return out.String()
		}
	}
	return aList(v), func(l list) value { return l }
}

func ascii(s string, from, to byte, by int) string {
	out := []byte(s)
	for i, c := range out {
		if c >= from && c <= to {
			out[i] = byte(int(c) + by)
		}
	}
	return string(out)
}

func bound(n int64, size int) int {
	if n < 0 {
		return 0
	}
	if n > int64(size) {
		return size
	}
	return int(n)
}

func sorted(v value) list {
	l := append(list{}, aList(v)...)
	ints, texts := true, true
	for _, one := range l {
		_, isInt := one.(int64)
		_, isText := one.(string)
		ints, texts = ints && isInt, texts && isText
	}
	if !ints {
		for i := range l {
			l[i] = text(l[i])
		}
	}
	sort.SliceStable(l, func(i, j int) bool { return less(l[i], l[j]) })
	return l
}

func less(a, b value) bool {
	if n, is := a.(int64); is {
		return n < b.(int64)
	}
	return a.(string) < b.(string)
}

func number(v value) value {
	if n, is := v.(int64); is {
		return n
	}
	s := aText(v)
	digits := strings.TrimPrefix(s, "-")
	need(digits != "" && strings.Trim(digits, "0123456789") == "")
	trimmed := strings.TrimLeft(digits, "0")
	check(len(trimmed) <= 16, "limit")
	n, _ := strconv.ParseInt("0"+trimmed, 10, 64)
	if digits != s {
		n = -n
	}
	return integer(n)
}

func padding(v value, n value) (string, string) {
	s := text(v)
	more := count(n) - len(s)
	if more < 0 {
		more = 0
	}
	return s, strings.Repeat(" ", more)
}

type filter struct {
	args int
	run  func(v value, a list) value
}

var filters = map[string]filter{
	"upper": {0, func(v value, a list) value { return ascii(aText(v), 'a', 'z', -32) }},
	"lower": {0, func(v value, a list) value { return ascii(aText(v), 'A', 'Z', 32) }},
	"trim":  {0, func(v value, a list) value { return strings.Trim(aText(v), blanks) }},
	"length": {0, func(v value, a list) value {
		if m, is := v.(dict); is {
			return int64(len(m))
		}
		l, _ := items(v)
		return int64(len(l))
	}},
	"join": {1, func(v value, a list) value {
		var parts []string
		l, by := aList(v), aText(a[0])
		for _, one := range l {
			parts = append(parts, text(one))
		}
		return strings.Join(parts, by)
	}},
	"split": {1, func(v value, a list) value {
		s, by := aText(v), aText(a[0])
		if by == "" {
			l, _ := items(s)
			return l
		}
		l := list{}
		for _, part := range strings.Split(s, by) {
			l = append(l, part)
		}
		return l
	}},
	"replace": {2, func(v value, a list) value {
		s, from, to := aText(v), aText(a[0]), aText(a[1])
		if from == "" {
			return s
		}
		return strings.ReplaceAll(s, from, to)
	}},
	"first": {0, func(v value, a list) value {
		if l, _ := items(v); len(l) > 0 {
			return l[0]
		}
		return nil
	}},
	"last": {0, func(v value, a list) value {
		if l, _ := items(v); len(l) > 0 {
			return l[len(l)-1]
		}
		return nil
	}},
	"reverse": {0, func(v value, a list) value {
		l, again := items(v)
		out := list{}
		for i := len(l) - 1; i >= 0; i-- {
			out = append(out, l[i])
		}
		return again(out)
	}},
	"sort": {0, func(v value, a list) value { return sorted(v) }},
	"unique": {0, func(v value, a list) value {
		out := list{}
		for _, one := range aList(v) {
			if !contains(out, one) {
				out = append(out, one)
			}
		}
		return out
	}},
	"keys": {0, func(v value, a list) value {
		out := list{}
		for _, k := range keysOf(aMap(v)) {
			out = append(out, k)
		}
		return out
	}},
	"values": {0, func(v value, a list) value {
		out, m := list{}, aMap(v)
		for _, k := range keysOf(m) {
			out = append(out, m[k])
		}
		return out
	}},
	"slice": {2, func(v value, a list) value {
		l, again := items(v)
		from, to := bound(anInt(a[0]), len(l)), bound(anInt(a[1]), len(l))
		if from > to {
			to = from
		}
		return again(append(list{}, l[from:to]...))
	}},
	"min": {0, func(v value, a list) value {
		if l := sorted(v); len(l) > 0 {
			return l[0]
		}
		return nil
	}},
	"max": {0, func(v value, a list) value {
		if l := sorted(v); len(l) > 0 {
			return l[len(l)-1]
		}
		return nil
	}},
	"sum": {0, func(v value, a list) value {
		total := int64(0)
		for _, one := range aList(v) {
			anInt(one)
		}
		for _, one := range v.(list) {
			total = integer(total + one.(int64))
		}
		return total
	}},
	"abs": {0, func(v value, a list) value {
		if n := anInt(v); n < 0 {
			return -n
		}
		return v
	}},
	"number": {0, func(v value, a list) value { return number(v) }},
	"text":   {0, func(v value, a list) value { return text(v) }},
	"json":   {0, func(v value, a list) value { return asJSON(v) }},
	"escape": {0, func(v value, a list) value { return html.Replace(text(v)) }},
	"raw":    {0, func(v value, a list) value { return v }},
	"indent": {1, func(v value, a list) value {
		lines := strings.Split(aText(v), "\n")
		more := strings.Repeat(" ", count(a[0]))
		for i := range lines {
			if i > 0 && lines[i] != "" {
				lines[i] = more + lines[i]
			}
		}
		return strings.Join(lines, "\n")
	}},
	"pad": {1, func(v value, a list) value {
		s, more := padding(v, a[0])
		return s + more
	}},
	"lpad": {1, func(v value, a list) value {
		s, more := padding(v, a[0])
		return more + s
	}},
	"truncate": {1, func(v value, a list) value {
		points, n := []rune(aText(v)), count(a[0])
		if len(points) <= n {
			return v
		}
		return string(points[:n]) + "\u2026"
	}},
	"default": {1, nil},
}

func contains(l list, v value) bool {
	for _, one := range l {
		if equal(one, v) {
			return true
		}
	}
	return false
}

// ---- expressions

type token struct {
	is   string
	word string
	n    int64
}

type tree struct {
	is, name string
	value    value
	a, b     *tree
	items    []*tree
	not      bool
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLetter(c byte) bool {
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
}

func unquoted(s string) string {
	var out []byte
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case '\\', '\'', '"':
			out = append(out, s[i])
		default:
			fail("syntax")
		}
	}
	return string(out)
}

func tokens(s string) []token {
	var found []token
	for at := 0; ; {
		for at < len(s) && strings.IndexByte(blanks, s[at]) >= 0 {
			at++
		}
		if at == len(s) {
			return found
		}
		from, c := at, s[at]
		switch {
		case isDigit(c):
			for at < len(s) && isDigit(s[at]) {
				at++
			}
			digits := strings.TrimLeft(s[from:at], "0")
			check(len(digits) <= 16, "syntax")
			n, _ := strconv.ParseInt("0"+digits, 10, 64)
			check(n <= largest, "syntax")
			found = append(found, token{"int", "", n})
		case isLetter(c):
			for at < len(s) && (isLetter(s[at]) || isDigit(s[at])) {
				at++
			}
			is := "name"
			switch s[from:at] {
			case "and", "or", "not", "in", "is", "true", "false", "null":
				is = "word"
			}
			found = append(found, token{is, s[from:at], 0})
		case c == '"' || c == '\'':
			at++
			for at < len(s) && s[at] != c {
				if s[at] == '\\' {
					at++
				}
				at++
			}
			check(at < len(s), "syntax")
			at++
			found = append(found, token{"text", unquoted(s[from+1 : at-1]), 0})
		default:
			at++
			if at < len(s) {
				switch s[from : at+1] {
				case "==", "!=", "<=", ">=":
					at++
				}
			}
			check(at-from == 2 || strings.IndexByte("-<>+*/%~|.,()[]=", c) >= 0, "syntax")
			found = append(found, token{"op", s[from:at], 0})
		}
	}
}

type parser struct {
	tokens []token
	at     int
}

func parse(s string) *parser { return &parser{tokens(s), 0} }

func (p *parser) take(words ...string) string {
	if p.at < len(p.tokens) {
		t := p.tokens[p.at]
		for _, word := range words {
			if (t.is == "op" || t.is == "word") && t.word == word {
				p.at++
				return word
			}
		}
	}
	return ""
}

func (p *parser) next() token {
	check(p.at < len(p.tokens), "syntax")
	p.at++
	return p.tokens[p.at-1]
}

func (p *parser) expect(word string) { check(p.take(word) != "", "syntax") }
func (p *parser) end()               { check(p.at == len(p.tokens), "syntax") }

func (p *parser) name() string {
	t := p.next()
	check(t.is == "name", "syntax")
	return t.word
}

func (p *parser) left(inner func() *tree, ops ...string) *tree {
	made := inner()
	for op := p.take(ops...); op != ""; op = p.take(ops...) {
		made = &tree{is: "binary", name: op, a: made, b: inner()}
	}
	return made
}

func (p *parser) expression() *tree { return p.left(p.both, "or") }
func (p *parser) both() *tree       { return p.left(p.negated, "and") }
func (p *parser) joined() *tree     { return p.left(p.sum, "~") }
func (p *parser) sum() *tree        { return p.left(p.product, "+", "-") }
func (p *parser) product() *tree    { return p.left(p.unary, "*", "/", "%") }

func (p *parser) negated() *tree {
	if p.take("not") != "" {
		return &tree{is: "not", a: p.negated()}
	}
	return p.comparison()
}

func (p *parser) comparison() *tree {
	a := p.joined()
	if p.take("is") != "" {
		not := p.take("not") != ""
		check(p.name() == "defined", "syntax")
		return &tree{is: "defined", a: a, not: not}
	}
	if op := p.take("==", "!=", "<=", ">=", "<", ">", "in"); op != "" {
		return &tree{is: "binary", name: op, a: a, b: p.joined()}
	}
	return a
}

func (p *parser) unary() *tree {
	if p.take("-") != "" {
		return &tree{is: "minus", a: p.unary()}
	}
	made := p.member()
	for p.take("|") != "" {
		name := p.name()
		var args []*tree
		if p.take("(") != "" {
			args = p.list(")")
		}
		known, there := filters[name]
		check(there && known.args == len(args), "filter")
		made = &tree{is: "filter", name: name, a: made, items: args}
	}
	return made
}

func (p *parser) member() *tree {
	made := p.primary()
	for {
		switch p.take("[", ".") {
		case "[":
			key := p.expression()
			p.expect("]")
			made = &tree{is: "member", a: made, b: key}
		case ".":
			t := p.next()
			check(t.is == "int" || t.is == "name" || t.is == "word", "syntax")
			made = &tree{is: "dot", a: made, value: t.word}
			if t.is == "int" {
				made.value = t.n
			}
		default:
			return made
		}
	}
}

func (p *parser) list(end string) []*tree {
	var made []*tree
	if p.take(end) != "" {
		return made
	}
	made = append(made, p.expression())
	for p.take(",") != "" {
		made = append(made, p.expression())
	}
	p.expect(end)
	return made
}

func (p *parser) primary() *tree {
	switch p.take("(", "[", "true", "false", "null") {
	case "(":
		made := p.expression()
		p.expect(")")
		return made
	case "[":
		return &tree{is: "list", items: p.list("]")}
	case "true":
		return &tree{is: "value", value: true}
	case "false":
		return &tree{is: "value", value: false}
	case "null":
		return &tree{is: "value"}
	}
	t := p.next()
	switch t.is {
	case "name":
		return &tree{is: "name", name: t.word}
	case "int":
		return &tree{is: "value", value: t.n}
	case "text":
		return &tree{is: "value", value: t.word}
	}
	fail("syntax")
	return nil
}

// ---- templates

type piece struct {
	is, inner string
	line      int
}

func tagEnd(s string, at int, end string) int {
	for ; at < len(s); at++ {
		if strings.HasPrefix(s[at:], end) {
			return at
		}
		if end == "}}" && s[at] == '"' {
			quote := s[at]
			for at++; at < len(s) && s[at] != quote; at++ {
				if s[at] == '\\' {
					at++
				}
			}
		}
	}
	return -1
}

func pieces(s, file string) []piece {
	var found []piece
	line, cut := 1, false
	for at := 0; at < len(s); {
		begin := at
		for begin < len(s) && !(s[begin] == '{' && begin+1 < len(s) && strings.IndexByte("{%#", s[begin+1]) >= 0) {
			begin++
		}
		plain := s[at:begin]
		line += strings.Count(plain, "\n")
		if cut {
			plain = strings.TrimLeft(plain, blanks)
		}
		cut = false
		from := begin + 2
		if from < len(s) && s[from] == '-' {
			plain = strings.TrimRight(plain, blanks)
			from++
		}
		if plain != "" {
			found = append(found, piece{"plain", plain, line})
		}
		if begin == len(s) {
			break
		}
		kind := s[begin+1]
		end := tagEnd(s, from, map[byte]string{'{': "}}", '%': "%}", '#': "#}"}[kind])
		if end < 0 {
			failAt("syntax", fmt.Sprintf("%s:%d", file, line))
		}
		inner := s[from:end]
		if strings.HasSuffix(inner, " -") {
			cut, inner = true, inner[:len(inner)-1]
		}
		switch kind {
		case '{':
			found = append(found, piece{"out", inner, line})
		case '%':
			found = append(found, piece{"tag", inner, line})
		}
		at = end + 2
	}
	return found
}

type branch struct {
	test *tree
	line int
	body []statement
}

type statement struct {
	is, text string
	line     int
	names    []string
	a        *tree
	cases    []branch
	body     []statement
	empty    []statement
}

type template struct {
	file   string
	pieces []piece
	at     int
	line   int
	ender  struct {
		word, rest string
		line       int
	}
}

func compile(s, file string) []statement {
	t := template{file: file, pieces: pieces(s, file)}
	defer func() {
		if why := recover(); why != nil {
			if wrong, is := why.(failure); is && !wrong.placed {
				failAt(wrong.kind, fmt.Sprintf("%s:%d", file, t.line))
			}
			panic(why)
		}
	}()
	return t.block(0)
}

func (t *template) block(opener int, enders ...string) []statement {
	var body []statement
	for t.at < len(t.pieces) {
		one := t.pieces[t.at]
		t.at++
		if one.is == "plain" {
			body = append(body, statement{is: "plain", text: one.inner})
			continue
		}
		t.line = one.line
		if one.is == "out" {
			p := parse(one.inner)
			body = append(body, statement{is: "out", line: one.line, a: p.expression()})
			p.end()
			continue
		}
		inner := strings.TrimLeft(one.inner, blanks)
		n := 0
		for n < len(inner) && isLetter(inner[n]) {
			n++
		}
		word, rest := inner[:n], inner[n:]
		for _, ender := range enders {
			if word == ender {
				t.ender.word, t.ender.rest, t.ender.line = word, rest, one.line
				return body
			}
		}
		body = append(body, t.statement(word, rest, one.line))
	}
	if opener > 0 {
		failAt("syntax", fmt.Sprintf("%s:%d", t.file, opener))
	}
	return body
}

func (t *template) statement(word, rest string, line int) statement {
	p := parse(rest)
	made := statement{is: word, line: line}
	switch word {
	case "if":
		test, at := p.expression(), line
		p.end()
		for {
			enders := []string{"end"}
			if test != nil {
				enders = []string{"elif", "else", "end"}
			}
			made.cases = append(made.cases, branch{test, at, t.block(line, enders...)})
			at = t.ender.line
			next := parse(t.ender.rest)
			test = nil
			if t.ender.word == "elif" {
				test = next.expression()
			}
			next.end()
			if t.ender.word == "end" {
				return made
			}
		}
	case "for":
		made.names = []string{p.name()}
		if p.take(",") != "" {
			made.names = append(made.names, p.name())
		}
		p.expect("in")
		made.a = p.expression()
		p.end()
		made.body = t.block(line, "else", "end")
		parse(t.ender.rest).end()
		if t.ender.word == "else" {
			made.empty = t.block(line, "end")
			parse(t.ender.rest).end()
		}
		return made
	case "set":
		made.names = []string{p.name()}
		p.expect("=")
		made.a = p.expression()
	case "include":
		made.a = p.expression()
	default:
		fail("syntax")
	}
	p.end()
	return made
}

// ---- files

func readText(name string, failed func(kind string)) string {
	var data []byte
	var err error
	if name == "-" {
		data, err = io.ReadAll(os.Stdin)
	} else {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		failed("missing")
	}
	if !utf8.Valid(data) {
		failed("encoding")
	}
	return string(data)
}

func readData(file string) dict {
	at := func(kind string) { failAt(kind, file) }
	decoder := json.NewDecoder(bytes.NewReader([]byte(readText(file, at))))
	decoder.UseNumber()
	var found value
	if decoder.Decode(&found) != nil {
		at("data")
	}
	if _, err := decoder.Token(); err != io.EOF {
		at("data")
	}
	var convert func(v value) value
	convert = func(v value) value {
		switch v := v.(type) {
		case json.Number:
			n, err := strconv.ParseInt(string(v), 10, 64)
			if err != nil || n > largest || n < -largest {
				at("data")
			}
			return n
		case []interface{}:
			out := list{}
			for _, one := range v {
				out = append(out, convert(one))
			}
			return out
		case map[string]interface{}:
			out := dict{}
			for k, one := range v {
				out[k] = convert(one)
			}
			return out
		}
		return v
	}
	data, is := convert(found).(dict)
	if !is {
		at("data")
	}
	return data
}

func isSafe(name string) bool {
	for _, part := range strings.Split(name, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return !strings.Contains(name, "\\")
}

// ---- filling in

type filling struct {
	scopes []dict
	out    strings.Builder
	depth  int
	place  string
}

func (f *filling) member(a, key value) value {
	switch a := a.(type) {
	case undefined:
		return undefined{}
	case dict:
		if v, there := a[aText(key)]; there {
			return v
		}
		return undefined{}
	}
	at := anInt(key)
	l, _ := items(a)
	if at < 0 {
		at += int64(len(l))
	}
	if at < 0 || at >= int64(len(l)) {
		return undefined{}
	}
	return l[at]
}

func (f *filling) maybe(t *tree) value {
	switch t.is {
	case "value":
		return t.value
	case "name":
		for i := len(f.scopes) - 1; i >= 0; i-- {
			if v, there := f.scopes[i][t.name]; there {
				return v
			}
		}
		return undefined{}
	case "list":
		out := list{}
		for _, one := range t.items {
			out = append(out, f.value(one))
		}
		return out
	case "dot":
		a, key := f.maybe(t.a), t.value
		if _, is := a.(dict); is {
			key = fmt.Sprint(key)
		}
		return f.member(a, key)
	case "member":
		a := f.maybe(t.a)
		return f.member(a, f.value(t.b))
	case "defined":
		_, not := f.maybe(t.a).(undefined)
		return not == t.not
	case "not":
		return !truth(f.value(t.a))
	case "minus":
		return -anInt(f.value(t.a))
	case "filter":
		return f.filter(t)
	}
	return f.binary(t)
}

func (f *filling) value(t *tree) value {
	v := f.maybe(t)
	if _, not := v.(undefined); not {
		return nil
	}
	return v
}

func (f *filling) filter(t *tree) value {
	if t.name == "default" {
		v := f.maybe(t.a)
		if _, not := v.(undefined); not || v == nil {
			return f.value(t.items[0])
		}
		return v
	}
	a := f.value(t.a)
	var args list
	for _, arg := range t.items {
		args = append(args, f.value(arg))
	}
	return filters[t.name].run(a, args)
}

func (f *filling) binary(t *tree) value {
	a := f.value(t.a)
	if t.name == "or" || t.name == "and" {
		if truth(a) == (t.name == "or") {
			return truth(a)
		}
		return truth(f.value(t.b))
	}
	b := f.value(t.b)
	switch t.name {
	case "~":
		return text(a) + text(b)
	case "==":
		return equal(a, b)
	case "!=":
		return !equal(a, b)
	case "in":
		switch b := b.(type) {
		case list:
			return contains(b, a)
		case string:
			return strings.Contains(b, aText(a))
		}
		key := aText(a)
		_, there := aMap(b)[key]
		return there
	case "<", "<=", ">", ">=":
		order := 0
		if n, is := a.(int64); is {
			if m := anInt(b); n != m {
				order = 1
				if n < m {
					order = -1
				}
			}
		} else {
			order = strings.Compare(aText(a), aText(b))
		}
		switch t.name {
		case "<":
			return order < 0
		case "<=":
			return order <= 0
		case ">":
			return order > 0
		}
		return order >= 0
	}
	return sum(t.name, anInt(a), anInt(b))
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func sum(op string, a, b int64) value {
	switch op {
	case "+":
		return integer(a + b)
	case "-":
		return integer(a - b)
	case "*":
		return integer(a * b)
	}
	check(b != 0, "divide")
	quotient, rest := a/b, a%b
	if op == "/" {
		return quotient
	}
	return rest
}

func (f *filling) block(body []statement, file string) {
	for i := range body {
		f.statement(&body[i], file)
	}
}

func (f *filling) statement(s *statement, file string) {
	if s.is == "plain" {
		f.out.WriteString(s.text)
		return
	}
	f.place = fmt.Sprintf("%s:%d", file, s.line)
	switch s.is {
	case "out":
		found := text(f.value(s.a))
		if s.a.is != "filter" || s.a.name != "raw" {
			found = html.Replace(found)
		}
		f.out.WriteString(found)
	case "set":
		f.scopes[len(f.scopes)-1][s.names[0]] = f.value(s.a)
	case "if":
		for _, one := range s.cases {
			f.place = fmt.Sprintf("%s:%d", file, one.line)
			if one.test == nil || truth(f.value(one.test)) {
				f.block(one.body, file)
				return
			}
		}
	case "for":
		f.loop(s, file)
	case "include":
		f.include(aText(f.value(s.a)))
	}
}

func (f *filling) loop(s *statement, file string) {
	over := f.value(s.a)
	var keys, values list
	m, isMap := over.(dict)
	if isMap {
		for _, k := range keysOf(m) {
			keys, values = append(keys, k), append(values, m[k])
		}
	} else {
		values = aList(over)
		for i := range values {
			keys = append(keys, int64(i))
		}
	}
	if len(keys) == 0 {
		f.block(s.empty, file)
	}
	for i := range keys {
		scope := dict{"loop": dict{"index": int64(i), "index0": int64(i), "first": i == 0, "last": i == len(keys)-1, "length": int64(len(keys))}}
		switch {
		case len(s.names) == 2:
			scope[s.names[0]] = keys[i]
			scope[s.names[1]] = values[i]
		case isMap:
			scope[s.names[0]] = keys[i]
		default:
			scope[s.names[0]] = values[i]
		}
		f.scopes = append(f.scopes, scope)
		f.block(s.body, file)
		f.scopes = f.scopes[:len(f.scopes)-1]
	}
}

func (f *filling) include(name string) {
	check(isSafe(name), "unsafe")
	check(f.depth+1 < deepest, "depth")
	body := compile(readText("./"+name, fail), name)
	f.depth++
	f.scopes = append(f.scopes, dict{})
	f.block(body, name)
	f.scopes = f.scopes[:len(f.scopes)-1]
	f.depth--
}

func run(words []string) (code int) {
	var given [][2]string
	data, hasData, told, at := "", false, false, 0
	for at < len(words) && len(words[at]) > 1 && words[at][0] == '-' {
		word := words[at]
		at++
		if word == "--" {
			break
		}
		if word == "-e" {
			told = true
			continue
		}
		if word != "-D" && word != "-d" {
			panic(usage{"no such option"})
		}
		if at == len(words) {
			panic(usage{"an option lacks its value"})
		}
		if word == "-d" {
			data, hasData = words[at], true
		} else {
			name, value, cut := strings.Cut(words[at], "=")
			good := cut && name != "" && isLetter(name[0])
			for i := 0; i < len(name); i++ {
				good = good && (isLetter(name[i]) || isDigit(name[i]))
			}
			if !good {
				panic(usage{"-D needs NAME=VALUE"})
			}
			given = append(given, [2]string{name, value})
		}
		at++
	}
	if len(words)-at != 1 {
		panic(usage{"template [-e] [-D NAME=VALUE] [-d FILE] TEMPLATE"})
	}
	file := words[at]
	f := &filling{}
	defer func() {
		if why := recover(); why != nil {
			wrong, is := why.(failure)
			if !is {
				panic(why)
			}
			if !wrong.placed {
				wrong.place = f.place
			}
			if told {
				fmt.Printf("%s %s\n", wrong.kind, wrong.place)
			}
			fmt.Fprintf(os.Stderr, "%s: %s\n", wrong.kind, wrong.place)
			code = 1
		}
	}()
	variables := dict{}
	if hasData {
		variables = readData(data)
	}
	for _, pair := range given {
		variables[pair[0]] = pair[1]
	}
	body := compile(readText(file, func(kind string) { failAt(kind, file) }), file)
	f.scopes = []dict{variables}
	f.block(body, file)
	os.Stdout.WriteString(f.out.String())
	return 0
}

func main() {
	defer func() {
		if why := recover(); why != nil {
			wrong, is := why.(usage)
			if !is {
				panic(why)
			}
			fmt.Fprintf(os.Stderr, "usage: %s\n", wrong.why)
			os.Exit(2)
		}
	}()
	os.Exit(run(os.Args[1:]))
}
