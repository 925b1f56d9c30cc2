// Selects, filters and sorts columns of CSV.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
)

type failure struct {
	kind string
	code int
}

func fail(kind string) { panic(failure{kind, 1}) }
func usage()           { panic(failure{"usage", 2}) }

type number struct {
	sign        int
	whole, part string
}

type condition struct {
	column, operator, value string
	number                  number
	at                      int
}

type key struct {
	column           string
	numeric, reverse bool
	at               int
}

type options struct {
	columns     []string
	hasColumns  bool
	conditions  []condition
	keys        []key
	comma, out  byte
	first, skip int
	flags       map[string]bool
}

type row struct {
	place  int
	fields []string
}

var operators = []string{"==", "!=", "<=", ">=", "!~", "<", ">", "~", "^"}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

func parseNumber(s string) (number, bool) {
	negative := false
	if s != "" && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	whole, part, point := strings.Cut(s, ".")
	if point && (whole == "" || part == "") {
		return number{}, false
	}
	if !digits(whole) || !digits(part) || (whole == "" && part == "") || (point && s == ".") {
		return number{}, false
	}
	n := number{1, strings.TrimLeft(whole, "0"), strings.TrimRight(part, "0")}
	if n.whole == "" && n.part == "" {
		n.sign = 0
	} else if negative {
		n.sign = -1
	}
	return n, true
}

func compare(a, b number) int {
	if a.sign != b.sign {
		return a.sign - b.sign
	}
	if len(a.whole) != len(b.whole) {
		if len(a.whole) < len(b.whole) {
			return -a.sign
		}
		return a.sign
	}
	if c := strings.Compare(a.whole, b.whole); c != 0 {
		return a.sign * c
	}
	return a.sign * strings.Compare(a.part, b.part)
}

func count(s string) int {
	if s == "" || len(s) > 9 || !digits(s) {
		usage()
	}
	n, _ := strconv.Atoi(s)
	return n
}

func character(s string) byte {
	if s == "\\t" {
		return '\t'
	}
	if len(s) != 1 || s[0] < 32 || s[0] > 126 || s == "\"" {
		usage()
	}
	return s[0]
}

func items(s string) []string {
	found := strings.Split(s, ",")
	for _, item := range found {
		if item == "" || item == "=" {
			usage()
		}
	}
	return found
}

func parseCondition(s string) condition {
	for at := range []byte(s) {
		for _, op := range operators {
			if !strings.HasPrefix(s[at:], op) {
				continue
			}
			c := condition{column: s[:at], operator: op, value: s[at+len(op):]}
			if c.column == "" || c.column == "=" {
				usage()
			}
			if op[0] == '<' || op[0] == '>' {
				ok := false
				if c.number, ok = parseNumber(c.value); !ok {
					usage()
				}
			}
			return c
		}
	}
	usage()
	return condition{}
}

func parseKeys(s string) []key {
	var found []key
	for _, item := range items(s) {
		k := key{column: item}
		if at := strings.LastIndexByte(item, ':'); at >= 0 && at+1 < len(item) {
			flags := item[at+1:]
			if strings.Trim(flags, "nr") == "" {
				k = key{item[:at], strings.Contains(flags, "n"), strings.Contains(flags, "r"), 0}
			}
		}
		if k.column == "" || k.column == "=" {
			usage()
		}
		found = append(found, k)
	}
	return found
}

func parse(words []string) *options {
	o := &options{comma: ',', out: ',', first: -1, flags: map[string]bool{}}
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch word {
		case "-x", "-H", "-t", "-f", "-u", "-N", "-A":
			o.flags[word[1:]] = true
			continue
		case "-c", "-w", "-s", "-d", "-D", "-n", "-k":
		default:
			usage()
		}
		i++
		if i == len(words) {
			usage()
		}
		value := words[i]
		switch word {
		case "-c":
			o.columns, o.hasColumns = items(value), true
		case "-w":
			o.conditions = append(o.conditions, parseCondition(value))
		case "-s":
			o.keys = parseKeys(value)
		case "-d":
			o.comma = character(value)
		case "-D":
			o.out = character(value)
		case "-n":
			o.first = count(value)
		case "-k":
			o.skip = count(value)
		}
	}
	if o.flags["x"] && !o.hasColumns {
		usage()
	}
	return o
}

func quotedField(data []byte, at int) (string, int) {
	var field []byte
	at++
	for {
		end := bytes.IndexByte(data[at:], '"')
		if end < 0 {
			fail("open")
		}
		field = append(field, data[at:at+end]...)
		at += end + 1
		if at >= len(data) || data[at] != '"' {
			return string(field), at
		}
		field = append(field, '"')
		at++
	}
}

func records(data []byte, comma byte) []row {
		var rows []row
	var fields []string
	for at := 0; at < len(data); {
		quoted := data[at] == '"'
		field := ""
		if quoted {
			field, at = quotedField(data, at)
		} else {
			start := at
			for at < len(data) && data[at] != comma && data[at] != '\n' {
				if data[at] == '"' {
					fail("quote")
				}
				at++
			}
			field = string(data[start:at])
			if at < len(data) && data[at] == '\n' {
				field = strings.TrimSuffix(field, "\r")
			}
		}
		fields = append(fields, field)
		if at < len(data) && data[at] == comma {
			at++
			if at < len(data) {
				continue
			}
			fields = append(fields, "")
		} else if at < len(data) {
			if data[at] == '\r' && at+1 < len(data) && data[at+1] == '\n' {
				at++
			} else if data[at] != '\n' {
				fail("quote")
			}
			at++
		}
		if len(fields) > 1 || fields[0] != "" {
			rows = append(rows, row{fields: fields})
		}
		fields = nil
	}
	return rows
}

type sheet struct {
	header []string
	width  int
}

func (s *sheet) position(item string) int {
	if digits(item) {
		item = strings.TrimLeft(item, "0")
		if item == "" || len(item) > 9 {
			fail("column")
		}
		place, _ := strconv.Atoi(item)
		if place > s.width {
			fail("column")
		}
		return place - 1
	}
	item = strings.TrimPrefix(item, "=")
	for i, name := range s.header {
		if name == item {
			return i
		}
	}
	fail("column")
	return 0
}

func (s *sheet) spread(item string) []int {
	from, to, dash := strings.Cut(item, "-")
	if !dash || item == "-" || !digits(from) || !digits(to) {
		return []int{s.position(item)}
	}
	start, stop := 0, s.width-1
	if from != "" {
		start = s.position(from)
	}
	if to != "" {
		stop = s.position(to)
	}
	var found []int
	for i := start; i <= stop; i++ {
		found = append(found, i)
	}
	if start > stop {
		for i := start; i >= stop; i-- {
			found = append(found, i)
		}
	}
	return found
}

func (s *sheet) picked(o *options) []int {
	var all []int
	if !o.hasColumns {
		for i := 0; i < s.width; i++ {
			all = append(all, i)
		}
		return all
	}
	out := map[int]bool{}
	for _, item := range o.columns {
		for _, i := range s.spread(item) {
			all = append(all, i)
			out[i] = true
		}
	}
	if !o.flags["x"] {
		return all
	}
	all = nil
	for i := 0; i < s.width; i++ {
		if !out[i] {
			all = append(all, i)
		}
	}
	if all == nil {
		fail("column")
	}
	return all
}

func (c *condition) holds(field string) bool {
	switch c.operator {
	case "==":
		return field == c.value
	case "!=":
		return field != c.value
	case "~":
		return strings.Contains(field, c.value)
	case "!~":
		return !strings.Contains(field, c.value)
	case "^":
		return strings.HasPrefix(field, c.value)
	}
	n, ok := parseNumber(field)
	if !ok {
		return false
	}
	order := compare(n, c.number)
	switch c.operator {
	case "<":
		return order < 0
	case ">":
		return order > 0
	case "<=":
		return order <= 0
	}
	return order >= 0
}

func meets(fields []string, o *options) bool {
	if len(o.conditions) == 0 {
		return true
	}
	some := o.flags["A"]
	for i := range o.conditions {
		if o.conditions[i].holds(fields[o.conditions[i].at]) {
			return some
		}
	}
	return !some
}

func order(a, b []string, keys []key) int {
	for _, k := range keys {
		left, right := a[k.at], b[k.at]
		found := 0
		if k.numeric {
			l, lok := parseNumber(left)
			r, rok := parseNumber(right)
			switch {
			case lok && rok:
				found = compare(l, r)
			case lok:
				found = -1
			case rok:
				found = 1
			}
		} else {
			found = strings.Compare(left, right)
		}
		if k.reverse {
			found = -found
		}
		if found != 0 {
			return found
		}
	}
	return 0
}

func written(out *bufio.Writer, fields []string, comma byte) {
	for i, field := range fields {
		if i > 0 {
			out.WriteByte(comma)
		}
		quote := field == "" && len(fields) == 1
		if field != "" {
			quote = strings.IndexByte(" \t", field[0]) >= 0 || strings.IndexByte(" \t", field[len(field)-1]) >= 0
		}
		if quote || strings.IndexByte(field, comma) >= 0 || strings.ContainsAny(field, "\"\n") {
			field = "\"" + strings.ReplaceAll(field, "\"", "\"\"") + "\""
		}
		out.WriteString(field)
	}
	out.WriteByte('\n')
}

func work(o *options, data []byte) [][]string {
	rows := records(data, o.comma)
	if len(rows) == 0 {
		return nil
	}
	s := &sheet{width: len(rows[0].fields)}
	for i := range rows {
		r := &rows[i]
		if len(r.fields) > s.width || (len(r.fields) < s.width && !o.flags["f"]) {
			fail("ragged")
		}
		for len(r.fields) < s.width {
			r.fields = append(r.fields, "")
		}
		if o.flags["t"] {
			for k := range r.fields {
				r.fields[k] = strings.Trim(r.fields[k], " \t")
			}
		}
	}
	hasHeader := !o.flags["H"]
	if hasHeader {
		s.header, rows = rows[0].fields, rows[1:]
	}
	for i := range o.conditions {
		o.conditions[i].at = s.position(o.conditions[i].column)
	}
	for i := range o.keys {
		o.keys[i].at = s.position(o.keys[i].column)
	}
	picked := s.picked(o)
	choose := func(fields []string, label string) ([]string, string) {
		var found []string
		same := strings.Builder{}
		for _, i := range picked {
			found = append(found, fields[i])
			fmt.Fprintf(&same, "%d:%s", len(fields[i]), fields[i])
		}
		if o.flags["N"] {
			found = append([]string{label}, found...)
		}
		return found, same.String()
	}
	var kept []row
	for i, r := range rows {
		if meets(r.fields, o) {
			kept = append(kept, row{i + 1, r.fields})
		}
	}
	sort.SliceStable(kept, func(i, j int) bool { return order(kept[i].fields, kept[j].fields, o.keys) < 0 })
	seen := map[string]bool{}
	var result [][]string
	for _, r := range kept {
		fields, same := choose(r.fields, strconv.Itoa(r.place))
		if o.flags["u"] && seen[same] {
			continue
		}
		seen[same] = true
		result = append(result, fields)
	}
	if o.first >= 0 && o.first < len(result) {
		result = result[:o.first]
	}
	if o.skip > len(result) {
		o.skip = len(result)
	}
	result = result[o.skip:]
	if hasHeader {
		names, _ := choose(s.header, "#")
		result = append([][]string{names}, result...)
	}
	return result
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
	data, _ := io.ReadAll(os.Stdin)
	result := work(o, data)
	out := bufio.NewWriter(os.Stdout)
	for _, fields := range result {
		written(out, fields, o.out)
	}
	out.Flush()
}
