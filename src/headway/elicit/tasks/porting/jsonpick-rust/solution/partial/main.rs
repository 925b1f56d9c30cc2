use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::rc::Rc;

const DEEPEST: usize = 100;

struct Wrong {
    kind: &'static str,
    place: String,
    code: i32,
}

fn wrong<T>(kind: &'static str, place: String, code: i32) -> Result<T, Wrong> {
    Err(Wrong { kind, place, code })
}

type Outcome<T> = Result<T, Wrong>;

#[derive(Clone)]
enum Value {
    Null,
    Bool(bool),
    Number(Rc<str>),
    Text(Rc<str>),
    Array(Rc<Vec<Value>>),
    Object(Rc<Vec<(Rc<str>, Value)>>),
}

use Value::*;

fn name_of(v: &Value) -> &'static str {
    match v {
        Null => "null",
        Bool(_) => "boolean",
        Number(_) => "number",
        Text(_) => "string",
        Array(_) => "array",
        Object(_) => "object",
    }
}

fn text(s: &str) -> Value {
    Text(Rc::from(s))
}

fn whole(n: usize) -> Value {
    Number(Rc::from(n.to_string()))
}

fn list(items: Vec<Value>) -> Value {
    Array(Rc::new(items))
}

// ---- order

/// Sign, place of the point, digits without zeros at both ends.
fn parts(s: &str) -> (i32, i64, String) {
    let (negative, s) = match s.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, s),
    };
    let (mantissa, exponent) = match s.find(|c| c == 'e' || c == 'E') {
        Some(at) => (&s[..at], exponent_of(&s[at + 1..])),
        None => (s, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{}{}", whole, fraction);
    let rest = digits.trim_start_matches('0');
    if rest.is_empty() {
        return (0, 0, String::new());
    }
    let zeros = digits.len() - rest.len();
    let point = whole.len() as i64 - zeros as i64 + exponent;
    (if negative { -1 } else { 1 }, point, rest.trim_end_matches('0').to_string())
}

fn exponent_of(s: &str) -> i64 {
    let digits = s.trim_start_matches(|c| c == '-' || c == '+').trim_start_matches('0');
    let size: i64 = if digits.is_empty() { 0 } else { digits.parse().unwrap() };
    if s.starts_with('-') {
        -size
    } else {
        size
    }
}

fn compare_numbers(a: &str, b: &str) -> Ordering {
    let (s, p, d) = parts(a);
    let (t, q, e) = parts(b);
    if s != t {
        return s.cmp(&t);
    }
    let found = d.cmp(&e).then_with(|| p.cmp(&q));
    if s < 0 {
        found.reverse()
    } else {
        found
    }
}

fn last_of(pairs: &[(Rc<str>, Value)]) -> Vec<(Rc<str>, Value)> {
    let found: BTreeMap<Rc<str>, Value> = pairs.iter().cloned().collect();
    found.into_iter().collect()
}

fn compare_lists<T>(a: &[T], b: &[T], by: impl Fn(&T, &T) -> Ordering) -> Ordering {
    for (x, y) in a.iter().zip(b) {
        let found = by(x, y);
        if found != Ordering::Equal {
            return found;
        }
    }
    a.len().cmp(&b.len())
}

fn rank(v: &Value) -> u8 {
    match v {
        Null => 0,
        Bool(false) => 1,
        Bool(true) => 2,
        Number(_) => 3,
        Text(_) => 4,
        Array(_) => 5,
        Object(_) => 6,
    }
}

fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Number(a), Number(b)) => compare_numbers(a, b),
        (Text(a), Text(b)) => a.cmp(b),
        (Array(a), Array(b)) => compare_lists(a, b, compare),
        (Object(a), Object(b)) => {
            let (a, b) = (a.to_vec(), b.to_vec());
            compare_lists(&a, &b, |x, y| x.0.cmp(&y.0)).then_with(|| compare_lists(&a, &b, |x, y| compare(&x.1, &y.1)))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

// ---- reading

fn is_number(s: &str) -> bool {
    let b = s.as_bytes();
    let digits = |mut at: usize| {
        while at < b.len() && b[at].is_ascii_digit() {
            at += 1;
        }
        at
    };
    let start = if b.first() == Some(&b'-') { 1 } else { 0 };
    let mut at = digits(start);
    if at == start || (b[start] == b'0' && at > start + 1) {
        return false;
    }
    if b.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return false;
        }
        at = end;
    }
    if matches!(b.get(at), Some(&b'e') | Some(&b'E')) {
        at += 1;
        if matches!(b.get(at), Some(&b'-') | Some(&b'+')) {
            at += 1;
        }
        let end = digits(at);
        if end == at || s[at..end].len() > 9 {
            return false;
        }
        at = end;
    }
    at == b.len()
}

struct Reader<'a> {
    text: &'a [char],
    at: usize,
    duplicates: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, kind: &'static str, at: usize) -> Outcome<T> {
        let before = &self.text[..at];
        let line = before.iter().filter(|c| **c == '\n').count() + 1;
        let column = at - before.iter().rposition(|c| *c == '\n').unwrap_or(0) + 1;
        wrong(kind, format!("{}:{}", line, column), 1)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ') | Some('\t') | Some('\n') | Some('\r')) {
            self.at += 1;
        }
    }

    fn document(&mut self) -> Outcome<Value> {
        self.blanks();
        let value = self.value()?;
        self.blanks();
        if self.at < self.text.len() {
            return self.fail("syntax", self.at);
        }
        Ok(value)
    }

    fn run(&self, allowed: impl Fn(char) -> bool) -> String {
        self.text[self.at..].iter().copied().take_while(|c| allowed(*c)).collect()
    }

    fn value(&mut self) -> Outcome<Value> {
        match self.peek() {
            None => self.fail("syntax", self.at),
            Some(c @ '[') | Some(c @ '{') => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return self.fail("depth", self.at);
                }
                self.at += 1;
                self.blanks();
                let value = if c == '[' { self.array()? } else { self.object()? };
                self.depth -= 1;
                Ok(value)
            }
            Some('"') => Ok(text(&self.string()?)),
            Some(c) if c == '-' || c.is_ascii_digit() => {
                let found = self.run(|c| c.is_ascii_alphanumeric() || c == '-' || c == '+' || c == '.');
                if !is_number(&found) {
                    return self.fail("number", self.at);
                }
                self.at += found.len();
                Ok(Number(Rc::from(found)))
            }
            _ => {
                let word = self.run(|c| c.is_ascii_alphanumeric() || c == '_');
                let value = match word.as_str() {
                    "null" => Null,
                    "true" => Bool(true),
                    "false" => Bool(false),
                    _ => return self.fail("syntax", self.at),
                };
                self.at += word.len();
                Ok(value)
            }
        }
    }

    fn more(&mut self, close: char) -> Outcome<bool> {
        self.blanks();
        match self.peek() {
            Some(',') => {
                self.at += 1;
                self.blanks();
                Ok(true)
            }
            Some(c) if c == close => {
                self.at += 1;
                Ok(false)
            }
            _ => self.fail("syntax", self.at),
        }
    }

    fn array(&mut self) -> Outcome<Value> {
        let mut items = Vec::new();
        if self.peek() == Some(']') {
            self.at += 1;
            return Ok(list(items));
        }
        loop {
            items.push(self.value()?);
            if !self.more(']')? {
                return Ok(list(items));
            }
        }
    }

    fn object(&mut self) -> Outcome<Value> {
        let mut pairs: Vec<(Rc<str>, Value)> = Vec::new();
        let mut places: HashMap<Rc<str>, usize> = HashMap::new();
        if self.peek() == Some('}') {
            self.at += 1;
            return Ok(Object(Rc::new(pairs)));
        }
        loop {
            let start = self.at;
            if self.peek() != Some('"') {
                return self.fail("syntax", self.at);
            }
            let key: Rc<str> = Rc::from(self.string()?);
            let known = places.get(&key).copied();
            if known.is_some() && self.duplicates == "error" {
                return self.fail("duplicate", start);
            }
            self.blanks();
            if self.peek() != Some(':') {
                return self.fail("syntax", self.at);
            }
            self.at += 1;
            self.blanks();
            let value = self.value()?;
            match known {
                Some(place) if self.duplicates != "all" => {
                    if self.duplicates == "last" {
                        pairs[place].1 = value;
                    }
                }
                _ => {
                    places.insert(key.clone(), pairs.len());
                    pairs.push((key, value));
                }
            }
            if !self.more('}')? {
                return Ok(Object(Rc::new(pairs)));
            }
        }
    }

    fn string(&mut self) -> Outcome<String> {
        let mut out = String::new();
        self.at += 1;
        loop {
            match self.peek() {
                None => return self.fail("syntax", self.at),
                Some(c) if c < ' ' => return self.fail("control", self.at),
                Some('"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some('\\') => out.push(self.escape()?),
                Some(c) => {
                    out.push(c);
                    self.at += 1;
                }
            }
        }
    }

    fn unit(&self, at: usize) -> Option<u32> {
        let found = self.text.get(at..at + 6)?;
        if found[0] != '\\' || found[1] != 'u' {
            return None;
        }
        found[2..].iter().try_fold(0, |n, c| Some(n * 16 + c.to_digit(16)?))
    }

    fn escape(&mut self) -> Outcome<char> {
        let plain = match self.text.get(self.at + 1) {
            Some(c @ '"') | Some(c @ '\\') | Some(c @ '/') => Some(*c),
            Some('b') => Some('\u{8}'),
            Some('f') => Some('\u{c}'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            _ => None,
        };
        if let Some(c) = plain {
            self.at += 2;
            return Ok(c);
        }
        let one = match self.unit(self.at) {
            Some(one) if !(0xDC00..0xE000).contains(&one) => one,
            _ => return self.fail("escape", self.at),
        };
        if !(0xD800..0xDC00).contains(&one) {
            self.at += 6;
            return Ok(char::from_u32(one).unwrap());
        }
        match self.unit(self.at + 6) {
            Some(other) if (0xDC00..0xE000).contains(&other) => {
                self.at += 12;
                Ok(char::from_u32(0x10000 + ((one - 0xD800) << 10) + other - 0xDC00).unwrap())
            }
            _ => self.fail("escape", self.at),
        }
    }
}

// ---- writing

struct Settings {
    indent: Option<usize>,
    sort: bool,
    ascii: bool,
    raw: bool,
    told: bool,
    duplicates: String,
    query: String,
}

fn defaults() -> Settings {
    Settings { indent: None, sort: false, ascii: false, raw: false, told: false, duplicates: "last".into(), query: ".".into() }
}

fn quote(s: &str, ascii: bool, out: &mut String) {
    out.push('"');
    for c in s.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' || (ascii && c > '~') => {
                out.push_str(&format!("\\u{:04x}", c as u32));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

fn line(o: &Settings, level: usize, out: &mut String) {
    if let Some(n) = o.indent {
        out.push('\n');
        out.push_str(&" ".repeat(n * level));
    }
}

fn write_value(v: &Value, o: &Settings, level: usize, out: &mut String) {
    match v {
        Null => out.push_str("null"),
        Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Number(s) => out.push_str(s),
        Text(s) => quote(s, o.ascii, out),
        Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(o, level + 1, out);
                write_value(item, o, level + 1, out);
            }
            line(o, level, out);
            out.push(']');
        }
        Object(pairs) => {
            let mut order: Vec<&(Rc<str>, Value)> = pairs.iter().collect();
            if o.sort {
                order.sort_by(|a, b| a.0.cmp(&b.0));
            }
            out.push('{');
            for (i, (k, one)) in order.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                line(o, level + 1, out);
                quote(k, o.ascii, out);
                out.push_str(if o.indent.is_none() { ":" } else { ": " });
                write_value(one, o, level + 1, out);
            }
            if !pairs.is_empty() {
                line(o, level, out);
            }
            out.push('}');
        }
    }
}

// ---- functions

fn type_error<T>() -> Outcome<T> {
    wrong("type", String::new(), 1)
}

fn length_of(v: &Value) -> Option<usize> {
    match v {
        Text(s) => Some(s.len()),
        Array(items) => Some(items.len()),
        Object(pairs) => Some(pairs.len()),
        _ => None,
    }
}

fn sorted(items: &[Value]) -> Vec<Value> {
    let mut out = items.to_vec();
    out.sort_by(compare);
    out
}

const FUNCTIONS: [&str; 12] =
    ["length", "type", "keys", "entries", "sort", "unique", "reverse", "min", "max", "flatten", "text", "number"];

fn apply(name: &str, v: &Value) -> Outcome<Value> {
    Ok(match (name, v) {
        ("length", _) => match length_of(v) {
            Some(n) => whole(n),
            None => return type_error(),
        },
        ("type", _) => text(name_of(v)),
        ("keys", Array(items)) => list((0..items.len()).map(whole).collect()),
        ("keys", Object(pairs)) => list(last_of(pairs).into_iter().map(|(k, _)| Text(k)).collect()),
        ("entries", Object(pairs)) => list(
            pairs
                .iter()
                .map(|(k, one)| Object(Rc::new(vec![(Rc::from("key"), Text(k.clone())), (Rc::from("value"), one.clone())])))
                .collect(),
        ),
        ("sort", Array(items)) => list(sorted(items)),
        ("unique", Array(items)) => {
            let mut out = sorted(items);
            out.dedup_by(|b, a| compare(a, b) == Ordering::Equal);
            list(out)
        }
        ("reverse", Text(s)) => text(&s.chars().rev().collect::<String>()),
        ("reverse", Array(items)) => list(items.iter().rev().cloned().collect()),
        ("min", Array(items)) => sorted(items).first().cloned().unwrap_or(Null),
        ("max", Array(items)) => sorted(items).last().cloned().unwrap_or(Null),
        ("flatten", Array(items)) => {
            let mut out = Vec::new();
            for item in items.iter() {
                match item {
                    Array(inner) => out.extend(inner.iter().cloned()),
                    _ => out.push(item.clone()),
                }
            }
            list(out)
        }
        ("text", Text(_)) | ("number", Number(_)) => v.clone(),
        ("text", _) => {
            let mut out = String::new();
            write_value(v, &defaults(), 0, &mut out);
            text(&out)
        }
        ("number", Text(s)) if is_number(s) => Number(s.clone()),
        _ => return type_error(),
    })
}

// ---- queries

#[derive(Clone, Copy, PartialEq)]
enum Is {
    Number,
    Name,
    Text,
    Op,
}

struct Token {
    is: Is,
    word: String,
    at: usize,
}

enum Step {
    All,
    Children,
    Field(String),
    Index(i64),
    Slice(Option<i64>, Option<i64>),
    Filter(Test),
}

enum Operand {
    Value(Value),
    Path(Vec<Step>),
    Length(Vec<Step>),
    Type(Vec<Step>),
}

enum Test {
    Or(Box<Test>, Box<Test>),
    And(Box<Test>, Box<Test>),
    Not(Box<Test>),
    Exists(Vec<Step>),
    Compare(String, Operand, Operand),
}

enum Stage {
    Path(Vec<Step>),
    Function(String),
}

fn query_error<T>(at: usize) -> Outcome<T> {
    wrong("query", (at + 1).to_string(), 2)
}

fn number_end(s: &[char], from: usize) -> usize {
    let digits = |mut at: usize| {
        while at < s.len() && s[at].is_ascii_digit() {
            at += 1;
        }
        at
    };
    let start = if s[from] == '-' { from + 1 } else { from };
    let mut at = digits(start);
    if at == start {
        return from;
    }
    if s.get(at) == Some(&'.') && digits(at + 1) > at + 1 {
        at = digits(at + 1);
    }
    if matches!(s.get(at), Some(&'e') | Some(&'E')) {
        let sign = if matches!(s.get(at + 1), Some(&'-') | Some(&'+')) { 2 } else { 1 };
        if digits(at + sign) > at + sign {
            at = digits(at + sign);
        }
    }
    at
}

fn string_end(s: &[char], from: usize) -> Option<usize> {
    let mut at = from + 1;
    while at < s.len() {
        match s[at] {
            '"' => return Some(at + 1),
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    None
}

fn tokens(s: &[char]) -> Outcome<Vec<Token>> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        while at < s.len() && matches!(s[at], ' ' | '\t' | '\n' | '\r') {
            at += 1;
        }
        if at == s.len() {
            return Ok(found);
        }
        let end = number_end(s, at);
        if end > at {
            let word: String = s[at..end].iter().collect();
            if !is_number(&word) {
                return query_error(at);
            }
            found.push(Token { is: Is::Number, word, at });
            at = end;
        } else if s[at].is_ascii_alphabetic() || s[at] == '_' {
            let word: String = s[at..].iter().take_while(|c| c.is_ascii_alphanumeric() || **c == '_').collect();
            let size = word.len();
            found.push(Token { is: Is::Name, word, at });
            at += size;
        } else if s[at] == '"' {
            let end = match string_end(s, at) {
                Some(end) => end,
                None => return query_error(at),
            };
            let mut reader = Reader { text: &s[at..end], at: 0, duplicates: "last", depth: 0 };
            let word = match reader.string() {
                Ok(word) => word,
                Err(_) => return query_error(at),
            };
            found.push(Token { is: Is::Text, word, at });
            at = end;
        } else {
            let pair: String = s[at..].iter().take(2).collect();
            let size = if ["..", "||", "&&", "==", "!=", "<=", ">=", "^=", "$=", "*="].contains(&pair.as_str()) {
                2
            } else if ".|[]?:()!<>".contains(s[at]) {
                1
            } else {
                return query_error(at);
            };
            found.push(Token { is: Is::Op, word: s[at..at + size].iter().collect(), at });
            at += size;
        }
    }
}

struct Query {
    size: usize,
    tokens: Vec<Token>,
    at: usize,
}

impl Query {
    fn fail<T>(&self) -> Outcome<T> {
        query_error(self.tokens.get(self.at).map_or(self.size, |t| t.at))
    }

    fn take(&mut self, is: Is, words: &[&str]) -> Option<String> {
        let token = self.tokens.get(self.at)?;
        if token.is != is || !(words.is_empty() || words.contains(&token.word.as_str())) {
            return None;
        }
        self.at += 1;
        Some(token.word.clone())
    }

    fn op(&mut self, words: &[&str]) -> Option<String> {
        self.take(Is::Op, words)
    }

    fn expect(&mut self, word: &str) -> Outcome<()> {
        match self.op(&[word]) {
            Some(_) => Ok(()),
            None => self.fail(),
        }
    }

    fn stages(&mut self) -> Outcome<Vec<Stage>> {
        let mut found = Vec::new();
        loop {
            match self.tokens.get(self.at) {
                Some(token) if token.is == Is::Name => {
                    let name = token.word.clone();
                    if !FUNCTIONS.contains(&name.as_str()) && name != "count" && name != "collect" {
                        return self.fail();
                    }
                    self.at += 1;
                    found.push(Stage::Function(name));
                }
                _ => found.push(Stage::Path(self.path()?)),
            }
            if self.op(&["|"]).is_none() {
                break;
            }
        }
        if self.at < self.tokens.len() {
            return self.fail();
        }
        Ok(found)
    }

    fn field(&mut self, steps: &mut Vec<Step>) -> bool {
        match self.take(Is::Name, &[]).or_else(|| self.take(Is::Text, &[])) {
            Some(name) => {
                steps.push(Step::Field(name));
                true
            }
            None => false,
        }
    }

    fn path(&mut self) -> Outcome<Vec<Step>> {
        let mut steps = Vec::new();
        match self.op(&[".", ".."]).as_deref() {
            None => return self.fail(),
            Some("..") => steps.push(Step::All),
            _ => {}
        }
        self.field(&mut steps);
        while let Some(op) = self.op(&[".", "..", "["]) {
            if op == "[" {
                steps.push(self.bracket()?);
                continue;
            }
            if op == ".." {
                steps.push(Step::All);
            }
            if !self.field(&mut steps) && op == "." {
                return self.fail();
            }
        }
        Ok(steps)
    }

    fn index(&mut self) -> Outcome<Option<i64>> {
        match self.tokens.get(self.at) {
            Some(token) if token.is == Is::Number => {
                let digits = token.word.trim_start_matches('-');
                if digits.len() > 9 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return self.fail();
                }
                let n = token.word.parse().unwrap();
                self.at += 1;
                Ok(Some(n))
            }
            _ => Ok(None),
        }
    }

    fn bracket(&mut self) -> Outcome<Step> {
        if self.op(&["]"]).is_some() {
            return Ok(Step::Children);
        }
        let step = if self.op(&["?"]).is_some() {
            Step::Filter(self.either()?)
        } else if let Some(name) = self.take(Is::Text, &[]) {
            Step::Field(name)
        } else {
            let from = self.index()?;
            if self.op(&[":"]).is_some() {
                Step::Slice(from, self.index()?)
            } else {
                match from {
                    Some(at) => Step::Index(at),
                    None => return query_error(self.size),
                }
            }
        };
        self.expect("]")?;
        Ok(step)
    }

    fn either(&mut self) -> Outcome<Test> {
        let mut test = self.both()?;
        while self.op(&["||"]).is_some() {
            test = Test::Or(Box::new(test), Box::new(self.both()?));
        }
        Ok(test)
    }

    fn both(&mut self) -> Outcome<Test> {
        let mut test = self.single()?;
        while self.op(&["&&"]).is_some() {
            test = Test::And(Box::new(test), Box::new(self.single()?));
        }
        Ok(test)
    }

    fn single(&mut self) -> Outcome<Test> {
        if self.op(&["!"]).is_some() {
            return Ok(Test::Not(Box::new(self.single()?)));
        }
        if self.op(&["("]).is_some() {
            let test = self.either()?;
            self.expect(")")?;
            return Ok(test);
        }
        let a = self.operand()?;
        if let Some(op) = self.op(&["==", "!=", "<", "<=", ">", ">=", "^=", "$=", "*="]) {
            return Ok(Test::Compare(op, a, self.operand()?));
        }
        match a {
            Operand::Path(steps) => Ok(Test::Exists(steps)),
            _ => self.fail(),
        }
    }

    fn operand(&mut self) -> Outcome<Operand> {
        if let Some(word) = self.take(Is::Number, &[]) {
            return Ok(Operand::Value(Number(Rc::from(word))));
        }
        if let Some(word) = self.take(Is::Text, &[]) {
            return Ok(Operand::Value(text(&word)));
        }
        if let Some(word) = self.take(Is::Name, &["null", "true", "false"]) {
            return Ok(Operand::Value(if word == "null" { Null } else { Bool(word == "true") }));
        }
        if let Some(name) = self.take(Is::Name, &["length", "type"]) {
            self.expect("(")?;
            let steps = self.path()?;
            self.expect(")")?;
            return Ok(if name == "length" { Operand::Length(steps) } else { Operand::Type(steps) });
        }
        Ok(Operand::Path(self.path()?))
    }
}

fn bound(at: Option<i64>, size: usize, otherwise: usize) -> usize {
    match at {
        None => otherwise,
        Some(at) if at < 0 => (at + size as i64).max(0) as usize,
        Some(at) => (at as usize).min(size),
    }
}

fn children(v: &Value) -> Vec<Value> {
    match v {
        Array(items) => items.to_vec(),
        Object(pairs) => pairs.iter().map(|(_, one)| one.clone()).collect(),
        _ => Vec::new(),
    }
}

fn everything(v: &Value, out: &mut Vec<Value>) {
    out.push(v.clone());
    for child in children(v) {
        everything(&child, out);
    }
}

fn stepped(v: &Value, step: &Step, out: &mut Vec<Value>) {
    match (step, v) {
        (Step::All, _) => everything(v, out),
        (Step::Children, _) => out.extend(children(v)),
        (Step::Field(name), Object(pairs)) => {
            out.extend(pairs.iter().find(|(k, _)| **k == **name).map(|(_, one)| one.clone()))
        }
        (Step::Index(at), Array(items)) => {
            let place = if *at < 0 { *at + items.len() as i64 - 1 } else { *at };
            if place >= 0 && place < items.len() as i64 {
                out.push(items[place as usize].clone());
            }
        }
        (Step::Slice(from, to), Array(items)) => {
            let from = bound(*from, items.len(), 0);
            let to = bound(*to, items.len(), items.len()).max(from);
            out.push(list(items[from..to].to_vec()));
        }
        (Step::Slice(from, to), Text(s)) => {
            let chars: Vec<char> = s.chars().collect();
            let from = bound(*from, chars.len(), 0);
            let to = bound(*to, chars.len(), chars.len()).max(from);
            out.push(text(&chars[from..to].iter().collect::<String>()));
        }
        (Step::Filter(test), _) => out.extend(children(v).into_iter().filter(|child| holds(test, child))),
        _ => {}
    }
}

fn walk(steps: &[Step], v: &Value) -> Vec<Value> {
    let mut values = vec![v.clone()];
    for step in steps {
        let mut next = Vec::new();
        for one in &values {
            stepped(one, step, &mut next);
        }
        values = next;
    }
    values
}

fn side(operand: &Operand, item: &Value) -> Option<Value> {
    match operand {
        Operand::Value(v) => Some(v.clone()),
        Operand::Path(steps) => walk(steps, item).into_iter().next(),
        Operand::Type(steps) => walk(steps, item).first().map(|v| text(name_of(v))),
        Operand::Length(steps) => walk(steps, item).first().and_then(length_of).map(whole),
    }
}

fn compares(op: &str, a: Option<Value>, b: Option<Value>) -> bool {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        _ => return false,
    };
    match op {
        "==" => return compare(&a, &b) == Ordering::Equal,
        "!=" => return compare(&a, &b) != Ordering::Equal,
        _ => {}
    }
    if let (Text(a), Text(b)) = (&a, &b) {
        match op {
            "^=" => return a.starts_with(&**b),
            "$=" => return a.ends_with(&**b),
            "*=" => return a.contains(&**b),
            _ => {}
        }
    } else if !matches!((&a, &b), (Number(_), Number(_))) {
        return false;
    }
    let order = compare(&a, &b);
    match op {
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        ">=" => order != Ordering::Less,
        _ => false,
    }
}

fn holds(test: &Test, item: &Value) -> bool {
    match test {
        Test::Or(a, b) => holds(a, item) || holds(b, item),
        Test::And(a, b) => holds(a, item) && holds(b, item),
        Test::Not(a) => !holds(a, item),
        Test::Exists(steps) => !walk(steps, item).is_empty(),
        Test::Compare(op, a, b) => compares(op, side(a, item), side(b, item)),
    }
}

fn pick(stages: &[Stage], document: Value) -> Outcome<Vec<Value>> {
    let mut values = vec![document];
    for stage in stages {
        values = match stage {
            Stage::Path(steps) => values.iter().flat_map(|v| walk(steps, v)).collect(),
            Stage::Function(name) if name == "count" => vec![whole(values.len())],
            Stage::Function(name) if name == "collect" => vec![list(values)],
            Stage::Function(name) => values.iter().map(|v| apply(name, v)).collect::<Outcome<Vec<Value>>>()?,
        };
    }
    Ok(values)
}

// ---- the command

fn usage<T>(why: &str) -> Outcome<T> {
    wrong("usage", why.to_string(), 2)
}

fn settings(words: &[String]) -> Outcome<Settings> {
    let mut o = defaults();
    let mut at = 0;
    while at < words.len() && words[at].starts_with('-') {
        let word = words[at].as_str();
        at += 1;
        match word {
            "--" => break,
            "-c" => o.indent = None,
            "-s" => o.sort = true,
            "-a" => o.ascii = true,
            "-r" => o.raw = true,
            "-e" => o.told = true,
            "-i" | "-d" => {
                let value = match words.get(at) {
                    Some(value) => value.as_str(),
                    None => return usage("an option lacks its value"),
                };
                at += 1;
                if word == "-i" {
                    if value.len() != 1 || !"012345678".contains(value) {
                        return usage("-i is 0 to 8");
                    }
                    o.indent = value.parse().ok();
                } else if ["first", "last", "all", "error"].contains(&value) {
                    o.duplicates = value.to_string();
                } else {
                    return usage("-d is first, last, all or error");
                }
            }
            _ => return usage("no such option"),
        }
    }
    if words.len() > at + 1 {
        return usage("one query at most");
    }
    if at < words.len() {
        o.query = words[at].clone();
    }
    Ok(o)
}

fn run(o: &Settings) -> Outcome<String> {
    let source: Vec<char> = o.query.chars().collect();
    let stages = Query { size: source.len(), tokens: tokens(&source)?, at: 0 }.stages()?;
    let mut data = Vec::new();
    std::io::stdin().read_to_end(&mut data).unwrap();
    let source: Vec<char> = match std::str::from_utf8(&data) {
        Ok(source) => source.chars().collect(),
        Err(_) => return wrong("encoding", String::new(), 1),
    };
    let document = Reader { text: &source, at: 0, duplicates: &o.duplicates, depth: 0 }.document()?;
    let values = pick(&stages, document)?;
    if values.is_empty() {
        return wrong("nothing", String::new(), 1);
    }
    let mut out = String::new();
    for value in &values {
        match value {
            Text(s) if o.raw => out.push_str(s),
            _ => write_value(value, o, 0, &mut out),
        }
        out.push('\n');
    }
    Ok(out)
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (told, found) = match settings(&words) {
        Ok(o) => (o.told, run(&o)),
        Err(why) => (false, Err(why)),
    };
    let mut stdout = std::io::stdout();
    match found {
        Ok(out) => stdout.write_all(out.as_bytes()).unwrap(),
        Err(why) => {
            if told {
                let blank = if why.place.is_empty() { "" } else { " " };
                stdout.write_all(format!("{}{}{}\n", why.kind, blank, why.place).as_bytes()).unwrap();
            }
            eprintln!("{}: {}", why.kind, why.place);
            stdout.flush().unwrap();
            std::process::exit(why.code);
        }
    }
}
