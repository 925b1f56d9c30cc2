'use strict';
// calc: a calculator with exact integers and fractions.
const fs = require('fs');

const LIMIT = 10n ** 1000n;
const STEPS = 20000, DEPTH = 100, NESTED = 60;
const KEYWORDS = new Set(['if', 'then', 'else', 'let', 'in', 'and', 'or', 'not', 'true', 'false', 'sum', 'prod']);
const SIGNS = ['//', '==', '!=', '<=', '>=', '+', '-', '*', '/', '%', '^', '!', '<', '>', '=', '(', ')', ',', ';'];

class Failure extends Error {
  constructor(kind, place) {
    super(place ? `${kind}@${place[0]}.${place[1]}` : kind);
  }
}

const fail = (kind, place) => { throw new Failure(kind, place); };
const size = (n) => (n < 0n ? -n : n);

function gcd(a, b) {
  a = size(a);
  b = size(b);
  while (b) [a, b] = [b, a % b];
  return a;
}

function floorDiv(a, b) {
  const q = a / b;
  return a % b !== 0n && (a < 0n) !== (b < 0n) ? q - 1n : q;
}

function make(top, bottom = 1n) {
  if (bottom === 1n) return { top, bottom };
  let shared = gcd(top, bottom);
  if (bottom < 0n) shared = -shared;
  return { top: top / shared, bottom: bottom / shared };
}

function checked(n, place) {
  if (size(n.top) >= LIMIT || n.bottom >= LIMIT) fail('size', place);
  return n;
}

const isLetter = (c) => c !== undefined && /^[A-Za-z_]$/.test(c);
const isDigit = (c) => c !== undefined && c >= '0' && c <= '9' && c.length === 1;

function tokens(text) {
  const found = [];
  let at = 0, line = 1, begin = 0, nested = 0;
  const digits = () => {
    const start = at;
    while (isDigit(text[at]) || (text[at] === '_' && at > start)) {
      if (text[at] === '_' && !isDigit(text[at + 1])) break;
      at++;
    }
    if (at === start) fail('syntax', [line, at - begin + 1]);
  };
  while (at < text.length) {
    const c = text[at], place = [line, at - begin + 1], start = at;
    if (c === '\n') {
      if (!nested) found.push(['end', '\n', place]);
      line++;
      begin = ++at;
    } else if (c === ' ' || c === '\t' || c === '\r') {
      at++;
    } else if (c === '#') {
      while (at < text.length && text[at] !== '\n') at++;
    } else if (isLetter(c)) {
      while (isLetter(text[at]) || isDigit(text[at])) at++;
      const word = text.slice(start, at);
      found.push([KEYWORDS.has(word) ? 'keyword' : 'name', word, place]);
    } else if (isDigit(c)) {
      digits();
      if (text[at] === '.') {
        at++;
        digits();
      }
      if (isLetter(text[at])) fail('syntax', [line, at - begin + 1]);
      found.push(['number', text.slice(start, at), place]);
    } else {
      const sign = SIGNS.find((s) => text.startsWith(s, at));
      if (sign === undefined) fail('syntax', place);
      if (sign === '(') nested++;
      if (sign === ')' && nested > 0) nested--;
      found.push([sign === ';' && !nested ? 'end' : 'sign', sign, place]);
      at += sign.length;
    }
  }
  found.push(['end', '', [line, at - begin + 1]]);
  return found;
}

const LEVELS = [['or'], ['and'], null, ['==', '!=', '<', '<=', '>', '>='], ['+', '-'], ['*', '/', '//', '%']];

class Parser {
  constructor(text) {
    this.tokens = tokens(text);
    this.at = 0;
    this.nested = 0;
  }

  get next() { return this.tokens[this.at]; }
  get place() { return this.next[2]; }

  see(text) {
    const [kind, found] = this.next;
    return (kind === 'sign' || kind === 'keyword') && found === text;
  }

  take() { return this.tokens[this.at++]; }

  need(text) {
    if (!this.see(text)) fail('syntax', this.place);
    return this.take();
  }

  name() {
    if (this.next[0] !== 'name') fail('syntax', this.place);
    return this.take()[1];
  }

  program() {
    const found = [];
    for (;;) {
      if (this.next[0] !== 'end') found.push(this.statement());
      if (this.next[0] !== 'end') fail('syntax', this.place);
      if (this.take()[1] === '') return found;
    }
  }

  statement() {
    const start = this.at, place = this.place;
    if (this.next[0] === 'name') {
      const name = this.take()[1];
      if (this.see('=')) {
        this.take();
        return { kind: 'assign', place, name, body: this.expression() };
      }
      if (this.see('(')) {
        const names = this.parameters();
        if (names) {
          if (BUILTINS.has(name) || new Set(names).size < names.length) fail('name', place);
          return { kind: 'define', place, name, names, body: this.expression() };
        }
      }
      this.at = start;
    }
    return { kind: 'show', place, body: this.expression() };
  }

  parameters() {
    this.take();
    const names = [];
    while (this.next[0] === 'name') {
      names.push(this.take()[1]);
      if (!this.see(',')) break;
      this.take();
    }
    if (!this.see(')')) return null;
    this.take();
    if (!this.see('=')) return null;
    this.take();
    return names;
  }

  deeper(place) {
    if (++this.nested > NESTED) fail('depth', place);
  }

  expression() {
    const place = this.place;
    this.deeper(place);
    let found;
    if (this.see('if')) {
      this.take();
      const test = this.expression();
      this.need('then');
      const one = this.expression();
      this.need('else');
      found = { kind: 'if', place, test, one, other: this.expression() };
    } else if (this.see('let')) {
      this.take();
      const name = this.name();
      this.need('=');
      const value = this.expression();
      this.need('in');
      found = { kind: 'let', place, name, value, body: this.expression() };
    } else {
      found = this.level(0);
    }
    this.nested--;
    return found;
  }

  level(n) {
    if (n === LEVELS.length) return this.unary();
    if (n === 2) {
      const places = [];
      while (this.see('not')) places.push(this.take()[2]);
      let found = this.level(3);
      for (const place of places.reverse()) found = { kind: 'not', place, one: found };
      return found;
    }
    let found = this.level(n + 1);
    if (n === 3) return this.chain(found);
    while (this.next[0] !== 'number' && LEVELS[n].includes(this.next[1])) {
      const [, sign, place] = this.take();
      found = { kind: n < 2 ? 'logic' : 'binary', place, sign, one: found, other: this.level(n + 1) };
    }
    return found;
  }

  chain(first) {
    const links = [];
    while (LEVELS[3].includes(this.next[1])) {
      const [, sign, place] = this.take();
      links.push({ sign, place, node: this.level(4) });
    }
    return links.length ? { kind: 'chain', place: first.place, first, links } : first;
  }

  unary() {
    const signs = [];
    while (this.see('-') || this.see('+')) signs.push(this.take());
    let found = this.power();
    for (const [, sign, place] of signs.reverse()) found = { kind: 'sign', place, sign, one: found };
    return found;
  }

  power() {
    const one = this.postfix();
    if (!this.see('^')) return one;
    const place = this.take()[2];
    this.deeper(place);
    const other = this.unary();
    this.nested--;
    return { kind: 'binary', place, sign: '^', one, other };
  }

  postfix() {
    let found = this.atom();
    while (this.see('!')) found = { kind: 'factorial', place: this.take()[2], one: found };
    return found;
  }

  atom() {
    const [kind, text, place] = this.next;
    if (kind === 'number') {
      this.take();
      const [whole, part = ''] = text.replace(/_/g, '').split('.');
      const both = (whole + part).replace(/^0+/, '') || '0';
      if (both.length > 1000 || part.length > 999) fail('size', place);
      return { kind: 'value', place, value: make(BigInt(both), 10n ** BigInt(part.length)) };
    }
    if (text === 'true' || text === 'false') {
      this.take();
      return { kind: 'value', place, value: text === 'true' };
    }
    if (text === 'sum' || text === 'prod') return this.loop();
    if (this.see('(')) {
      this.take();
      const found = this.expression();
      this.need(')');
      return found;
    }
    if (kind !== 'name') fail('syntax', place);
    this.take();
    if (!this.see('(')) return { kind: 'name', place, name: text };
    this.take();
    const args = [];
    if (!this.see(')')) {
      args.push(this.expression());
      while (this.see(',')) {
        this.take();
        args.push(this.expression());
      }
    }
    this.need(')');
    return { kind: 'call', place, name: text, args };
  }

  loop() {
    const [, word, place] = this.take();
    this.need('(');
    const name = this.name();
    const parts = [];
    for (let k = 0; k < 3; k++) {
      this.need(',');
      parts.push(this.expression());
    }
    this.need(')');
    return { kind: 'loop', place, word, name, parts };
  }
}

function number(v, place) {
  if (typeof v === 'boolean') fail('type', place);
  return v;
}

function truth(v, place) {
  if (typeof v !== 'boolean') fail('type', place);
  return v;
}

function integer(v, place) {
  if (number(v, place).bottom !== 1n) fail('domain', place);
  return v.top;
}

function power(base, value, place) {
  let exponent = integer(value, place);
  if (exponent < 0n) {
    if (base.top === 0n) fail('zero', place);
    base = make(base.bottom, base.top);
    if (base.bottom < 0n) base = { top: -base.top, bottom: -base.bottom };
    exponent = -exponent;
  }
  if (base.bottom === 1n && size(base.top) <= 1n) {
    if (exponent === 0n) return make(1n);
    return make(exponent % 2n ? base.top : base.top * base.top);
  }
  if (exponent > 4000n) fail('size', place);
  let found = make(1n);
  for (let k = 0n; k < exponent; k++) {
    found = checked({ top: found.top * base.top, bottom: found.bottom * base.bottom }, place);
  }
  return found;
}

function binary(sign, a, b, place) {
  number(a, place);
  number(b, place);
  if (sign === '^') return power(a, b, place);
  if ((sign === '/' || sign === '//' || sign === '%') && b.top === 0n) fail('zero', place);
  let found;
  if (sign === '+') found = make(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
  else if (sign === '-') found = make(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);
  else if (sign === '*') found = make(a.top * b.top, a.bottom * b.bottom);
  else if (sign === '/') {
    found = make(a.top * b.bottom, a.bottom * b.top);
    if (found.bottom < 0n) found = { top: -found.top, bottom: -found.bottom };
  } else {
    const floor = floorDiv(a.top * b.bottom, a.bottom * b.top);
    found = sign === '//' ? make(floor) : make(a.top * b.bottom - floor * b.top * a.bottom, a.bottom * b.bottom);
  }
  return checked(found, place);
}

function compare(sign, a, b, place) {
  if (sign === '==' || sign === '!=') {
    const same = typeof a === 'boolean' || typeof b === 'boolean' ? a === b : a.top === b.top && a.bottom === b.bottom;
    return same === (sign === '==');
  }
  number(a, place);
  number(b, place);
  const left = a.top * b.bottom, right = b.top * a.bottom;
  if (sign === '<') return left < right;
  if (sign === '<=') return left <= right;
  return sign === '>' ? left > right : left >= right;
}

function factorial(v, place) {
  const count = integer(v, place);
  if (count < 0n) fail('domain', place);
  let found = make(1n);
  for (let k = 2n; k <= count; k++) found = checked(make(found.top * k), place);
  return found;
}

function rounded(v) {
  const n = (2n * size(v.top) + v.bottom) / (2n * v.bottom);
  return v.top < 0n ? -n : n;
}

function isqrt(n) {
  if (n < 2n) return n;
  let x = 1n << BigInt(Math.ceil(n.toString(2).length / 2));
  for (;;) {
    const y = (x + n / x) / 2n;
    if (y >= x) return x;
    x = y;
  }
}

function root(args, place) {
  const n = integer(args[0], place);
  if (n < 0n) fail('domain', place);
  return make(isqrt(n));
}

function powmod(args, place) {
  const [base, exponent, modulus] = args.map((a) => integer(a, place));
  if (exponent < 0n || modulus < 0n) fail('domain', place);
  if (modulus === 0n) fail('zero', place);
  let found = 1n % modulus, square = ((base % modulus) + modulus) % modulus;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if (e & 1n) found = (found * square) % modulus;
    square = (square * square) % modulus;
  }
  return make(found);
}

const extreme = (sign) => (args, place) => {
  let found = number(args[0], place);
  for (const arg of args.slice(1)) if (compare(sign, arg, found, place)) found = arg;
  return found;
};

const shared = (least) => (args, place) => {
  let found = integer(args[0], place);
  for (const arg of args.slice(1)) {
    const other = integer(arg, place);
    const common = gcd(found, other);
    found = !least ? common : common === 0n ? 0n : size((found / common) * other);
    checked(make(found), place);
  }
  return make(size(found));
};

const simple = (work) => [1, 1, (args, place) => make(...work(number(args[0], place)))];
const BUILTINS = new Map(Object.entries({
  abs: simple((x) => [size(x.top), x.bottom]),
  floor: simple((x) => [floorDiv(x.top, x.bottom)]),
  ceil: simple((x) => [-floorDiv(-x.top, x.bottom)]),
  round: simple((x) => [rounded(x)]),
  num: simple((x) => [x.top]),
  den: simple((x) => [x.bottom]),
  isqrt: [1, 1, root],
  powmod: [3, 3, powmod],
  min: [1, 99, extreme('<')],
  max: [1, 99, extreme('>')],
  gcd: [1, 99, shared(false)],
  lcm: [1, 99, shared(true)],
}));

class Machine {
  constructor({ decimals, echo }) {
    Object.assign(this, { decimals, echo, values: new Map(), functions: new Map(), steps: 0, depth: 0 });
  }

  run(s) {
    if (s.kind === 'define') {
      this.functions.set(s.name, s);
      return null;
    }
    const value = this.value(s.body, new Map());
    this.values.set(s.kind === 'assign' ? s.name : 'ans', value);
    if (s.kind === 'show') return this.shown(value);
    return this.echo ? `${s.name} = ${this.shown(value)}` : null;
  }

  shown(v) {
    if (typeof v === 'boolean') return String(v);
    if (this.decimals === null) return v.bottom === 1n ? String(v.top) : `${v.top}/${v.bottom}`;
    const scaled = rounded({ top: v.top * 10n ** BigInt(this.decimals), bottom: v.bottom });
    let text = String(size(scaled)).padStart(this.decimals + 1, '0');
    if (this.decimals) text = `${text.slice(0, -this.decimals)}.${text.slice(-this.decimals)}`;
    return scaled < 0n ? `-${text}` : text;
  }

  step(place) {
    if (++this.steps > STEPS) fail('steps', place);
  }

  value(node, local) {
    const place = node.place;
    switch (node.kind) {
      case 'value': return node.value;
      case 'name':
        if (local.has(node.name)) return local.get(node.name);
        if (!this.values.has(node.name)) fail('name', place);
        return this.values.get(node.name);
      case 'if': return this.value(truth(this.value(node.test, local), place) ? node.one : node.other, local);
      case 'let': return this.value(node.body, new Map(local).set(node.name, this.value(node.value, local)));
      case 'logic': {
        const first = truth(this.value(node.one, local), place);
        if (first === (node.sign === 'or')) return first;
        return truth(this.value(node.other, local), place);
      }
      case 'not': return !truth(this.value(node.one, local), place);
      case 'chain': {
        let value = this.value(node.first, local);
        for (const link of node.links) {
          const other = this.value(link.node, local);
          if (!compare(link.sign, value, other, link.place)) return false;
          value = other;
        }
        return true;
      }
      case 'binary': {
        const first = this.value(node.one, local);
        return binary(node.sign, first, this.value(node.other, local), place);
      }
      case 'sign': {
        const v = number(this.value(node.one, local), place);
        return node.sign === '-' ? { top: -v.top, bottom: v.bottom } : v;
      }
      case 'factorial': return factorial(this.value(node.one, local), place);
      case 'loop': return this.loop(node, local);
      default: return this.call(node, local);
    }
  }

  loop({ place, word, name, parts }, local) {
    const low = integer(this.value(parts[0], local), place);
    const high = integer(this.value(parts[1], local), place);
    let found = make(word === 'sum' ? 0n : 1n);
    for (let k = low; k <= high; k++) {
      this.step(place);
      const value = this.value(parts[2], new Map(local).set(name, make(k)));
      found = binary(word === 'sum' ? '+' : '*', found, value, place);
    }
    return found;
  }

  call(node, local) {
    const place = node.place;
    const args = node.args.map((arg) => this.value(arg, local));
    if (BUILTINS.has(node.name)) {
      const [least, most, work] = BUILTINS.get(node.name);
      if (args.length < least || args.length > most) fail('arity', place);
      return work(args, place);
    }
    const found = this.functions.get(node.name);
    if (!found) fail('name', place);
    if (args.length !== found.names.length) fail('arity', place);
    this.step(place);
    if (this.depth === DEPTH) fail('depth', place);
    this.depth++;
    const value = this.value(found.body, new Map(found.names.map((name, k) => [name, args[k]])));
    this.depth--;
    return value;
  }
}

function options(words) {
  let decimals = null, echo = false;
  for (let k = 0; k < words.length; k++) {
    if (words[k] === '-a') echo = true;
    else if (words[k] === '-p' && /^[0-9]{1,2}$/.test(words[k + 1] ?? '')) decimals = Number(words[++k]);
    else fail('usage', null);
  }
  return { decimals, echo };
}

function main() {
  const lines = [];
  let code = 2, said = '';
  try {
    const machine = new Machine(options(process.argv.slice(2)));
    code = 1;
    for (const statement of new Parser(fs.readFileSync(0).toString('latin1')).program()) {
      const line = machine.run(statement);
      if (line !== null) lines.push(`${line}\n`);
    }
    code = 0;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    said = `${error.message}: the program ends here\n`;
  }
  fs.writeSync(1, lines.join(''));
  if (said) fs.writeSync(2, said);
  process.exitCode = code;
}

main();
