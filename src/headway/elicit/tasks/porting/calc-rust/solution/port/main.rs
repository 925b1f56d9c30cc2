// calc: a calculator with exact integers and fractions.
use std::cmp::Ordering;
use std::collections::HashMap;
use std::io::{Read, Write};
use std::rc::Rc;

const STEPS: u32 = 20000;
const DEPTH: u32 = 100;
const NESTED: u32 = 60;

// Magnitudes: limbs of 32 bits, least first, without zeros at the end.
type Mag = Vec<u32>;

fn trim(mut a: Mag) -> Mag {
    while a.last() == Some(&0) {
        a.pop();
    }
    a
}

fn mag_cmp(a: &[u32], b: &[u32]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn mag_add(a: &[u32], b: &[u32]) -> Mag {
    let mut out = Vec::with_capacity(a.len().max(b.len()) + 1);
    let mut carry = 0u64;
    for k in 0..a.len().max(b.len()) {
        carry += *a.get(k).unwrap_or(&0) as u64 + *b.get(k).unwrap_or(&0) as u64;
        out.push(carry as u32);
        carry >>= 32;
    }
    out.push(carry as u32);
    trim(out)
}

fn mag_sub(a: &[u32], b: &[u32]) -> Mag {
    let mut out = Vec::with_capacity(a.len());
    let mut borrow = 0i64;
    for k in 0..a.len() {
        let mut d = a[k] as i64 - *b.get(k).unwrap_or(&0) as i64 - borrow;
        borrow = (d < 0) as i64;
        if d < 0 {
            d += 1 << 32;
        }
        out.push(d as u32);
    }
    trim(out)
}

fn mag_mul(a: &[u32], b: &[u32]) -> Mag {
    let mut out = vec![0u32; a.len() + b.len() + 1];
    for (i, &x) in a.iter().enumerate() {
        let mut carry = 0u64;
        for (j, &y) in b.iter().enumerate() {
            carry += x as u64 * y as u64 + out[i + j] as u64;
            out[i + j] = carry as u32;
            carry >>= 32;
        }
        out[i + b.len()] = carry as u32;
    }
    trim(out)
}

fn mag_small(a: &mut Mag, factor: u32, plus: u32) {
    let mut carry = plus as u64;
    for limb in a.iter_mut() {
        carry += *limb as u64 * factor as u64;
        *limb = carry as u32;
        carry >>= 32;
    }
    if carry > 0 {
        a.push(carry as u32);
    }
}

fn div_small(a: &[u32], by: u32) -> (Mag, u32) {
    let mut out = a.to_vec();
    let mut rest = 0u64;
    for limb in out.iter_mut().rev() {
        rest = rest << 32 | *limb as u64;
        *limb = (rest / by as u64) as u32;
        rest %= by as u64;
    }
    (trim(out), rest as u32)
}

fn shift_left(a: &[u32], bits: u32) -> Mag {
    let mut out = Vec::with_capacity(a.len() + 1);
    let mut carry = 0u64;
    for &limb in a {
        carry |= (limb as u64) << bits;
        out.push(carry as u32);
        carry >>= 32;
    }
    out.push(carry as u32);
    out
}

// Long division (Knuth, algorithm D).
fn mag_divide(a: &[u32], b: &[u32]) -> (Mag, Mag) {
    if mag_cmp(a, b) == Ordering::Less {
        return (vec![], a.to_vec());
    }
    if b.len() == 1 {
        let (q, r) = div_small(a, b[0]);
        return (q, trim(vec![r]));
    }
    let bits = b[b.len() - 1].leading_zeros();
    let v = trim(shift_left(b, bits));
    let mut u = shift_left(a, bits);
    let n = v.len();
    let m = u.len() - n;
    let mut q = vec![0u32; m];
    for j in (0..m).rev() {
        let head = (u[j + n] as u64) << 32 | u[j + n - 1] as u64;
        let mut guess = head / v[n - 1] as u64;
        let mut rest = head % v[n - 1] as u64;
        while guess >> 32 > 0 || guess * v[n - 2] as u64 > (rest << 32 | u[j + n - 2] as u64) {
            guess -= 1;
            rest += v[n - 1] as u64;
            if rest >> 32 > 0 {
                break;
            }
        }
        let (mut borrow, mut carry) = (0i64, 0u64);
        for k in 0..n {
            carry += guess * v[k] as u64;
            let d = u[j + k] as i64 - borrow - (carry as u32) as i64;
            u[j + k] = d as u32;
            borrow = (d < 0) as i64;
            carry >>= 32;
        }
        let d = u[j + n] as i64 - borrow - carry as i64;
        u[j + n] = d as u32;
        if d < 0 {
            guess -= 1;
            let mut carry = 0u64;
            for k in 0..n {
                carry += u[j + k] as u64 + v[k] as u64;
                u[j + k] = carry as u32;
                carry >>= 32;
            }
            u[j + n] = (u[j + n] as u64 + carry) as u32;
        }
        q[j] = guess as u32;
    }
    let mut rest = u[..n].to_vec();
    for k in 0..n {
        let above = if k + 1 < n { u[k + 1] as u64 } else { 0 };
        rest[k] = ((above << 32 | u[k] as u64) >> bits) as u32;
    }
    (trim(q), trim(rest))
}

#[derive(Clone, PartialEq)]
struct Int {
    minus: bool,
    mag: Mag,
}

impl Int {
    fn new(minus: bool, mag: Mag) -> Int {
        Int { minus: minus && !mag.is_empty(), mag }
    }
    fn of(n: u32) -> Int {
        Int::new(false, trim(vec![n]))
    }
    fn zero(&self) -> bool {
        self.mag.is_empty()
    }
    fn one(&self) -> bool {
        !self.minus && self.mag == [1]
    }
    fn odd(&self) -> bool {
        !self.zero() && self.mag[0] & 1 == 1
    }
    fn neg(&self) -> Int {
        Int::new(!self.minus, self.mag.clone())
    }
    fn abs(&self) -> Int {
        Int::new(false, self.mag.clone())
    }
    fn add(&self, other: &Int) -> Int {
        if self.minus == other.minus {
            return Int::new(self.minus, mag_add(&self.mag, &other.mag));
        }
        if mag_cmp(&self.mag, &other.mag) == Ordering::Less {
            Int::new(other.minus, mag_sub(&other.mag, &self.mag))
        } else {
            Int::new(self.minus, mag_sub(&self.mag, &other.mag))
        }
    }
    fn sub(&self, other: &Int) -> Int {
        self.add(&other.neg())
    }
    fn mul(&self, other: &Int) -> Int {
        Int::new(self.minus != other.minus, mag_mul(&self.mag, &other.mag))
    }
    /// Quotient rounded down, and the rest with the sign of the divisor.
    fn divide(&self, other: &Int) -> (Int, Int) {
        let (q, r) = mag_divide(&self.mag, &other.mag);
        let (q, r) = (Int::new(self.minus != other.minus, q), Int::new(self.minus, r));
        if !r.zero() && r.minus != other.minus {
            (q.sub(&Int::of(1)), r.add(other))
        } else {
            (q, r)
        }
    }
    fn order(&self, other: &Int) -> Ordering {
        match (self.minus, other.minus) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => mag_cmp(&self.mag, &other.mag),
            (true, true) => mag_cmp(&other.mag, &self.mag),
        }
    }
    fn gcd(&self, other: &Int) -> Int {
        let (mut a, mut b) = (self.mag.clone(), other.mag.clone());
        while !b.is_empty() {
            let (_, r) = mag_divide(&a, &b);
            a = b;
            b = r;
        }
        Int::new(false, a)
    }
    fn ten(power: usize) -> Int {
        let mut mag = vec![1];
        for _ in 0..power {
            mag_small(&mut mag, 10, 0);
        }
        Int::new(false, mag)
    }
    fn parse(digits: &str) -> Int {
        let mut mag = vec![];
        for c in digits.bytes() {
            mag_small(&mut mag, 10, (c - b'0') as u32);
        }
        Int::new(false, trim(mag))
    }
    fn text(&self) -> String {
        if self.zero() {
            return "0".into();
        }
        let mut parts = vec![];
        let mut mag = self.mag.clone();
        while !mag.is_empty() {
            let (q, r) = div_small(&mag, 1_000_000_000);
            parts.push(r);
            mag = q;
        }
        let mut out = String::from(if self.minus { "-" } else { "" });
        for (k, part) in parts.iter().rev().enumerate() {
            out += &if k == 0 { part.to_string() } else { format!("{:09}", part) };
        }
        out
    }
    fn bits(&self) -> usize {
        match self.mag.last() {
            None => 0,
            Some(top) => 32 * self.mag.len() - top.leading_zeros() as usize,
        }
    }
    fn bit(&self, k: usize) -> bool {
        self.mag[k / 32] >> (k % 32) & 1 == 1
    }
    fn small(&self) -> Option<u32> {
        match (self.minus, self.mag.len()) {
            (false, 0) => Some(0),
            (false, 1) => Some(self.mag[0]),
            _ => None,
        }
    }
}

#[derive(Clone)]
struct Num {
    top: Int,
    bottom: Int,
}

impl Num {
    fn new(top: Int, bottom: Int) -> Num {
        if bottom.one() {
            return Num { top, bottom };
        }
        let shared = top.gcd(&bottom);
        let sign = bottom.minus;
        let top = top.divide(&shared).0;
        let bottom = bottom.divide(&shared).0;
        Num { top: if sign { top.neg() } else { top }, bottom: bottom.abs() }
    }
    fn whole(top: Int) -> Num {
        Num { top, bottom: Int::of(1) }
    }
    fn rounded(&self) -> Int {
        let two = Int::of(2);
        let n = self.top.abs().mul(&two).add(&self.bottom).divide(&self.bottom.mul(&two)).0;
        if self.top.minus {
            n.neg()
        } else {
            n
        }
    }
    fn order(&self, other: &Num) -> Ordering {
        self.top.mul(&other.bottom).order(&other.top.mul(&self.bottom))
    }
}

#[derive(Clone)]
enum Value {
    Truth(bool),
    Number(Num),
}

type Place = (usize, usize);
struct Failure(&'static str, Place);
type Res<T> = Result<T, Failure>;

fn fail<T>(kind: &'static str, place: Place) -> Res<T> {
    Err(Failure(kind, place))
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    End,
    Name,
    Keyword,
    Number,
    Sign,
}

#[derive(Clone)]
struct Token {
    kind: Kind,
    text: String,
    place: Place,
}

const KEYWORDS: [&str; 12] =
    ["if", "then", "else", "let", "in", "and", "or", "not", "true", "false", "sum", "prod"];
const SIGNS: [&str; 19] = [
    "//", "==", "!=", "<=", ">=", "+", "-", "*", "/", "%", "^", "!", "<", ">", "=", "(", ")", ",", ";",
];

struct Lexer<'a> {
    data: &'a [u8],
    at: usize,
    line: usize,
    begin: usize,
}

impl<'a> Lexer<'a> {
    fn here(&self) -> Place {
        (self.line, self.at - self.begin + 1)
    }
    fn digit(&self, at: usize) -> bool {
        self.data.get(at).map_or(false, |c| c.is_ascii_digit())
    }
    fn letter(&self) -> bool {
        self.data.get(self.at).map_or(false, |c| c.is_ascii_alphabetic() || *c == b'_')
    }
    fn digits(&mut self) -> Res<()> {
        if !self.digit(self.at) {
            return fail("syntax", self.here());
        }
        while self.digit(self.at) || self.data.get(self.at) == Some(&b'_') && self.digit(self.at + 1) {
            self.at += 1;
        }
        Ok(())
    }
    fn run(&mut self) -> Res<Vec<Token>> {
        let mut found = vec![];
        let mut nested = 0u32;
        while self.at < self.data.len() {
            let (c, place, start) = (self.data[self.at], self.here(), self.at);
            let kind = match c {
                b'\n' => {
                    if nested == 0 {
                        found.push(Token { kind: Kind::End, text: "\n".into(), place });
                    }
                    self.line += 1;
                    self.at += 1;
                    self.begin = self.at;
                    continue;
                }
                b' ' | b'\t' | b'\r' => {
                    self.at += 1;
                    continue;
                }
                b'#' => {
                    while self.at < self.data.len() && self.data[self.at] != b'\n' {
                        self.at += 1;
                    }
                    continue;
                }
                _ if self.letter() => {
                    while self.letter() || self.digit(self.at) {
                        self.at += 1;
                    }
                    Kind::Name
                }
                b'0'..=b'9' => {
                    self.digits()?;
                    if self.data.get(self.at) == Some(&b'.') {
                        self.at += 1;
                        self.digits()?;
                    }
                    if self.letter() {
                        return fail("syntax", self.here());
                    }
                    Kind::Number
                }
                _ => match SIGNS.iter().find(|s| self.data[self.at..].starts_with(s.as_bytes())) {
                    None => return fail("syntax", place),
                    Some(sign) => {
                        self.at += sign.len();
                        match *sign {
                            "(" => nested += 1,
                            ")" => nested = nested.saturating_sub(1),
                            _ => (),
                        }
                        if *sign == ";" && nested == 0 {
                            Kind::End
                        } else {
                            Kind::Sign
                        }
                    }
                },
            };
            let text = String::from_utf8_lossy(&self.data[start..self.at]).into_owned();
            let word = kind == Kind::Name && KEYWORDS.contains(&text.as_str());
            found.push(Token { kind: if word { Kind::Keyword } else { kind }, text, place });
        }
        found.push(Token { kind: Kind::End, text: String::new(), place: self.here() });
        Ok(found)
    }
}

enum What {
    Const(Value),
    Name(String),
    If(Node, Node, Node),
    Let(String, Node, Node),
    Logic(bool, Node, Node), // true: or
    Not(Node),
    Chain(Node, Vec<(String, Place, Node)>),
    Binary(String, Node, Node),
    Sign(bool, Node),
    Factorial(Node),
    Loop(bool, String, Node, Node, Node), // true: sum
    Call(String, Vec<Node>),
}

struct Item {
    place: Place,
    what: What,
}
type Node = Box<Item>;

fn node(place: Place, what: What) -> Node {
    Box::new(Item { place, what })
}

enum Statement {
    Show(Node),
    Assign(String, Node),
    Define(String, Vec<String>, Rc<Item>),
}

const COMPARE: [&str; 6] = ["==", "!=", "<", "<=", ">", ">="];
const LEVELS: [&[&str]; 6] = [&["or"], &["and"], &["not"], &COMPARE, &["+", "-"], &["*", "/", "//", "%"]];

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    nested: u32,
}

impl Parser {
    fn next(&self) -> &Token {
        &self.tokens[self.at]
    }
    fn place(&self) -> Place {
        self.next().place
    }
    fn see(&self, text: &str) -> bool {
        let t = self.next();
        (t.kind == Kind::Sign || t.kind == Kind::Keyword) && t.text == text
    }
    fn skip(&mut self, text: &str) -> bool {
        let seen = self.see(text);
        self.at += seen as usize;
        seen
    }
    fn take(&mut self) -> Token {
        self.at += 1;
        self.tokens[self.at - 1].clone()
    }
    fn need(&mut self, text: &str) -> Res<()> {
        if self.skip(text) {
            Ok(())
        } else {
            fail("syntax", self.place())
        }
    }
    fn name(&mut self) -> Res<String> {
        if self.next().kind != Kind::Name {
            return fail("syntax", self.place());
        }
        Ok(self.take().text)
    }
    fn deeper(&mut self, place: Place) -> Res<()> {
        self.nested += 1;
        if self.nested > NESTED {
            return fail("depth", place);
        }
        Ok(())
    }
    fn program(&mut self) -> Res<Vec<Statement>> {
        let mut found = vec![];
        loop {
            if self.next().kind != Kind::End {
                found.push(self.statement()?);
            }
            if self.next().kind != Kind::End {
                return fail("syntax", self.place());
            }
            if self.take().text.is_empty() {
                return Ok(found);
            }
        }
    }
    fn statement(&mut self) -> Res<Statement> {
        let (start, place) = (self.at, self.place());
        if self.next().kind == Kind::Name {
            let name = self.take().text;
            if self.skip("=") {
                return Ok(Statement::Assign(name, self.expression()?));
            }
            if self.see("(") {
                if let Some(names) = self.parameters() {
                    let twice = (1..names.len()).any(|k| names[..k].contains(&names[k]));
                    if builtin(&name).is_some() || twice {
                        return fail("name", place);
                    }
                    return Ok(Statement::Define(name, names, Rc::from(self.expression()?)));
                }
            }
            self.at = start;
        }
        Ok(Statement::Show(self.expression()?))
    }
    fn parameters(&mut self) -> Option<Vec<String>> {
        self.at += 1;
        let mut names = vec![];
        while self.next().kind == Kind::Name {
            names.push(self.take().text);
            if !self.skip(",") {
                break;
            }
        }
        if self.skip(")") && self.skip("=") {
            Some(names)
        } else {
            None
        }
    }
    fn expression(&mut self) -> Res<Node> {
        let place = self.place();
        self.deeper(place)?;
        let what = if self.skip("if") {
            let test = self.expression()?;
            self.need("then")?;
            let one = self.expression()?;
            self.need("else")?;
            What::If(test, one, self.expression()?)
        } else if self.skip("let") {
            let name = self.name()?;
            self.need("=")?;
            let value = self.expression()?;
            self.need("in")?;
            What::Let(name, value, self.expression()?)
        } else {
            let found = self.level(0)?;
            self.nested -= 1;
            return Ok(found);
        };
        self.nested -= 1;
        Ok(node(place, what))
    }
    fn level(&mut self, n: usize) -> Res<Node> {
        if n == LEVELS.len() {
            return self.unary();
        }
        if n == 2 {
            let mut places = vec![];
            while self.see("not") {
                places.push(self.take().place);
            }
            let mut found = self.level(3)?;
            for place in places.into_iter().rev() {
                found = node(place, What::Not(found));
            }
            return Ok(found);
        }
        let mut found = self.level(n + 1)?;
        if n == 3 {
            return self.chain(found);
        }
        while LEVELS[n].contains(&self.next().text.as_str()) {
            let sign = self.take();
            let other = self.level(n + 1)?;
            let what = match n {
                0 | 1 => What::Logic(n == 0, found, other),
                _ => What::Binary(sign.text, found, other),
            };
            found = node(sign.place, what);
        }
        Ok(found)
    }
    fn chain(&mut self, first: Node) -> Res<Node> {
        let mut links = vec![];
        while COMPARE.contains(&self.next().text.as_str()) {
            let sign = self.take();
            links.push((sign.text, sign.place, self.level(4)?));
        }
        if links.is_empty() {
            return Ok(first);
        }
        Ok(node(first.place, What::Chain(first, links)))
    }
    fn unary(&mut self) -> Res<Node> {
        let mut signs = vec![];
        while self.see("-") || self.see("+") {
            signs.push(self.take());
        }
        let mut found = self.power()?;
        for sign in signs.into_iter().rev() {
            found = node(sign.place, What::Sign(sign.text == "-", found));
        }
        Ok(found)
    }
    fn power(&mut self) -> Res<Node> {
        let mut one = self.atom()?;
        while self.see("!") {
            let place = self.take().place;
            one = node(place, What::Factorial(one));
        }
        if !self.see("^") {
            return Ok(one);
        }
        let place = self.take().place;
        self.deeper(place)?;
        let other = self.unary()?;
        self.nested -= 1;
        Ok(node(place, What::Binary("^".into(), one, other)))
    }
    fn atom(&mut self) -> Res<Node> {
        let Token { kind, text, place } = self.next().clone();
        if kind == Kind::Number {
            self.at += 1;
            let text = text.replace('_', "");
            let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
            let both = format!("{}{}", whole, part);
            let both = both.trim_start_matches('0');
            if both.len() > 1000 || part.len() > 999 {
                return fail("size", place);
            }
            let value = Num::new(Int::parse(both), Int::ten(part.len()));
            return Ok(node(place, What::Const(Value::Number(value))));
        }
        if kind == Kind::Keyword && (text == "true" || text == "false") {
            self.at += 1;
            return Ok(node(place, What::Const(Value::Truth(text == "true"))));
        }
        if kind == Kind::Keyword && (text == "sum" || text == "prod") {
            self.at += 1;
            self.need("(")?;
            let name = self.name()?;
            self.need(",")?;
            let first = self.expression()?;
            self.need(",")?;
            let last = self.expression()?;
            self.need(",")?;
            let body = self.expression()?;
            self.need(")")?;
            return Ok(node(place, What::Loop(text == "sum", name, first, last, body)));
        }
        if self.skip("(") {
            let found = self.expression()?;
            self.need(")")?;
            return Ok(found);
        }
        if kind != Kind::Name {
            return fail("syntax", place);
        }
        self.at += 1;
        if !self.skip("(") {
            return Ok(node(place, What::Name(text)));
        }
        let mut args = vec![];
        if !self.see(")") {
            args.push(self.expression()?);
            while self.skip(",") {
                args.push(self.expression()?);
            }
        }
        self.need(")")?;
        Ok(node(place, What::Call(text, args)))
    }
}

fn number(value: &Value, place: Place) -> Res<&Num> {
    match value {
        Value::Number(n) => Ok(n),
        _ => fail("type", place),
    }
}

fn truth(value: &Value, place: Place) -> Res<bool> {
    match value {
        Value::Truth(t) => Ok(*t),
        _ => fail("type", place),
    }
}

fn integer(value: &Value, place: Place) -> Res<&Int> {
    let n = number(value, place)?;
    if n.bottom.one() {
        Ok(&n.top)
    } else {
        fail("domain", place)
    }
}

fn builtin(name: &str) -> Option<(usize, usize)> {
    match name {
        "abs" | "floor" | "ceil" | "round" | "num" | "den" | "isqrt" => Some((1, 1)),
        "powmod" => Some((3, 3)),
        "min" | "max" | "gcd" | "lcm" => Some((1, 99)),
        _ => None,
    }
}

fn isqrt(n: &Int) -> Int {
    if n.bits() < 2 {
        return n.clone();
    }
    let mut x = Int::of(2);
    for _ in 1..(n.bits() + 1) / 2 {
        mag_small(&mut x.mag, 2, 0);
    }
    loop {
        let y = x.add(&n.divide(&x).0).divide(&Int::of(2)).0;
        if y.order(&x) != Ordering::Less {
            return x;
        }
        x = y;
    }
}

fn powmod(base: &Int, exponent: &Int, modulus: &Int) -> Int {
    let base = base.divide(modulus).1;
    let mut found = Int::of(1).divide(modulus).1;
    for k in (0..exponent.bits()).rev() {
        found = found.mul(&found).divide(modulus).1;
        if exponent.bit(k) {
            found = found.mul(&base).divide(modulus).1;
        }
    }
    found
}

struct Machine {
    limit: Int,
    decimals: Option<usize>,
    echo: bool,
    values: HashMap<String, Value>,
    functions: HashMap<String, (Rc<Vec<String>>, Rc<Item>)>,
    steps: u32,
    depth: u32,
}

type Local = HashMap<String, Value>;

impl Machine {
    fn checked(&self, n: Num, place: Place) -> Res<Num> {
        if mag_cmp(&n.top.mag, &self.limit.mag) != Ordering::Less
            || mag_cmp(&n.bottom.mag, &self.limit.mag) != Ordering::Less
        {
            return fail("size", place);
        }
        Ok(n)
    }

    fn run(&mut self, statement: Statement) -> Res<Option<String>> {
        match statement {
            Statement::Define(name, names, body) => {
                self.functions.insert(name, (Rc::new(names), body));
                Ok(None)
            }
            Statement::Assign(name, body) => {
                let value = self.value(&body, &Local::new())?;
                let line = if self.echo { Some(format!("{} = {}", name, self.shown(&value))) } else { None };
                self.values.insert(name, value);
                Ok(line)
            }
            Statement::Show(body) => {
                let value = self.value(&body, &Local::new())?;
                let line = self.shown(&value);
                self.values.insert("ans".into(), value);
                Ok(Some(line))
            }
        }
    }

    fn shown(&self, value: &Value) -> String {
        let n = match value {
            Value::Truth(t) => return t.to_string(),
            Value::Number(n) => n,
        };
        let places = match self.decimals {
            None if n.bottom.one() => return n.top.text(),
            None => return format!("{}/{}", n.top.text(), n.bottom.text()),
            Some(places) => places,
        };
        let scaled = Num { top: n.top.mul(&Int::ten(places)), bottom: n.bottom.clone() }.rounded();
        let mut text = format!("{:0>1$}", scaled.abs().text(), places + 1);
        if places > 0 {
            text.insert(text.len() - places, '.');
        }
        if scaled.minus {
            text.insert(0, '-');
        }
        text
    }

    fn step(&mut self, place: Place) -> Res<()> {
        self.steps += 1;
        if self.steps > STEPS {
            return fail("steps", place);
        }
        Ok(())
    }

    fn value(&mut self, item: &Item, local: &Local) -> Res<Value> {
        let place = item.place;
        Ok(match &item.what {
            What::Const(value) => value.clone(),
            What::Name(name) => match local.get(name).or_else(|| self.values.get(name)) {
                Some(value) => value.clone(),
                None => return fail("name", place),
            },
            What::If(test, one, other) => {
                let test = truth(&self.value(test, local)?, place)?;
                self.value(if test { one } else { other }, local)?
            }
            What::Let(name, value, body) => {
                let value = self.value(value, local)?;
                let mut inner = local.clone();
                inner.insert(name.clone(), value);
                self.value(body, &inner)?
            }
            What::Logic(or, one, other) => {
                let first = truth(&self.value(one, local)?, place)?;
                if first == *or {
                    return Ok(Value::Truth(first));
                }
                Value::Truth(truth(&self.value(other, local)?, place)?)
            }
            What::Not(one) => Value::Truth(!truth(&self.value(one, local)?, place)?),
            What::Chain(first, links) => {
                let mut value = self.value(first, local)?;
                for (sign, place, item) in links {
                    let other = self.value(item, local)?;
                    if !compare(sign, &value, &other, *place)? {
                        return Ok(Value::Truth(false));
                    }
                    value = other;
                }
                Value::Truth(true)
            }
            What::Binary(sign, one, other) => {
                let (a, b) = (self.value(one, local)?, self.value(other, local)?);
                Value::Number(self.binary(sign, &a, &b, place)?)
            }
            What::Sign(minus, one) => {
                let value = self.value(one, local)?;
                let n = number(&value, place)?;
                let top = if *minus { n.top.neg() } else { n.top.clone() };
                Value::Number(Num { top, bottom: n.bottom.clone() })
            }
            What::Factorial(one) => {
                let value = self.value(one, local)?;
                let count = integer(&value, place)?;
                if count.minus {
                    return fail("domain", place);
                }
                let count = count.small().unwrap_or(u32::MAX);
                let mut found = Num::whole(Int::of(1));
                for k in 2..=count {
                    found = self.checked(Num::whole(found.top.mul(&Int::of(k))), place)?;
                }
                Value::Number(found)
            }
            What::Loop(sum, name, first, last, body) => {
                let first = self.value(first, local)?;
                let mut low = integer(&first, place)?.clone();
                let last = self.value(last, local)?;
                let high = integer(&last, place)?.clone();
                let mut found = Num::whole(Int::of(!*sum as u32));
                while low.order(&high) != Ordering::Greater {
                    self.step(place)?;
                    let mut inner = local.clone();
                    inner.insert(name.clone(), Value::Number(Num::whole(low.clone())));
                    let value = self.value(body, &inner)?;
                    found = self.binary(if *sum { "+" } else { "*" }, &Value::Number(found), &value, place)?;
                    low = low.add(&Int::of(1));
                }
                Value::Number(found)
            }
            What::Call(name, nodes) => {
                let mut args = vec![];
                for item in nodes {
                    args.push(self.value(item, local)?);
                }
                if let Some((least, most)) = builtin(name) {
                    if args.len() < least || args.len() > most {
                        return fail("arity", place);
                    }
                    return Ok(Value::Number(self.builtin(name, &args, place)?));
                }
                let (names, body) = match self.functions.get(name) {
                    None => return fail("name", place),
                    Some(found) => found.clone(),
                };
                if args.len() != names.len() {
                    return fail("arity", place);
                }
                self.step(place)?;
                if self.depth == DEPTH {
                    return fail("depth", place);
                }
                self.depth += 1;
                let inner: Local = names.iter().cloned().zip(args).collect();
                let found = self.value(&body, &inner)?;
                self.depth -= 1;
                found
            }
        })
    }

    fn builtin(&self, name: &str, args: &[Value], place: Place) -> Res<Num> {
        match name {
            "isqrt" => {
                let n = integer(&args[0], place)?;
                if n.minus {
                    return fail("domain", place);
                }
                return Ok(Num::whole(isqrt(n)));
            }
            "powmod" => {
                let base = integer(&args[0], place)?;
                let (exponent, modulus) = (integer(&args[1], place)?, integer(&args[2], place)?);
                if exponent.minus || modulus.minus {
                    return fail("domain", place);
                }
                if modulus.zero() {
                    return fail("zero", place);
                }
                return Ok(Num::whole(powmod(base, exponent, modulus)));
            }
            "min" | "max" => {
                let mut found = number(&args[0], place)?;
                let wanted = if name == "min" { Ordering::Less } else { Ordering::Greater };
                for arg in &args[1..] {
                    let other = number(arg, place)?;
                    if other.order(found) == wanted {
                        found = other;
                    }
                }
                return Ok(found.clone());
            }
            "gcd" | "lcm" => {
                let mut found = integer(&args[0], place)?.clone();
                for arg in &args[1..] {
                    let other = integer(arg, place)?;
                    let common = found.gcd(other);
                    found = match (name, common.zero()) {
                        ("gcd", _) | (_, true) => common,
                        _ => found.divide(&common).0.mul(other).abs(),
                    };
                    self.checked(Num::whole(found.clone()), place)?;
                }
                return Ok(Num::whole(found.abs()));
            }
            _ => (),
        }
        let n = number(&args[0], place)?;
        Ok(match name {
            "abs" => Num { top: n.top.abs(), bottom: n.bottom.clone() },
            "floor" => Num::whole(n.top.divide(&n.bottom).0),
            "ceil" => Num::whole(n.top.neg().divide(&n.bottom).0.neg()),
            "round" => Num::whole(n.rounded()),
            "num" => Num::whole(n.top.clone()),
            _ => Num::whole(n.bottom.clone()),
        })
    }

    fn binary(&self, sign: &str, a: &Value, b: &Value, place: Place) -> Res<Num> {
        let first = number(a, place)?;
        let other = number(b, place)?;
        if sign == "^" {
            return self.power(first, b, place);
        }
        if (sign == "/" || sign == "//" || sign == "%") && other.top.zero() {
            return fail("zero", place);
        }
        let left = first.top.mul(&other.bottom);
        let right = other.top.mul(&first.bottom);
        let bottom = first.bottom.mul(&other.bottom);
        let found = match sign {
            "+" => Num::new(left.add(&right), bottom),
            "-" => Num::new(left.sub(&right), bottom),
            "*" => Num::new(first.top.mul(&other.top), bottom),
            "/" => Num::new(left, right),
            "//" => Num::whole(left.divide(&right).0),
            _ => Num::new(left.divide(&right).1, bottom),
        };
        self.checked(found, place)
    }

    fn power(&self, base: &Num, value: &Value, place: Place) -> Res<Num> {
        let exponent = integer(value, place)?;
        let mut base = base.clone();
        if exponent.minus {
            if base.top.zero() {
                return fail("zero", place);
            }
            let sign = base.top.minus;
            let top = if sign { base.bottom.neg() } else { base.bottom.clone() };
            base = Num { bottom: base.top.abs(), top };
        }
        if base.bottom.one() && base.top.bits() <= 1 {
            if exponent.zero() {
                return Ok(Num::whole(Int::of(1)));
            }
            return Ok(Num::whole(if exponent.odd() { base.top } else { base.top.abs() }));
        }
        let times = match exponent.abs().small() {
            Some(n) if n <= 4000 => n,
            _ => return fail("size", place),
        };
        let mut found = Num::whole(Int::of(1));
        for _ in 0..times {
            let next = Num { top: found.top.mul(&base.top), bottom: found.bottom.mul(&base.bottom) };
            found = self.checked(next, place)?;
        }
        Ok(found)
    }
}

fn compare(sign: &str, a: &Value, b: &Value, place: Place) -> Res<bool> {
    if sign == "==" || sign == "!=" {
        let same = match (a, b) {
            (Value::Truth(x), Value::Truth(y)) => x == y,
            (Value::Number(x), Value::Number(y)) => x.top == y.top && x.bottom == y.bottom,
            _ => false,
        };
        return Ok(same == (sign == "=="));
    }
    let order = number(a, place)?.order(number(b, place)?);
    Ok(match sign {
        "<" => order == Ordering::Less,
        "<=" => order != Ordering::Greater,
        ">" => order == Ordering::Greater,
        _ => order != Ordering::Less,
    })
}

fn options() -> Option<(Option<usize>, bool)> {
    let (mut decimals, mut echo) = (None, false);
    let mut words = std::env::args_os().skip(1);
    while let Some(word) = words.next() {
        match word.to_str()? {
            "-a" => echo = true,
            "-p" => {
                let number = words.next()?.to_str()?.to_string();
                if number.is_empty() || number.len() > 2 || !number.bytes().all(|c| c.is_ascii_digit()) {
                    return None;
                }
                decimals = number.parse().ok();
            }
            _ => return None,
        }
    }
    Some((decimals, echo))
}

fn work(machine: &mut Machine, out: &mut String) -> Res<()> {
    let mut data = vec![];
    std::io::stdin().read_to_end(&mut data).expect("standard input can be read");
    let tokens = Lexer { data: &data, at: 0, line: 1, begin: 0 }.run()?;
    for statement in (Parser { tokens, at: 0, nested: 0 }).program()? {
        if let Some(line) = machine.run(statement)? {
            out.push_str(&line);
            out.push('\n');
        }
    }
    Ok(())
}

fn run() -> i32 {
    let (decimals, echo) = match options() {
        Some(found) => found,
        None => {
            eprintln!("usage: calc [-a] [-p N]");
            return 2;
        }
    };
    let mut machine = Machine {
        limit: Int::ten(1000),
        decimals,
        echo,
        values: HashMap::new(),
        functions: HashMap::new(),
        steps: 0,
        depth: 0,
    };
    let mut out = String::new();
    let ended = work(&mut machine, &mut out);
    std::io::stdout().write_all(out.as_bytes()).expect("standard output can be written");
    if let Err(Failure(kind, (line, column))) = ended {
        eprintln!("{}@{}.{}: the program ends here", kind, line, column);
        return 1;
    }
    0
}

fn main() {
    let worker = std::thread::Builder::new().stack_size(48 << 20).spawn(run).expect("a thread starts");
    std::process::exit(worker.join().unwrap_or(3));
}
