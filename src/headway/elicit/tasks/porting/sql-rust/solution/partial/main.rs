use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::rc::Rc;

const UNIT: i128 = 1_000_000;
const BOUND: i128 = 1_000_000_000_000_000_000;
const KEYWORDS: &str = "select from where group by having order limit offset distinct all union except \
intersect join inner left outer cross on as and or not in is null like between exists case when then else \
end true false insert into values update set delete create table drop asc desc cast";
const SYMBOLS: [&str; 18] = [
    "<>", "!=", "<=", ">=", "||", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ",", ".", ";",
];
const AGGREGATES: [&str; 5] = ["count", "sum", "avg", "min", "max"];
const FUNCTIONS: [(&str, usize, usize); 15] = [
    ("abs", 1, 1), ("round", 1, 2), ("sign", 1, 1), ("length", 1, 1), ("upper", 1, 1), ("lower", 1, 1),
    ("trim", 1, 1), ("reverse", 1, 1), ("substr", 2, 3), ("replace", 3, 3), ("instr", 2, 2),
    ("nullif", 2, 2), ("coalesce", 1, 99), ("least", 1, 99), ("greatest", 1, 99),
];

#[derive(Debug)]
struct Failure {
    word: &'static str,
    message: String,
}

type Res<T> = Result<T, Failure>;

fn fail<T>(word: &'static str, message: &str) -> Res<T> {
    Err(Failure { word, message: message.to_string() })
}

// ---- values ----

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum V {
    Null,
    Bool(bool),
    Num(i128), // millionths
    Text(Rc<str>),
}

use V::{Bool, Null, Num, Text};

type Row = Rc<Vec<V>>;

fn text(s: &str) -> V {
    Text(Rc::from(s))
}

fn same_type(a: &V, b: &V) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

fn compare(a: &V, b: &V) -> Res<std::cmp::Ordering> {
    if !same_type(a, b) {
        return fail("TYPE", "values of different types are compared");
    }
    Ok(a.cmp(b))
}

fn bounded(n: i128) -> Res<i128> {
    if n.abs() >= BOUND * 10 {
        return fail("OVERFLOW", "a number is too large");
    }
    Ok(n)
}

fn divided(a: i128, b: i128) -> i128 {
    let (x, y) = (a.abs(), b.abs());
    let q = x / y + (2 * (x % y) >= y) as i128;
    if (a < 0) == (b < 0) { q } else { -q }
}

/// A number, or None where it is not written like one; one that is too large becomes BOUND.
fn parse_number(s: &str) -> Option<i128> {
    let (negative, digits) = match s.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, s),
    };
    let (whole, fraction) = match digits.find('.') {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|c| c.is_ascii_digit());
    if !all_digits(whole) || !fraction.map_or(true, |f| all_digits(f) && f.len() <= 6) {
        return None;
    }
    let mut n: i128 = 0;
    for c in whole.bytes() {
        n = (n * 10 + (c - b'0') as i128).min(BOUND);
    }
    let padded = format!("{:0<6}", fraction.unwrap_or(""));
    n = (n * UNIT + padded.parse::<i128>().unwrap_or(0)).min(BOUND);
    Some(if negative { -n } else { n })
}

fn show(v: &V) -> Option<String> {
    match v {
        Null => None,
        Bool(b) => Some(b.to_string()),
        Text(s) => Some(s.to_string()),
        Num(n) => {
            let m = n.abs();
            let mut s = format!("{}{}", if *n < 0 { "-" } else { "" }, m / UNIT);
            if m % UNIT != 0 {
                let fraction = format!("{:06}", m % UNIT);
                s.push('.');
                s.push_str(fraction.trim_end_matches('0'));
            }
            Some(s)
        }
    }
}

fn need_num(v: &V) -> Res<Option<i128>> {
    match v {
        Null => Ok(None),
        Num(n) => Ok(Some(*n)),
        _ => fail("TYPE", "a number is needed"),
    }
}

fn need_bool(v: &V) -> Res<Option<bool>> {
    match v {
        Null => Ok(None),
        Bool(b) => Ok(Some(*b)),
        _ => fail("TYPE", "a boolean is needed"),
    }
}

fn need_text(v: &V) -> Res<Option<Rc<str>>> {
    match v {
        Null => Ok(None),
        Text(s) => Ok(Some(s.clone())),
        _ => fail("TYPE", "a text is needed"),
    }
}

fn whole(v: &V) -> Res<i128> {
    match v {
        Num(n) if n % UNIT == 0 => Ok(n / UNIT),
        _ => fail("TYPE", "a whole number is needed"),
    }
}

// ---- files ----

#[derive(Clone, Copy, PartialEq, Debug)]
enum Kind {
    Int,
    Numeric,
    Textual,
}

fn kind_named(name: &str) -> Option<Kind> {
    match name {
        "int" => Some(Kind::Int),
        "num" => Some(Kind::Numeric),
        "text" => Some(Kind::Textual),
        _ => None,
    }
}

fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Int => "int",
        Kind::Numeric => "num",
        Kind::Textual => "text",
    }
}

struct Table {
    columns: Vec<String>,
    kinds: Vec<Kind>,
    rows: Vec<Row>,
}

fn split_csv(s: &str) -> Res<Vec<Vec<(String, bool)>>> {
    let b = s.as_bytes();
    let ends = |at: usize| {
        b.get(at) == Some(&b'\n') || (b.get(at) == Some(&b'\r') && b.get(at + 1) == Some(&b'\n'))
    };
    let (mut rows, mut row, mut pos) = (Vec::new(), Vec::new(), 0);
    while pos < b.len() {
        if b[pos] == b'"' {
            let mut field = String::new();
            pos += 1;
            loop {
                let end = match s[pos..].find('"') {
                    Some(n) => pos + n,
                    None => return fail("DATA", "a quotation mark is missing"),
                };
                field.push_str(&s[pos..end]);
                pos = end + 1;
                if b.get(pos) != Some(&b'"') {
                    break;
                }
                field.push('"');
                pos += 1;
            }
            row.push((field, true));
        } else {
            let mut end = pos;
            while end < b.len() && b[end] != b',' && b[end] != b'"' && !ends(end) {
                end += 1;
            }
            row.push((s[pos..end].to_string(), false));
            pos = end;
        }
        if b.get(pos) == Some(&b',') {
            pos += 1;
            if pos < b.len() && !ends(pos) {
                continue;
            }
            row.push((String::new(), false));
        }
        if pos < b.len() {
            if !ends(pos) {
                return fail("DATA", "a quotation mark within a field");
            }
            pos += if b[pos] == b'\r' { 2 } else { 1 };
        }
        rows.push(std::mem::take(&mut row));
    }
    Ok(rows)
}

fn parse_field(field: &str, quoted: bool, kind: Kind) -> Res<V> {
    if field.is_empty() && !quoted {
        return Ok(Null);
    }
    if kind == Kind::Textual {
        return Ok(text(field));
    }
    match parse_number(field) {
        Some(n) => Ok(Num(n)),
        _ => fail("DATA", "a field is no number of its column"),
    }
}

fn parse_table(data: Vec<u8>) -> Res<Table> {
    let s = match String::from_utf8(data) {
        Ok(s) => s,
        Err(_) => return fail("DATA", "this is not UTF-8"),
    };
    let rows = split_csv(&s)?;
    if rows.is_empty() {
        return fail("DATA", "there is no header");
    }
    let mut table = Table { columns: Vec::new(), kinds: Vec::new(), rows: Vec::new() };
    for (field, _) in &rows[0] {
        let at = field.rfind(':').unwrap_or(0);
        match kind_named(field.get(at + 1..).unwrap_or("")) {
            Some(kind) if at > 0 && !table.columns.iter().any(|c| *c == field[..at]) => {
                table.columns.push(field[..at].to_string());
                table.kinds.push(kind);
            }
            _ => return fail("DATA", "the header is wrong"),
        }
    }
    for row in &rows[1..] {
        if row.len() != table.columns.len() {
            return fail("DATA", "a row has another number of fields");
        }
        let mut values = Vec::new();
        for ((field, quoted), kind) in row.iter().zip(&table.kinds) {
            values.push(parse_field(field, *quoted, *kind)?);
        }
        table.rows.push(Rc::new(values));
    }
    Ok(table)
}

fn csv_line(fields: &[Option<String>], missing: &str) -> String {
    let parts: Vec<String> = fields
        .iter()
        .map(|field| match field {
            None => missing.to_string(),
            Some(s) if s.contains(&[',', '"', '\n', '\r'][..]) => {
                format!("\"{}\"", s.replace('"', "\"\""))
            }
            Some(s) => s.clone(),
        })
        .collect();
    parts.join(",") + "\n"
}

fn show_all(row: &[V]) -> Vec<Option<String>> {
    row.iter().map(show).collect()
}

fn is_table_name(name: &str) -> bool {
    name.bytes().enumerate().all(|(i, c)| {
        c.is_ascii_lowercase() || c == b'_' || (i > 0 && c.is_ascii_digit())
    }) && !name.is_empty()
}

struct Database {
    folder: PathBuf,
    tables: HashMap<String, Option<Table>>,
    changed: BTreeSet<String>,
}

impl Database {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.csv", name))
    }

    fn look(&mut self, name: &str) -> Res<bool> {
        if !self.tables.contains_key(name) {
            let mut table = None;
            if is_table_name(name) && self.path(name).is_file() {
                match std::fs::read(self.path(name)) {
                    Ok(data) => table = Some(parse_table(data)?),
                    Err(_) => return fail("DATA", "the file cannot be read"),
                }
            }
            self.tables.insert(name.to_string(), table);
        }
        Ok(self.tables[name].is_some())
    }

    fn table(&self, name: &str) -> Res<&Table> {
        match self.tables.get(name) {
            Some(Some(table)) => Ok(table),
            _ => fail("TABLE", "there is no such table"),
        }
    }

    fn columns(&mut self, name: &str) -> Res<Vec<String>> {
        self.look(name)?;
        Ok(self.table(name)?.columns.clone())
    }

    fn set_rows(&mut self, name: &str, rows: Vec<Row>) {
        if let Some(Some(table)) = self.tables.get_mut(name) {
            table.rows = rows;
        }
        self.changed.insert(name.to_string());
    }

    fn save(&self) -> std::io::Result<()> {
        for name in &self.changed {
            match &self.tables[name] {
                None => {
                    if self.path(name).exists() {
                        std::fs::remove_file(self.path(name))?;
                    }
                }
                Some(table) => {
                    let head: Vec<Option<String>> = table
                        .columns
                        .iter()
                        .zip(&table.kinds)
                        .map(|(c, k)| Some(format!("{}:{}", c, name_of(*k))))
                        .collect();
                    let mut out = csv_line(&head, "");
                    for row in &table.rows {
                        out.push_str(&csv_line(&show_all(row), ""));
                    }
                    std::fs::write(self.path(name), out)?;
                }
            }
        }
        Ok(())
    }
}

// ---- words ----

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Key(String),
    Name(String),
    Str(String),
    Number(i128),
    Sym(&'static str),
    End,
}

fn scan(s: &str) -> Res<Vec<Token>> {
    let b = s.as_bytes();
    let (mut tokens, mut pos) = (Vec::new(), 0);
    let is_letter = |c: u8| c.is_ascii_alphabetic() || c == b'_';
    while pos < b.len() {
        let c = b[pos];
        if matches!(c, b' ' | b'\t' | b'\r' | b'\n') {
            pos += 1;
        } else if s[pos..].starts_with("--") {
            pos = s[pos..].find('\n').map_or(b.len(), |n| pos + n);
        } else if c == b'\'' || c == b'"' {
            let mut value = String::new();
            pos += 1;
            loop {
                let end = match s[pos..].find(c as char) {
                    Some(n) => pos + n,
                    None => return fail("SYNTAX", "a quotation mark is not closed"),
                };
                value.push_str(&s[pos..end]);
                pos = end + 1;
                if b.get(pos) != Some(&c) {
                    break;
                }
                value.push(c as char);
                pos += 1;
            }
            if c == b'"' && value.is_empty() {
                return fail("SYNTAX", "a name is empty");
            }
            tokens.push(if c == b'"' { Token::Name(value) } else { Token::Str(value) });
        } else if c.is_ascii_digit() {
            let start = pos;
            let digits = |mut at: usize| {
                while at < b.len() && b[at].is_ascii_digit() {
                    at += 1;
                }
                at
            };
            pos = digits(pos);
            if b.get(pos) == Some(&b'.') && digits(pos + 1) > pos + 1 {
                let end = digits(pos + 1);
                let long = end - pos > 7;
                pos = end;
                if pos < b.len() && is_letter(b[pos]) || long {
                    return fail("SYNTAX", "this is no number");
                }
            }
            if pos < b.len() && is_letter(b[pos]) {
                return fail("SYNTAX", "letters follow a number");
            }
            tokens.push(Token::Number(bounded(parse_number(&s[start..pos]).unwrap_or(BOUND))?));
        } else if is_letter(c) {
            let start = pos;
            while pos < b.len() && (is_letter(b[pos]) || b[pos].is_ascii_digit()) {
                pos += 1;
            }
            let word = s[start..pos].to_ascii_lowercase();
            let key = KEYWORDS.split(' ').any(|k| k == word);
            tokens.push(if key { Token::Key(word) } else { Token::Name(word) });
        } else {
            match SYMBOLS.iter().find(|symbol| s[pos..].starts_with(**symbol)) {
                Some(symbol) => {
                    pos += symbol.len();
                    tokens.push(Token::Sym(if *symbol == "!=" { "<>" } else { symbol }));
                }
                None => return fail("SYNTAX", "a character has no meaning"),
            }
        }
    }
    tokens.push(Token::End);
    Ok(tokens)
}

// ---- grammar ----

#[derive(Clone)]
enum Sub {
    Ast(Rc<Select>),
    Bound(Rc<Plan>),
}

impl PartialEq for Sub {
    fn eq(&self, other: &Sub) -> bool {
        match (self, other) {
            (Sub::Bound(a), Sub::Bound(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }
}

#[derive(Clone, PartialEq)]
enum K {
    Value(V),
    Column(Option<String>, String),
    At(usize, usize),
    And,
    Or,
    Not,
    IsNull,
    Minus,
    Cmp(&'static str),
    Math(&'static str),
    Like,
    In,
    InSub(Sub),
    Scalar(Sub),
    Exists(Sub),
    Cast(Kind),
    Case(bool), // whether the first part is an operand
    Call(String),
    Aggregate(String, bool),
}

#[derive(Clone, PartialEq)]
struct E {
    k: K,
    x: Vec<E>,
}

fn e(k: K, x: Vec<E>) -> E {
    E { k, x }
}

struct Select {
    parts: Vec<(&'static str, Part)>,
    keys: Vec<(E, bool)>,
    limit: Option<usize>,
    offset: usize,
}

enum Part {
    Nested(Rc<Select>),
    Core(Box<CoreAst>),
}

enum Item {
    All(Option<String>),
    One(E, Option<String>),
}

struct Source {
    join: &'static str,
    table: String,
    inner: Option<Rc<Select>>,
    alias: String,
    on: Option<E>,
}

struct CoreAst {
    distinct: bool,
    items: Vec<Item>,
    sources: Vec<Source>,
    condition: Option<E>,
    group: Option<Vec<E>>,
    having: Option<E>,
}

enum Statement {
    Query(Select),
    Insert(String, Option<Vec<String>>, Vec<Vec<E>>, Option<Select>),
    Update(String, Vec<(String, E)>, Option<E>),
    Delete(String, Option<E>),
    Create(String, Vec<(String, Kind)>, Option<Select>),
    Drop(String),
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn token(&self, ahead: usize) -> &Token {
        &self.tokens[(self.at + ahead).min(self.tokens.len() - 1)]
    }

    fn is(token: &Token, value: &str) -> bool {
        match token {
            Token::Key(k) => k == value,
            Token::Sym(s) => *s == value,
            _ => false,
        }
    }

    fn peek(&self, value: &str) -> bool {
        Parser::is(self.token(0), value)
    }

    fn take(&mut self, value: &str) -> bool {
        let there = self.peek(value);
        self.at += there as usize;
        there
    }

    fn take_any(&mut self, values: &[&'static str]) -> Option<&'static str> {
        values.iter().copied().find(|value| self.take(value))
    }

    fn expect(&mut self, value: &str) -> Res<()> {
        if self.take(value) {
            return Ok(());
        }
        fail("SYNTAX", &format!("{} is expected", value))
    }

    fn is_name(&self) -> bool {
        matches!(self.token(0), Token::Name(_))
    }

    fn name(&mut self) -> Res<String> {
        if let Token::Name(name) = self.token(0) {
            let name = name.clone();
            self.at += 1;
            return Ok(name);
        }
        fail("SYNTAX", "a name is expected")
    }

    fn list<T>(&mut self, one: fn(&mut Parser) -> Res<T>) -> Res<Vec<T>> {
        let mut found = vec![one(self)?];
        while self.take(",") {
            found.push(one(self)?);
        }
        Ok(found)
    }

    fn parens<T>(&mut self, one: fn(&mut Parser) -> Res<T>) -> Res<T> {
        self.expect("(")?;
        let found = one(self)?;
        self.expect(")")?;
        Ok(found)
    }

    fn statements(&mut self) -> Res<Vec<Statement>> {
        let mut found = Vec::new();
        while *self.token(0) != Token::End {
            if self.take(";") {
                continue;
            }
            found.push(self.statement()?);
            if *self.token(0) != Token::End {
                self.expect(";")?;
            }
        }
        Ok(found)
    }

    fn kind(&mut self) -> Res<Kind> {
        match kind_named(&self.name()?) {
            Some(kind) => Ok(kind),
            None => fail("SYNTAX", "this is no type"),
        }
    }

    fn optional(&mut self, key: &str) -> Res<Option<E>> {
        if self.take(key) { Ok(Some(self.expression()?)) } else { Ok(None) }
    }

    fn statement(&mut self) -> Res<Statement> {
        if self.peek("select") || self.peek("(") {
            return Ok(Statement::Query(self.select()?));
        }
        if self.take("insert") {
            self.expect("into")?;
            let table = self.name()?;
            let mut columns = None;
            if self.peek("(") && !Parser::is(self.token(1), "select") {
                columns = Some(self.parens(|p| p.list(Parser::name))?);
            }
            if self.take("values") {
                let rows = self.list(|p| p.parens(|p| p.list(Parser::expression)))?;
                return Ok(Statement::Insert(table, columns, rows, None));
            }
            return Ok(Statement::Insert(table, columns, Vec::new(), Some(self.select()?)));
        }
        if self.take("update") {
            let table = self.name()?;
            self.expect("set")?;
            let changes = self.list(|p| {
                let column = p.name()?;
                p.expect("=")?;
                Ok((column, p.expression()?))
            })?;
            return Ok(Statement::Update(table, changes, self.optional("where")?));
        }
        if self.take("delete") {
            self.expect("from")?;
            let table = self.name()?;
            return Ok(Statement::Delete(table, self.optional("where")?));
        }
        if self.take("create") {
            self.expect("table")?;
            let table = self.name()?;
            if self.take("as") {
                return Ok(Statement::Create(table, Vec::new(), Some(self.select()?)));
            }
            let columns = self.parens(|p| p.list(|p| Ok((p.name()?, p.kind()?))))?;
            return Ok(Statement::Create(table, columns, None));
        }
        if self.take("drop") {
            self.expect("table")?;
            return Ok(Statement::Drop(self.name()?));
        }
        fail("SYNTAX", "no statement begins so")
    }

    fn select(&mut self) -> Res<Select> {
        let mut parts = vec![("", self.part()?)];
        while let Some(mut operator) = self.take_any(&["union", "except", "intersect"]) {
            if operator == "union" && self.take("all") {
                operator = "all";
            }
            parts.push((operator, self.part()?));
        }
        let (mut keys, mut limit, mut offset) = (Vec::new(), None, 0);
        if self.take("order") {
            self.expect("by")?;
            keys = self.list(|p| {
                let key = p.expression()?;
                Ok((key, p.take_any(&["asc", "desc"]) == Some("desc")))
            })?;
        }
        if self.take("limit") {
            limit = Some(self.count()?);
            if self.take("offset") {
                offset = self.count()?;
            }
        }
        Ok(Select { parts, keys, limit, offset })
    }

    fn count(&mut self) -> Res<usize> {
        if let Token::Number(n) = self.token(0) {
            if n % UNIT == 0 {
                let n = (n / UNIT) as usize;
                self.at += 1;
                return Ok(n);
            }
        }
        fail("SYNTAX", "a whole number is expected")
    }

    fn part(&mut self) -> Res<Part> {
        if self.peek("(") {
            return Ok(Part::Nested(Rc::new(self.parens(Parser::select)?)));
        }
        self.expect("select")?;
        let distinct = self.take("distinct");
        if !distinct {
            self.take("all");
        }
        let items = self.list(Parser::item)?;
        let mut sources = Vec::new();
        if self.take("from") {
            sources.push(self.source("cross")?);
            while let Some(join) = self.join()? {
                let mut source = self.source(join)?;
                if join != "cross" {
                    self.expect("on")?;
                    source.on = Some(self.expression()?);
                }
                sources.push(source);
            }
        }
        let condition = self.optional("where")?;
        let mut group = None;
        if self.take("group") {
            self.expect("by")?;
            group = Some(self.list(Parser::expression)?);
        }
        let having = self.optional("having")?;
        Ok(Part::Core(Box::new(CoreAst { distinct, items, sources, condition, group, having })))
    }

    fn join(&mut self) -> Res<Option<&'static str>> {
        if self.take(",") {
            return Ok(Some("cross"));
        }
        match self.take_any(&["cross", "left", "inner", "join"]) {
            Some("join") => Ok(Some("inner")),
            Some(kind) => {
                if kind == "left" {
                    self.take("outer");
                }
                self.expect("join")?;
                Ok(Some(kind))
            }
            None => Ok(None),
        }
    }

    fn source(&mut self, join: &'static str) -> Res<Source> {
        if self.peek("(") {
            let inner = Some(Rc::new(self.parens(Parser::select)?));
            self.take("as");
            return Ok(Source { join, table: String::new(), inner, alias: self.name()?, on: None });
        }
        let table = self.name()?;
        let alias = if self.take("as") || self.is_name() { self.name()? } else { table.clone() };
        Ok(Source { join, table, inner: None, alias, on: None })
    }

    fn item(&mut self) -> Res<Item> {
        if self.take("*") {
            return Ok(Item::All(None));
        }
        if self.is_name() && Parser::is(self.token(1), ".") && Parser::is(self.token(2), "*") {
            let name = self.name()?;
            self.at += 2;
            return Ok(Item::All(Some(name)));
        }
        let value = self.expression()?;
        let alias = if self.take("as") || self.is_name() { Some(self.name()?) } else { None };
        Ok(Item::One(value, alias))
    }

    fn expression(&mut self) -> Res<E> {
        let mut left = self.conjunction()?;
        while self.take("or") {
            left = e(K::Or, vec![left, self.conjunction()?]);
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Res<E> {
        let mut left = self.negation()?;
        while self.take("and") {
            left = e(K::And, vec![left, self.negation()?]);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Res<E> {
        if self.take("not") {
            return Ok(e(K::Not, vec![self.negation()?]));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Res<E> {
        let left = self.sum()?;
        if let Some(op) = self.take_any(&["=", "<>", "<", "<=", ">", ">="]) {
            return Ok(e(K::Cmp(op), vec![left, self.sum()?]));
        }
        let turned = |not: bool, found: E| if not { e(K::Not, vec![found]) } else { found };
        if self.take("is") {
            let not = self.take("not");
            self.expect("null")?;
            return Ok(turned(not, e(K::IsNull, vec![left])));
        }
        let not = self.take("not");
        if self.take("between") {
            let low = self.sum()?;
            self.expect("and")?;
            let high = self.sum()?;
            let from = e(K::Cmp(">="), vec![left.clone(), low]);
            let to = e(K::Cmp("<="), vec![left, high]);
            return Ok(turned(not, e(K::And, vec![from, to])));
        }
        if self.take("like") {
            return Ok(turned(not, e(K::Like, vec![left, self.sum()?])));
        }
        if self.take("in") {
            self.expect("(")?;
            let found = if self.peek("select") {
                e(K::InSub(Sub::Ast(Rc::new(self.select()?))), vec![left])
            } else {
                let mut x = vec![left];
                x.extend(self.list(Parser::expression)?);
                e(K::In, x)
            };
            self.expect(")")?;
            return Ok(turned(not, found));
        }
        if not {
            return fail("SYNTAX", "between, like or in is expected after not");
        }
        Ok(left)
    }

    fn sum(&mut self) -> Res<E> {
        let mut left = self.product()?;
        while let Some(op) = self.take_any(&["+", "-", "||"]) {
            left = e(K::Math(op), vec![left, self.product()?]);
        }
        Ok(left)
    }

    fn product(&mut self) -> Res<E> {
        let mut left = self.sign()?;
        while let Some(op) = self.take_any(&["*", "/", "%"]) {
            left = e(K::Math(op), vec![left, self.sign()?]);
        }
        Ok(left)
    }

    fn sign(&mut self) -> Res<E> {
        if self.take("-") {
            return Ok(e(K::Minus, vec![self.sign()?]));
        }
        if self.take("+") {
            return self.sign();
        }
        self.primary()
    }

    fn primary(&mut self) -> Res<E> {
        if self.peek("(") {
            return self.parens(|p| {
                if p.peek("select") {
                    return Ok(e(K::Scalar(Sub::Ast(Rc::new(p.select()?))), vec![]));
                }
                p.expression()
            });
        }
        let token = self.token(0).clone();
        self.at += 1;
        let value = |v: V| Ok(e(K::Value(v), vec![]));
        match token {
            Token::Number(n) => value(Num(n)),
            Token::Str(s) => value(text(&s)),
            Token::Name(name) => self.named(name),
            Token::Key(key) => match key.as_str() {
                "null" => value(Null),
                "true" => value(Bool(true)),
                "false" => value(Bool(false)),
                "exists" => {
                    let inner = self.parens(Parser::select)?;
                    Ok(e(K::Exists(Sub::Ast(Rc::new(inner))), vec![]))
                }
                "cast" => self.parens(|p| {
                    let inner = p.expression()?;
                    p.expect("as")?;
                    Ok(e(K::Cast(p.kind()?), vec![inner]))
                }),
                "case" => self.case(),
                _ => fail("SYNTAX", "this word cannot stand here"),
            },
            _ => fail("SYNTAX", "this cannot stand here"),
        }
    }

    fn case(&mut self) -> Res<E> {
        let operand = !self.peek("when");
        let mut x = Vec::new();
        if operand {
            x.push(self.expression()?);
        }
        if !self.peek("when") {
            return fail("SYNTAX", "when is expected");
        }
        while self.take("when") {
            x.push(self.expression()?);
            self.expect("then")?;
            x.push(self.expression()?);
        }
        let rest = self.optional("else")?;
        x.push(rest.unwrap_or_else(|| e(K::Value(Null), vec![])));
        self.expect("end")?;
        Ok(e(K::Case(operand), x))
    }

    fn named(&mut self, name: String) -> Res<E> {
        if self.take(".") {
            let column = self.name()?;
            return Ok(e(K::Column(Some(name), column), vec![]));
        }
        if !self.take("(") {
            return Ok(e(K::Column(None, name), vec![]));
        }
        if name == "count" && self.take("*") {
            self.expect(")")?;
            return Ok(e(K::Aggregate(name, false), vec![]));
        }
        if AGGREGATES.contains(&name.as_str()) {
            let distinct = self.take("distinct");
            let x = vec![self.expression()?];
            self.expect(")")?;
            return Ok(e(K::Aggregate(name, distinct), x));
        }
        let x = if self.peek(")") { Vec::new() } else { self.list(Parser::expression)? };
        self.expect(")")?;
        Ok(e(K::Call(name), x))
    }
}

// ---- names ----

struct Plan {
    names: Vec<String>,
    body: Body,
}

enum Body {
    Core(Core),
    Compound {
        plans: Vec<(&'static str, Plan)>,
        keys: Vec<(usize, bool)>,
        limit: Option<usize>,
        offset: usize,
    },
}

struct Join {
    kind: &'static str,
    table: String,
    plan: Option<Plan>,
    width: usize,
    on: Option<E>,
}

struct Key {
    index: usize,
    value: Option<E>,
    down: bool,
}

struct Core {
    joins: Vec<Join>,
    condition: Option<E>,
    grouped: bool,
    single: bool,
    groups: Vec<E>,
    aggregates: Vec<E>,
    having: Option<E>,
    outputs: Vec<E>,
    distinct: bool,
    keys: Vec<Key>,
    width: usize,
}

type Scope = Vec<(String, String)>;

fn at(index: usize) -> E {
    e(K::At(0, index), vec![])
}

fn find_column(scopes: &[Scope], qualifier: &Option<String>, name: &str) -> Res<E> {
    for (depth, scope) in scopes.iter().rev().enumerate() {
        let found: Vec<usize> = (0..scope.len())
            .filter(|i| scope[*i].1 == name && qualifier.as_ref().map_or(true, |q| *q == scope[*i].0))
            .collect();
        match found.len() {
            0 => continue,
            1 => return Ok(e(K::At(depth, found[0]), vec![])),
            _ => return fail("NAME", "a column is ambiguous"),
        }
    }
    fail("NAME", &format!("there is no column {}", name))
}

fn has_aggregate(x: &E) -> bool {
    matches!(x.k, K::Aggregate(..)) || x.x.iter().any(has_aggregate)
}

fn output(key: &E, names: &[String]) -> Res<Option<usize>> {
    match &key.k {
        K::Value(Num(n)) => {
            if n % UNIT != 0 || *n < UNIT || n / UNIT > names.len() as i128 {
                return fail("NAME", "order by has no such position");
            }
            Ok(Some((n / UNIT) as usize - 1))
        }
        K::Column(None, name) => Ok(names.iter().position(|n| n == name)),
        _ => Ok(None),
    }
}

impl Database {
    fn bind(&mut self, x: &E, scopes: &[Scope], aggregates: bool) -> Res<E> {
        match &x.k {
            K::Column(qualifier, name) => return find_column(scopes, qualifier, name),
            K::Call(name) => match FUNCTIONS.iter().find(|f| f.0 == name) {
                None => return fail("NAME", "there is no such function"),
                Some((_, least, most)) if x.x.len() < *least || x.x.len() > *most => {
                    return fail("COLUMNS", "another number of arguments")
                }
                _ => {}
            },
            K::Aggregate(..) if !aggregates => return fail("GROUP", "an aggregate cannot stand here"),
            _ => {}
        }
        let inner = aggregates && !matches!(x.k, K::Aggregate(..));
        let mut parts = Vec::new();
        for part in &x.x {
            parts.push(self.bind(part, scopes, inner)?);
        }
        let k = match &x.k {
            K::InSub(sub) => K::InSub(self.subquery(sub, scopes, true)?),
            K::Scalar(sub) => K::Scalar(self.subquery(sub, scopes, true)?),
            K::Exists(sub) => K::Exists(self.subquery(sub, scopes, false)?),
            other => other.clone(),
        };
        Ok(e(k, parts))
    }

    fn subquery(&mut self, sub: &Sub, scopes: &[Scope], single: bool) -> Res<Sub> {
        let ast = match sub {
            Sub::Ast(ast) => ast.clone(),
            Sub::Bound(_) => return Ok(sub.clone()),
        };
        let plan = self.plan(&ast, scopes)?;
        if single && plan.names.len() != 1 {
            return fail("COLUMNS", "a subquery needs one column");
        }
        Ok(Sub::Bound(Rc::new(plan)))
    }

    fn plan(&mut self, select: &Select, scopes: &[Scope]) -> Res<Plan> {
        let alone = select.parts.len() == 1 && matches!(select.parts[0].1, Part::Core(_));
        let mut plans: Vec<(&'static str, Plan)> = Vec::new();
        for (operator, part) in &select.parts {
            let plan = match part {
                Part::Nested(inner) => self.plan(inner, scopes)?,
                Part::Core(core) => self.core(core, scopes, if alone { &select.keys } else { &[] })?,
            };
            if !plans.is_empty() && plan.names.len() != plans[0].1.names.len() {
                return fail("COLUMNS", "different numbers of columns");
            }
            plans.push((*operator, plan));
        }
        let names = plans[0].1.names.clone();
        let mut keys = Vec::new();
        if !alone {
            for (key, down) in &select.keys {
                match output(key, &names)? {
                    Some(index) => keys.push((index, *down)),
                    None => return fail("NAME", "order by names no column of the result"),
                }
            }
        }
        let body = Body::Compound { plans, keys, limit: select.limit, offset: select.offset };
        Ok(Plan { names, body })
    }

    fn core(&mut self, core: &CoreAst, outer: &[Scope], order: &[(E, bool)]) -> Res<Plan> {
        let mut scopes = outer.to_vec();
        scopes.push(Vec::new());
        let here = scopes.len() - 1;
        let mut aliases = HashSet::new();
        let mut joins = Vec::new();
        for source in &core.sources {
            if !aliases.insert(source.alias.clone()) {
                return fail("NAME", "a table stands twice in from");
            }
            let plan = match &source.inner {
                Some(inner) => Some(self.plan(inner, &[])?),
                None => None,
            };
            let columns = match &plan {
                Some(plan) => plan.names.clone(),
                None => self.columns(&source.table)?,
            };
            let width = columns.len();
            scopes[here].extend(columns.into_iter().map(|c| (source.alias.clone(), c)));
            let on = match &source.on {
                Some(on) => Some(self.bind(on, &scopes, false)?),
                None => None,
            };
            joins.push(Join { kind: source.join, table: source.table.clone(), plan, width, on });
        }
        let condition = match &core.condition {
            Some(x) => Some(self.bind(x, &scopes, false)?),
            None => None,
        };
        let (mut names, mut outputs) = (Vec::new(), Vec::new());
        for item in &core.items {
            match item {
                Item::All(alias) => {
                    let known = alias.as_ref().map_or(true, |a| aliases.contains(a));
                    if !known || scopes[here].is_empty() {
                        return fail("NAME", "there is nothing in *");
                    }
                    for (i, (of, column)) in scopes[here].iter().enumerate() {
                        if alias.as_ref().map_or(true, |a| a == of) {
                            names.push(column.clone());
                            outputs.push(at(i));
                        }
                    }
                }
                Item::One(x, alias) => {
                    outputs.push(self.bind(x, &scopes, true)?);
                    names.push(match (alias, &x.k) {
                        (Some(alias), _) => alias.clone(),
                        (None, K::Column(_, name)) => name.clone(),
                        _ => format!("column{}", outputs.len()),
                    });
                }
            }
        }
        let mut keys = Vec::new();
        for (x, down) in order {
            match output(x, &names)? {
                Some(index) => keys.push(Key { index, value: None, down: *down }),
                None if core.distinct => return fail("NAME", "order by of distinct rows"),
                None => {
                    let value = Some(self.bind(x, &scopes, true)?);
                    keys.push(Key { index: 0, value, down: false });
                }
            }
        }
        let mut having = match &core.having {
            Some(x) => Some(self.bind(x, &scopes, true)?),
            None => None,
        };
        let grouped = core.group.is_some()
            || having.is_some()
            || outputs.iter().any(has_aggregate)
            || keys.iter().any(|k| k.value.as_ref().map_or(false, has_aggregate));
        let mut groups = Vec::new();
        for x in core.group.iter().flatten() {
            groups.push(self.bind(x, &scopes, false)?);
        }
        let width = scopes[here].len();
        let mut aggregates = Vec::new();
        if grouped {
            let mut regroup = Regroup { groups: &groups, aggregates: &mut aggregates, width };
            for x in outputs.iter_mut() {
                *x = regroup.turn(x)?;
            }
            for x in keys.iter_mut().filter_map(|k| k.value.as_mut()) {
                *x = regroup.turn(x)?;
            }
            if let Some(x) = having.as_mut() {
                *x = regroup.turn(x)?;
            }
        }
        let core = Core {
            joins, condition, grouped, single: core.group.is_none(), groups, aggregates, having, outputs,
            distinct: core.distinct, keys, width,
        };
        Ok(Plan { names, body: Body::Core(core) })
    }
}

struct Regroup<'a> {
    groups: &'a [E],
    aggregates: &'a mut Vec<E>,
    width: usize,
}

impl Regroup<'_> {
    fn turn(&mut self, x: &E) -> Res<E> {
        if let Some(i) = self.groups.iter().position(|g| g == x) {
            return Ok(at(self.width + i));
        }
        match x.k {
            K::Aggregate(..) => {
                let i = match self.aggregates.iter().position(|a| a == x) {
                    Some(i) => i,
                    None => {
                        self.aggregates.push(x.clone());
                        self.aggregates.len() - 1
                    }
                };
                return Ok(at(self.width + self.groups.len() + i));
            }
            K::At(0, _) => return fail("GROUP", "a column is neither grouped nor aggregated"),
            _ => {}
        }
        let mut parts = Vec::new();
        for part in &x.x {
            parts.push(self.turn(part)?);
        }
        Ok(e(x.k.clone(), parts))
    }
}

// ---- running ----

type Env<'a> = &'a [Row];

fn with(env: Env, row: &Row) -> Vec<Row> {
    let mut inner = env.to_vec();
    inner.push(row.clone());
    inner
}

fn distinct_rows(rows: Vec<Row>) -> Vec<Row> {
    let mut seen: HashSet<Row> = HashSet::new();
    rows.into_iter().filter(|row| seen.insert(row.clone())).collect()
}

fn order_rows(mut pairs: Vec<(Vec<V>, Row)>, downs: &[bool]) -> Vec<Row> {
    pairs.sort_by(|a, b| {
        for (i, down) in downs.iter().enumerate() {
            let c = a.0[i].cmp(&b.0[i]);
            if c != std::cmp::Ordering::Equal {
                return if *down { c.reverse() } else { c };
            }
        }
        std::cmp::Ordering::Equal
    });
    pairs.into_iter().map(|(_, row)| row).collect()
}

impl Plan {
    fn run(&self, db: &Database, env: Env) -> Res<Vec<Row>> {
        let (plans, keys, limit, offset) = match &self.body {
            Body::Core(core) => return core.run(db, env),
            Body::Compound { plans, keys, limit, offset } => (plans, keys, limit, offset),
        };
        let mut rows: Vec<Row> = Vec::new();
        for (operator, plan) in plans {
            let more = plan.run(db, env)?;
            match *operator {
                "" | "all" => rows.extend(more),
                "union" => {
                    rows.extend(more);
                }
                _ => {
                    let there: HashSet<Row> = more.into_iter().collect();
                    let wanted = *operator == "intersect";
                    rows = distinct_rows(rows);
                    rows.retain(|row| there.contains(row) == wanted);
                }
            }
        }
        if !keys.is_empty() {
            let pairs = rows
                .into_iter()
                .map(|row| (keys.iter().map(|(i, _)| row[*i].clone()).collect(), row))
                .collect();
            rows = order_rows(pairs, &keys.iter().map(|k| k.1).collect::<Vec<bool>>());
        }
        let rows = rows.into_iter().skip(*offset);
        Ok(match limit {
            Some(n) => rows.take(*n).collect(),
            None => rows.collect(),
        })
    }
}

impl Core {
    fn rows(&self, db: &Database, env: Env) -> Res<Vec<Row>> {
        let mut rows: Vec<Row> = vec![Rc::new(Vec::new())];
        for join in &self.joins {
            let made;
            let more: &[Row] = match &join.plan {
                Some(plan) => {
                    made = plan.run(db, &[])?;
                    &made
                }
                None => &db.table(&join.table)?.rows,
            };
            let mut joined = Vec::new();
            for left in &rows {
                let mut matched = false;
                for right in more {
                    let row: Row = Rc::new(left.iter().chain(right.iter()).cloned().collect());
                    let fits = match &join.on {
                        Some(on) => truth(on, db, &with(env, &row))?,
                        None => true,
                    };
                    if fits {
                        joined.push(row);
                        matched = true;
                    }
                }
                if join.kind == "left" && !matched {
                    let nulls = std::iter::repeat(Null).take(join.width);
                    joined.push(Rc::new(left.iter().cloned().chain(nulls).collect()));
                }
            }
            rows = joined;
        }
        if let Some(condition) = &self.condition {
            let mut kept = Vec::new();
            for row in rows {
                if truth(condition, db, &with(env, &row))? {
                    kept.push(row);
                }
            }
            rows = kept;
        }
        Ok(rows)
    }

    fn group_rows(&self, rows: Vec<Row>, db: &Database, env: Env) -> Res<Vec<Row>> {
        let mut order: Vec<(Vec<V>, Vec<Row>)> = Vec::new();
        let mut places: BTreeMap<Vec<V>, usize> = BTreeMap::new();
        for row in rows {
            let inner = with(env, &row);
            let values = all(&self.groups, db, &inner)?;
            let place = *places.entry(values.clone()).or_insert(order.len());
            if place == order.len() {
                order.push((values, Vec::new()));
            }
            order[place].1.push(row);
        }
        if self.single && order.is_empty() {
            order.push((Vec::new(), Vec::new()));
        }
        let mut found = Vec::new();
        for (values, members) in order {
            let mut row: Vec<V> = match members.first() {
                Some(first) => first.to_vec(),
                None => vec![Null; self.width],
            };
            row.extend(values);
            for x in &self.aggregates {
                row.push(aggregate(x, &members, db, env)?);
            }
            let row = Rc::new(row);
            let fits = match &self.having {
                Some(having) => truth(having, db, &with(env, &row))?,
                None => true,
            };
            if fits {
                found.push(row);
            }
        }
        Ok(found)
    }

    fn run(&self, db: &Database, env: Env) -> Res<Vec<Row>> {
        let mut rows = self.rows(db, env)?;
        if self.grouped {
            rows = self.group_rows(rows, db, env)?;
        }
        let mut pairs: Vec<(Vec<V>, Row)> = Vec::new();
        for row in rows {
            let inner = with(env, &row);
            let out = all(&self.outputs, db, &inner)?;
            let mut keys = Vec::new();
            for key in &self.keys {
                keys.push(match &key.value {
                    Some(x) => evaluate(x, db, &inner)?,
                    None => out[key.index].clone(),
                });
            }
            pairs.push((keys, Rc::new(out)));
        }
        if self.distinct {
            let kept = distinct_rows(pairs.into_iter().map(|(_, row)| row).collect());
            pairs = kept
                .into_iter()
                .map(|row| (self.keys.iter().map(|k| row[k.index].clone()).collect(), row))
                .collect();
        }
        Ok(order_rows(pairs, &self.keys.iter().map(|k| k.down).collect::<Vec<bool>>()))
    }
}

fn all(list: &[E], db: &Database, env: Env) -> Res<Vec<V>> {
    list.iter().map(|x| evaluate(x, db, env)).collect()
}

fn aggregate(x: &E, rows: &[Row], db: &Database, env: Env) -> Res<V> {
    let (name, distinct) = match &x.k {
        K::Aggregate(name, distinct) => (name.as_str(), *distinct),
        _ => return fail("GROUP", "this is no aggregate"),
    };
    if x.x.is_empty() {
        return Ok(Num(rows.len() as i128 * UNIT));
    }
    let mut values = Vec::new();
    let mut seen = HashSet::new();
    for row in rows {
        let v = evaluate(&x.x[0], db, &with(env, row))?;
        if v != Null && (!distinct || seen.insert(Null)) {
            values.push(v);
        }
    }
    if name == "count" {
        return Ok(Num(values.len() as i128 * UNIT));
    }
    if values.is_empty() {
        return Ok(Null);
    }
    match name {
        "min" => return Ok(values.into_iter().min().unwrap_or(Null)),
        "max" => return Ok(values.into_iter().max().unwrap_or(Null)),
        _ => {}
    }
    let mut total = 0;
    for v in &values {
        total = bounded(total + need_num(v)?.unwrap_or(0))?;
    }
    Ok(Num(if name == "sum" { total } else { divided(total, values.len() as i128) }))
}

fn truth(x: &E, db: &Database, env: Env) -> Res<bool> {
    Ok(need_bool(&evaluate(x, db, env)?)? == Some(true))
}

fn from_bool(b: Option<bool>) -> V {
    b.map_or(Null, Bool)
}

fn any_of<'a>(values: impl Iterator<Item = &'a V>, value: &V) -> Res<V> {
    let mut unknown = false;
    for other in values {
        if *value == Null || *other == Null {
            unknown = true;
        } else if compare(value, other)? == std::cmp::Ordering::Equal {
            return Ok(Bool(true));
        }
    }
    Ok(if unknown { Null } else { Bool(false) })
}

fn run_sub(sub: &Sub, db: &Database, env: Env) -> Res<Vec<Row>> {
    match sub {
        Sub::Bound(plan) => plan.run(db, env),
        Sub::Ast(_) => fail("NAME", "a subquery was not bound"),
    }
}

fn evaluate(x: &E, db: &Database, env: Env) -> Res<V> {
    match &x.k {
        K::Value(v) => Ok(v.clone()),
        K::At(depth, index) => Ok(env[env.len() - 1 - depth][*index].clone()),
        K::And | K::Or => {
            let decides = Some(x.k == K::Or);
            let left = need_bool(&evaluate(&x.x[0], db, env)?)?;
            let right = need_bool(&evaluate(&x.x[1], db, env)?)?;
            if left == decides && right.is_some() {
                return Ok(from_bool(left));
            }
            if right == decides && left.is_some() {
                return Ok(from_bool(right));
            }
            Ok(if left.is_none() || right.is_none() { Null } else { Bool(x.k == K::And) })
        }
        K::Exists(sub) => Ok(Bool(!run_sub(sub, db, env)?.is_empty())),
        K::Scalar(sub) => {
            let rows = run_sub(sub, db, env)?;
            if rows.len() > 1 {
                return fail("ROWS", "a subquery has more than one row");
            }
            Ok(rows.first().map_or(Null, |row| row[0].clone()))
        }
        K::Case(operand) => choose(x, *operand, db, env),
        K::Call(name) if name == "coalesce" => {
            for part in &x.x {
                let v = evaluate(part, db, env)?;
                if v != Null {
                    return Ok(v);
                }
            }
            Ok(Null)
        }
        K::InSub(sub) => {
            let value = evaluate(&x.x[0], db, env)?;
            let rows = run_sub(sub, db, env)?;
            any_of(rows.iter().map(|row| &row[0]), &value)
        }
        _ => applied(&x.k, all(&x.x, db, env)?),
    }
}

fn applied(k: &K, values: Vec<V>) -> Res<V> {
    let first = &values[0];
    match k {
        K::Call(name) => call(name, &values),
        K::In => any_of(values[1..].iter(), first),
        K::Cmp(op) => compared(op, first, &values[1]),
        K::Math(op) => calculated(op, first, &values[1]),
        K::Not => Ok(from_bool(need_bool(first)?.map(|b| !b))),
        K::IsNull => Ok(Bool(*first == Null)),
        K::Minus => Ok(need_num(first)?.map_or(Null, |n| Num(-n))),
        K::Cast(kind) => cast(first, *kind),
        K::Like => {
            let pattern = need_text(&values[1])?;
            match (need_text(first)?, pattern) {
                (Some(s), Some(p)) => {
                    Ok(Bool(like(&s.chars().collect::<Vec<_>>(), &p.chars().collect::<Vec<_>>())))
                }
                _ => Ok(Null),
            }
        }
        _ => fail("TYPE", "this cannot be evaluated"),
    }
}

fn compared(op: &str, a: &V, b: &V) -> Res<V> {
    if *a == Null || *b == Null {
        return Ok(Null);
    }
    let c = compare(a, b)?;
    Ok(Bool(match op {
        "=" => c.is_eq(),
        "<>" => c.is_ne(),
        "<" => c.is_lt(),
        "<=" => c.is_le(),
        ">" => c.is_gt(),
        _ => c.is_ge(),
    }))
}

fn calculated(op: &str, left: &V, right: &V) -> Res<V> {
    if op == "||" {
        let (a, b) = (need_text(left)?, need_text(right)?);
        return Ok(match (a, b) {
            (Some(a), Some(b)) => text(&format!("{}{}", a, b)),
            _ => Null,
        });
    }
    let (a, b) = match (need_num(left)?, need_num(right)?) {
        (Some(a), Some(b)) => (a, b),
        _ => return Ok(Null),
    };
    if b == 0 && (op == "/" || op == "%") {
        return fail("DIVIDE", "division by zero");
    }
    Ok(Num(bounded(match op {
        "+" => a + b,
        "-" => a - b,
        "*" => divided(a * b, UNIT),
        "/" => a * UNIT / b,
        _ => a.rem_euclid(b),
    })?))
}

fn choose(x: &E, operand: bool, db: &Database, env: Env) -> Res<V> {
    let start = operand as usize;
    let value = if operand { evaluate(&x.x[0], db, env)? } else { Null };
    let branches = &x.x[start..x.x.len() - 1];
    for branch in branches.chunks(2) {
        let fits = if operand {
            compared("=", &value, &evaluate(&branch[0], db, env)?)? == Bool(true)
        } else {
            truth(&branch[0], db, env)?
        };
        if fits {
            return evaluate(&branch[1], db, env);
        }
    }
    evaluate(&x.x[x.x.len() - 1], db, env)
}

fn like(s: &[char], pattern: &[char]) -> bool {
    let mut ends = vec![false; s.len() + 1];
    ends[0] = true;
    for c in pattern {
        let mut next = vec![false; s.len() + 1];
        let mut reached = false;
        for i in 0..=s.len() {
            reached |= ends[i];
            if *c == '%' {
                next[i] = reached;
            } else if ends[i] && i < s.len() && (*c == '_' || *c == s[i]) {
                next[i + 1] = true;
            }
        }
        ends = next;
    }
    ends[s.len()]
}

fn cast(v: &V, kind: Kind) -> Res<V> {
    if *v == Null {
        return Ok(Null);
    }
    if kind == Kind::Textual {
        return Ok(show(v).map_or(Null, |s| text(&s)));
    }
    let n = match v {
        Text(s) => match parse_number(s) {
            Some(n) => bounded(n)?,
            None => return fail("TYPE", "this is no number"),
        },
        Num(n) => *n,
        _ => return fail("TYPE", "a boolean is no number"),
    };
    Ok(Num(if kind == Kind::Int { n / UNIT * UNIT } else { n }))
}

fn call(name: &str, values: &[V]) -> Res<V> {
    if name == "nullif" {
        let same = compared("=", &values[0], &values[1])? == Bool(true);
        return Ok(if same { Null } else { values[0].clone() });
    }
    if values.contains(&Null) {
        return Ok(Null);
    }
    match name {
        "least" | "greatest" => {
            let mut best = &values[0];
            for v in &values[1..] {
                let c = compare(v, best)?;
                if (name == "least" && c.is_lt()) || (name == "greatest" && c.is_gt()) {
                    best = v;
                }
            }
            return Ok(best.clone());
        }
        "abs" | "sign" | "round" => {
            let n = need_num(&values[0])?.unwrap_or(0);
            if name == "abs" {
                return Ok(Num(n.abs()));
            }
            if name == "sign" {
                return Ok(Num(n.signum() * UNIT));
            }
            let digits = if values.len() > 1 { whole(&values[1])? } else { 0 };
            if !(0..=6).contains(&digits) {
                return fail("TYPE", "round has 0 to 6 decimals");
            }
            let unit = 10i128.pow(6 - digits as u32);
            return Ok(Num(bounded(divided(n, unit) * unit)?));
        }
        _ => {}
    }
    let first = need_text(&values[0])?.unwrap_or_else(|| Rc::from(""));
    match name {
        "length" => return Ok(Num(first.chars().count() as i128 * UNIT)),
        "upper" => return Ok(text(&first.to_ascii_uppercase())),
        "lower" => return Ok(text(&first.to_ascii_lowercase())),
        "trim" => return Ok(text(first.trim_matches(' '))),
        "reverse" => return Ok(text(&first.chars().rev().collect::<String>())),
        "substr" => {
            let start = whole(&values[1])? - 1;
            let mut end = first.chars().count() as i128;
            if values.len() > 2 {
                end = start + whole(&values[2])?;
            }
            let start = start.max(0);
            let count = (end - start).max(0);
            return Ok(text(&first.chars().skip(start as usize).take(count as usize).collect::<String>()));
        }
        _ => {}
    }
    let second = need_text(&values[1])?.unwrap_or_else(|| Rc::from(""));
    if name == "instr" {
        let place = first.find(&*second).map_or(0, |i| first[..i].chars().count() + 1);
        return Ok(Num(place as i128 * UNIT));
    }
    let third = need_text(&values[2])?.unwrap_or_else(|| Rc::from(""));
    Ok(if second.is_empty() { Text(first) } else { text(&first.replace(&*second, &third)) })
}

// ---- statements ----

fn stored(v: V, kind: Kind) -> Res<V> {
    match (&v, kind) {
        (Null, _) | (Text(_), Kind::Textual) | (Num(_), Kind::Numeric) => Ok(v),
        (Num(n), Kind::Int) if n % UNIT == 0 => Ok(v),
        _ => fail("TYPE", "a column cannot hold this value"),
    }
}

fn kind_of(rows: &[Row], column: usize) -> Res<Kind> {
    let (mut numbers, mut texts, mut fractions) = (false, false, false);
    for row in rows {
        match &row[column] {
            Null => {}
            Bool(_) => return fail("TYPE", "a column cannot hold booleans"),
            Num(n) => {
                numbers = true;
                fractions |= n % UNIT != 0;
            }
            Text(_) => texts = true,
        }
    }
    match (numbers, texts) {
        (true, true) => fail("TYPE", "a column cannot hold these values"),
        (true, false) => Ok(if fractions { Kind::Numeric } else { Kind::Int }),
        _ => Ok(Kind::Textual),
    }
}

fn indexes(columns: &[String], named: &Option<Vec<String>>) -> Res<Vec<usize>> {
    let named = match named {
        Some(named) => named,
        None => return Ok((0..columns.len()).collect()),
    };
    let mut found = Vec::new();
    for name in named {
        match columns.iter().position(|c| c == name) {
            Some(i) if !found.contains(&i) => found.push(i),
            _ => return fail("NAME", "no column, or one that stands twice"),
        }
    }
    Ok(found)
}

struct Session {
    db: Database,
    missing: String,
    out: String,
    results: usize,
}

impl Session {
    fn run(&mut self, statement: &Statement) -> Res<()> {
        match statement {
            Statement::Query(select) => self.query(select),
            Statement::Insert(table, columns, rows, select) => self.insert(table, columns, rows, select),
            Statement::Update(table, changes, condition) => self.update(table, changes, condition),
            Statement::Delete(table, condition) => self.delete(table, condition),
            Statement::Create(table, columns, select) => self.create(table, columns, select),
            Statement::Drop(table) => {
                self.db.columns(table)?;
                self.db.tables.insert(table.clone(), None);
                self.db.changed.insert(table.clone());
                Ok(())
            }
        }
    }

    fn done(&mut self, table: &str, rows: Vec<Row>, word: &str, count: usize) -> Res<()> {
        self.db.set_rows(table, rows);
        self.out.push_str(&format!("{} {}\n", word, count));
        Ok(())
    }

    fn query(&mut self, select: &Select) -> Res<()> {
        let plan = self.db.plan(select, &[])?;
        let rows = plan.run(&self.db, &[])?;
        if self.results > 0 {
            self.out.push('\n');
        }
        self.results += 1;
        let names: Vec<Option<String>> = plan.names.iter().cloned().map(Some).collect();
        self.out.push_str(&csv_line(&names, ""));
        for row in rows {
            self.out.push_str(&csv_line(&show_all(&row), &self.missing));
        }
        Ok(())
    }

    fn insert(
        &mut self,
        name: &str,
        columns: &Option<Vec<String>>,
        given: &[Vec<E>],
        select: &Option<Select>,
    ) -> Res<()> {
        let all_columns = self.db.columns(name)?;
        let places = indexes(&all_columns, columns)?;
        let mut values: Vec<Vec<V>> = Vec::new();
        if let Some(select) = select {
            let plan = self.db.plan(select, &[])?;
            if plan.names.len() != places.len() {
                return fail("COLUMNS", "another number of values");
            }
            values.extend(plan.run(&self.db, &[])?.into_iter().map(|row| row.to_vec()));
        } else {
            let mut bound = Vec::new();
            for row in given {
                let mut made = Vec::new();
                for x in row {
                    made.push(self.db.bind(x, &[], false)?);
                }
                bound.push(made);
            }
            if bound.iter().any(|row| row.len() != places.len()) {
                return fail("COLUMNS", "another number of values");
            }
            for row in &bound {
                values.push(all(row, &self.db, &[])?);
            }
        }
        let table = self.db.table(name)?;
        let mut rows = table.rows.clone();
        let count = values.len();
        for row in values {
            let mut made = vec![Null; all_columns.len()];
            for (place, v) in places.iter().zip(row) {
                made[*place] = v;
            }
            rows.push(Rc::new(made));
        }
        self.done(name, rows, "inserted", count)
    }

    fn update(&mut self, name: &str, changes: &[(String, E)], condition: &Option<E>) -> Res<()> {
        let columns = self.db.columns(name)?;
        let scopes = [columns.iter().map(|c| (name.to_string(), c.clone())).collect::<Scope>()];
        let places = indexes(&columns, &Some(changes.iter().map(|c| c.0.clone()).collect()))?;
        let mut bound = Vec::new();
        for (_, x) in changes {
            bound.push(self.db.bind(x, &scopes, false)?);
        }
        let condition = self.condition(condition, &scopes)?;
        let table = self.db.table(name)?;
        let (mut rows, mut count) = (Vec::new(), 0);
        for row in &table.rows {
            let env = [row.clone()];
            if !truth(&condition, &self.db, &env)? {
                rows.push(row.clone());
                continue;
            }
            count += 1;
            let mut made = row.to_vec();
            for (place, x) in places.iter().zip(&bound) {
                made[*place] = stored(evaluate(x, &self.db, &env)?, table.kinds[*place])?;
            }
            rows.push(Rc::new(made));
        }
        self.done(name, rows, "updated", count)
    }

    fn condition(&mut self, condition: &Option<E>, scopes: &[Scope]) -> Res<E> {
        match condition {
            Some(x) => self.db.bind(x, scopes, false),
            None => Ok(e(K::Value(Bool(true)), vec![])),
        }
    }

    fn delete(&mut self, name: &str, condition: &Option<E>) -> Res<()> {
        let columns = self.db.columns(name)?;
        let scopes = [columns.into_iter().map(|c| (name.to_string(), c)).collect::<Scope>()];
        let condition = self.condition(condition, &scopes)?;
        let table = self.db.table(name)?;
        let mut kept = Vec::new();
        for row in &table.rows {
            if !truth(&condition, &self.db, &[row.clone()])? {
                kept.push(row.clone());
            }
        }
        let count = table.rows.len() - kept.len();
        self.done(name, kept, "deleted", count)
    }

    fn create(&mut self, name: &str, given: &[(String, Kind)], select: &Option<Select>) -> Res<()> {
        if !is_table_name(name) {
            return fail("NAME", "this cannot be the name of a table");
        }
        if self.db.look(name)? {
            return fail("TABLE", "there is such a table already");
        }
        let mut table = Table { columns: Vec::new(), kinds: Vec::new(), rows: Vec::new() };
        if let Some(select) = select {
            let plan = self.db.plan(select, &[])?;
            table.rows = plan.run(&self.db, &[])?;
            for i in 0..plan.names.len() {
                table.kinds.push(kind_of(&table.rows, i)?);
            }
            table.columns = plan.names;
        }
        for (column, kind) in given {
            table.columns.push(column.clone());
            table.kinds.push(*kind);
        }
        if table.columns.iter().collect::<HashSet<_>>().len() < table.columns.len() {
            return fail("NAME", "a column stands twice");
        }
        self.db.tables.insert(name.to_string(), Some(table));
        self.db.changed.insert(name.to_string());
        Ok(())
    }
}

fn run_all(session: &mut Session) -> Res<()> {
    let mut data = Vec::new();
    if std::io::stdin().read_to_end(&mut data).is_err() {
        return fail("SYNTAX", "stdin cannot be read");
    }
    let s = match String::from_utf8(data) {
        Ok(s) => s,
        Err(_) => return fail("SYNTAX", "the statements are not UTF-8"),
    };
    let mut parser = Parser { tokens: scan(&s)?, at: 0 };
    for statement in parser.statements()? {
        session.run(&statement)?;
    }
    Ok(())
}

fn main() {
    let mut args: Vec<String> =
        std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    let mut missing = String::new();
    if args.len() > 1 && args[0] == "-n" {
        missing = args[1].clone();
        args.drain(..2);
    }
    if args.len() > 1 || args.iter().any(|a| a.starts_with('-')) {
        eprintln!("USAGE: sql [-n TEXT] [FOLDER], with statements on stdin");
        std::process::exit(2);
    }
    let folder = PathBuf::from(args.first().map_or(".", |a| a.as_str()));
    let db = Database { folder, tables: HashMap::new(), changed: BTreeSet::new() };
    let mut session = Session { db, missing, out: String::new(), results: 0 };
    let result = run_all(&mut session);
    let saved = session.db.save();
    let _ = std::io::stdout().write_all(session.out.as_bytes());
    if let Err(failure) = result {
        eprintln!("{}: {}", failure.word, failure.message);
        std::process::exit(1);
    }
    if saved.is_err() {
        eprintln!("WRITE: a table cannot be written");
        std::process::exit(1);
    }
}
