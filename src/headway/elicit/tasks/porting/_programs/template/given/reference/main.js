'use strict';
// template: fills in templates with data.
const fs = require('fs');

const LARGEST = Number.MAX_SAFE_INTEGER;
const DEEPEST = 16;
const UNDEFINED = Symbol('undefined');

class Wrong extends Error {
  constructor(kind, place) {
    super(kind);
    this.kind = kind;
    this.place = place; // what the error is about; where it is none, the tag that is worked on
  }
}

class Usage extends Error {}

function fail(kind, place) {
  throw new Wrong(kind, place);
}

// ---- values: null, true, false, integers, strings, arrays, maps

const isList = Array.isArray;
const isMap = (v) => v instanceof Map;
const isInt = (v) => typeof v === 'number';
const isText = (v) => typeof v === 'string';
const points = (s) => Array.from(s);

function compare(a, b) {
  const one = points(a);
  const other = points(b);
  for (let i = 0; i < one.length && i < other.length; i++) {
    if (one[i] !== other[i]) return one[i].codePointAt(0) - other[i].codePointAt(0);
  }
  return one.length - other.length;
}

const keysOf = (map) => [...map.keys()].sort(compare);

function equal(a, b) {
  if (isList(a) && isList(b)) return a.length === b.length && a.every((v, i) => equal(v, b[i]));
  if (isMap(a) && isMap(b)) return a.size === b.size && [...a].every(([k, v]) => b.has(k) && equal(v, b.get(k)));
  return a === b;
}

function truth(v) {
  if (isList(v)) return v.length > 0;
  if (isMap(v)) return v.size > 0;
  return Boolean(v);
}

function quoted(s) {
  const named = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  // eslint-disable-next-line no-control-regex
  return '"' + s.replace(/["\\\u0000-\u001f]/g, (c) => named[c] || '\\u' + c.charCodeAt(0).toString(16).padStart(4, '0')) + '"';
}

function json(v) {
  if (isText(v)) return quoted(v);
  if (isList(v)) return '[' + v.map(json).join(',') + ']';
  if (isMap(v)) return '{' + keysOf(v).map((k) => quoted(k) + ':' + json(v.get(k))).join(',') + '}';
  return String(v);
}

function text(v) {
  if (v === null) return '';
  return isText(v) ? v : json(v);
}

function escape(s) {
  const named = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return s.replace(/[&<>"']/g, (c) => named[c]);
}

function integer(n) {
  if (Math.abs(n) > LARGEST) fail('limit');
  return n;
}

// ---- filters: how many arguments, and what they do

const need = (good) => good || fail('type');
const count = (n) => need(isInt(n) && n >= 0 && n <= 10000) && n;
const sized = (v) => (isText(v) ? points(v) : isList(v) ? v : fail('type'));
const like = (v, items) => (isText(v) ? items.join('') : items);

function slice(v, from, to) {
  const items = sized(v);
  need(isInt(from) && isInt(to));
  return like(v, items.slice(from, to));
}

function sort(v) {
  need(isList(v));
  if (v.every(isInt)) return [...v].sort((a, b) => a - b);
  need(v.every(isText));
  return [...v].sort(compare);
}

function extreme(v, sign) {
  const sorted = sort(v);
  return sorted.length ? sorted[sign < 0 ? 0 : sorted.length - 1] : null;
}

function sum(v) {
  need(isList(v) && v.every(isInt));
  return v.reduce((a, b) => integer(a + b), 0);
}

function split(v, by) {
  need(isText(v) && isText(by));
  return by === '' ? points(v) : v.split(by);
}

function indent(v, n) {
  need(isText(v));
  const blanks = ' '.repeat(count(n));
  return v.split('\n').map((line, i) => (i && line ? blanks + line : line)).join('\n');
}

function number(v) {
  if (isInt(v)) return v;
  need(isText(v) && /^-?[0-9]+$/.test(v));
  return integer(Number(v)) || 0;
}

const FILTERS = {
  upper: [0, (v) => need(isText(v)) && v.replace(/[a-z]/g, (c) => c.toUpperCase())],
  lower: [0, (v) => need(isText(v)) && v.replace(/[A-Z]/g, (c) => c.toLowerCase())],
  trim: [0, (v) => need(isText(v)) && v.replace(/^[ \t\n\r]+/, '').replace(/[ \t\n\r]+$/, '')],
  length: [0, (v) => (isMap(v) ? v.size : sized(v).length)],
  join: [1, (v, by) => need(isList(v) && isText(by)) && v.map(text).join(by)],
  split: [1, split],
  replace: [2, (v, a, b) => need(isText(v) && isText(a) && isText(b)) && (a === '' ? v : v.split(a).join(b))],
  first: [0, (v) => (sized(v).length ? sized(v)[0] : null)],
  last: [0, (v) => (sized(v).length ? sized(v)[sized(v).length - 1] : null)],
  reverse: [0, (v) => like(v, [...sized(v)].reverse())],
  sort: [0, sort],
  unique: [0, (v) => need(isList(v)) && v.filter((a, i) => v.findIndex((b) => equal(a, b)) === i)],
  keys: [0, (v) => need(isMap(v)) && keysOf(v)],
  values: [0, (v) => need(isMap(v)) && keysOf(v).map((k) => v.get(k))],
  slice: [2, slice],
  min: [0, (v) => extreme(v, -1)],
  max: [0, (v) => extreme(v, 1)],
  sum: [0, sum],
  abs: [0, (v) => need(isInt(v)) && Math.abs(v)],
  number: [0, number],
  text: [0, text],
  json: [0, json],
  escape: [0, (v) => escape(text(v))],
  raw: [0, (v) => v],
  indent: [1, indent],
  pad: [1, (v, n) => text(v) + ' '.repeat(Math.max(0, count(n) - points(text(v)).length))],
  lpad: [1, (v, n) => ' '.repeat(Math.max(0, count(n) - points(text(v)).length)) + text(v)],
  truncate: [1, (v, n) => need(isText(v)) && (points(v).length > count(n) ? points(v).slice(0, n).join('') + '\u2026' : v)],
  default: [1, null],
};

// ---- expressions: tokens, trees

const WORDS = ['and', 'or', 'not', 'in', 'is', 'true', 'false', 'null'];
const TOKEN = /[ \t\n\r]*(?:([0-9]+)|([A-Za-z_][A-Za-z0-9_]*)|("(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*')|(==|!=|<=|>=|[-<>+*\/%~|.,()[\]=]))/y;

function unquoted(word) {
  const named = { n: '\n', t: '\t', '\\': '\\', "'": "'", '"': '"' };
  return word.slice(1, -1).replace(/\\([^])/g, (_, c) => (c in named ? named[c] : fail('syntax')));
}

function tokens(source) {
  const found = [];
  const trimmed = source.replace(/[ \t\n\r]+$/, '');
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const m = TOKEN.exec(trimmed);
    if (!m) fail('syntax');
    if (m[1] !== undefined) found.push({ is: 'int', value: Number(m[1]) <= LARGEST ? Number(m[1]) : fail('syntax') });
    else if (m[2] !== undefined) found.push({ is: WORDS.includes(m[2]) ? 'word' : 'name', value: m[2] });
    else if (m[3] !== undefined) found.push({ is: 'text', value: unquoted(m[3]) });
    else found.push({ is: 'op', value: m[4] });
  }
  return found;
}

class Parser {
  constructor(source) {
    this.tokens = tokens(source);
    this.at = 0;
  }

  peek(...values) {
    const token = this.tokens[this.at];
    return token && (token.is === 'op' || token.is === 'word') && values.includes(token.value) ? token.value : '';
  }

  take(...values) {
    const found = this.peek(...values);
    if (found) this.at++;
    return found;
  }

  expect(value) {
    if (!this.take(value)) fail('syntax');
  }

  name() {
    const token = this.tokens[this.at++];
    if (!token || token.is !== 'name') fail('syntax');
    return token.value;
  }

  end() {
    if (this.at < this.tokens.length) fail('syntax');
  }

  left(next, ...ops) {
    let tree = next.call(this);
    for (let op; (op = this.take(...ops)); ) tree = { is: 'binary', op, a: tree, b: next.call(this) };
    return tree;
  }

  expression() {
    return this.left(this.both, 'or');
  }

  both() {
    return this.left(this.not, 'and');
  }

  not() {
    return this.take('not') ? { is: 'not', a: this.not() } : this.comparison();
  }

  comparison() {
    const a = this.joined();
    if (this.take('is')) {
      const not = this.take('not') !== '';
      if (this.name() !== 'defined') fail('syntax');
      return { is: 'defined', a, not };
    }
    const op = this.take('==', '!=', '<=', '>=', '<', '>', 'in');
    return op ? { is: 'binary', op, a, b: this.joined() } : a;
  }

  joined() {
    return this.left(this.sum, '~');
  }

  sum() {
    return this.left(this.product, '+', '-');
  }

  product() {
    return this.left(this.unary, '*', '/', '%');
  }

  unary() {
    return this.take('-') ? { is: 'minus', a: this.unary() } : this.filtered();
  }

  filtered() {
    let tree = this.member();
    while (this.take('|')) {
      const name = this.name();
      const args = this.take('(') ? this.list(')') : [];
      if (!Object.hasOwn(FILTERS, name) || FILTERS[name][0] !== args.length) fail('filter');
      tree = { is: 'filter', name, a: tree, args };
    }
    return tree;
  }

  member() {
    let tree = this.primary();
    for (;;) {
      if (this.take('[')) {
        const key = this.expression();
        this.expect(']');
        tree = { is: 'member', a: tree, key };
      } else if (this.take('.')) {
        const token = this.tokens[this.at++];
        if (!token || !['int', 'name', 'word'].includes(token.is)) fail('syntax');
        tree = { is: 'dot', a: tree, key: token.value };
      } else {
        return tree;
      }
    }
  }

  list(close) {
    const items = [];
    if (this.take(close)) return items;
    do items.push(this.expression());
    while (this.take(','));
    this.expect(close);
    return items;
  }

  primary() {
    if (this.take('(')) {
      const tree = this.expression();
      this.expect(')');
      return tree;
    }
    if (this.take('[')) return { is: 'list', items: this.list(']') };
    const word = this.take('true', 'false', 'null');
    if (word) return { is: 'value', value: { true: true, false: false, null: null }[word] };
    const token = this.tokens[this.at++];
    if (!token || token.is === 'op' || token.is === 'word') fail('syntax');
    return token.is === 'name' ? { is: 'name', name: token.value } : { is: 'value', value: token.value };
  }
}

// ---- templates: pieces, statements

const BLANK = ' \t\n\r';

function tagEnd(source, from, close) {
  for (let i = from; i < source.length; i++) {
    if (source.startsWith(close, i)) return i;
    if (close !== '#}' && (source[i] === '"' || source[i] === "'")) {
      const quote = source[i++];
      while (i < source.length && source[i] !== quote) i += source[i] === '\\' ? 2 : 1;
    }
  }
  return -1;
}

function pieces(source, file) {
  const found = [];
  let at = 0;
  let line = 1;
  let cut = false; // blanks at the begin of the next text go
  while (at < source.length) {
    const next = source.slice(at).search(/\{[{%#]/);
    const begin = next < 0 ? source.length : at + next;
    let plain = source.slice(at, begin);
    line += plain.split('\n').length - 1;
    if (cut) while (plain && BLANK.includes(plain[0])) plain = plain.slice(1);
    cut = false;
    if (begin < source.length && source[begin + 2] === '-') while (plain && BLANK.includes(plain[plain.length - 1])) plain = plain.slice(0, -1);
    if (plain) found.push({ is: 'plain', text: plain });
    if (begin === source.length) break;
    const kind = source[begin + 1];
    const from = begin + 2 + (source[begin + 2] === '-' ? 1 : 0);
    const end = tagEnd(source, from, { '{': '}}', '%': '%}', '#': '#}' }[kind]);
    if (end < 0) fail('syntax', `${file}:${line}`);
    let inner = source.slice(from, end);
    if (inner.endsWith('-')) {
      cut = true;
      inner = inner.slice(0, -1);
    }
    if (kind !== '#') found.push({ is: kind === '{' ? 'out' : 'tag', inner, line });
    at = end + 2;
    line += source.slice(begin, at).split('\n').length - 1;
  }
  return found;
}

class Template {
  constructor(source, file) {
    this.file = file;
    this.pieces = pieces(source, file);
    this.at = 0;
    try {
      this.body = this.block(null);
    } catch (wrong) {
      if (wrong instanceof Wrong && wrong.place === undefined) wrong.place = `${file}:${this.line}`;
      throw wrong;
    }
  }

  // Statements up to a tag that ends the block of `opener`; that tag is left in this.ender.
  block(opener, ...enders) {
    const body = [];
    while (this.at < this.pieces.length) {
      const piece = this.pieces[this.at++];
      if (piece.is === 'plain') {
        body.push(piece);
        continue;
      }
      const { line } = piece;
      this.line = line;
      if (piece.is === 'out') {
        const parser = new Parser(piece.inner);
        const a = parser.expression();
        parser.end();
        body.push({ is: 'out', line, a });
        continue;
      }
      const [, word, rest] = /^[ \t\n\r]*([A-Za-z_]*)([^]*)$/.exec(piece.inner);
      if (enders.includes(word)) {
        this.ender = { word, rest, line };
        return body;
      }
      body.push(this.statement(word, rest, line));
    }
    if (opener !== null) fail('syntax', `${this.file}:${opener}`);
    return body;
  }

  statement(word, rest, line) {
    const parser = new Parser(rest);
    if (word === 'if') {
      const cases = [];
      let test = parser.expression();
      parser.end();
      let at = line;
      for (;;) {
        const body = this.block(line, ...(test ? ['elif', 'else', 'end'] : ['end']));
        cases.push({ test, line: at, body });
        at = this.ender.line;
        const next = new Parser(this.ender.rest);
        if (this.ender.word === 'end') {
          next.end();
          return { is: 'if', line, cases };
        }
        test = this.ender.word === 'elif' ? next.expression() : null;
        next.end();
      }
    }
    if (word === 'for') {
      const names = [parser.name()];
      if (parser.take(',')) names.push(parser.name());
      parser.expect('in');
      const a = parser.expression();
      parser.end();
      const body = this.block(line, 'else', 'end');
      new Parser(this.ender.rest).end();
      const empty = this.ender.word === 'else' ? this.block(line, 'end') : [];
      new Parser(this.ender.rest).end();
      return { is: 'for', line, names, a, body, empty };
    }
    let made = null;
    if (word === 'set') {
      const name = parser.name();
      parser.expect('=');
      made = { is: 'set', line, name, a: parser.expression() };
    } else if (word === 'include') {
      made = { is: 'include', line, a: parser.expression() };
    } else {
      fail('syntax');
    }
    parser.end();
    return made;
  }
}

// ---- files

function readText(name, place) {
  let data;
  try {
    data = fs.readFileSync(name === '-' ? 0 : name);
  } catch {
    fail('missing', place);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return fail('encoding', place);
  }
}

function readData(file) {
  const source = readText(file, file);
  const convert = (v) => {
    if (isInt(v)) return Number.isSafeInteger(v) ? v || 0 : fail('data', file);
    if (isList(v)) return v.map(convert);
    return v && typeof v === 'object' ? new Map(Object.entries(v).map(([k, one]) => [k, convert(one)])) : v;
  };
  let found;
  try {
    found = JSON.parse(source);
  } catch {
    fail('data', file);
  }
  if (/[0-9][.eE]/.test(source.replace(/"(?:[^"\\]|\\[^])*"/g, ''))) fail('data', file);
  const data = convert(found);
  return isMap(data) ? data : fail('data', file);
}

function isSafe(name) {
  return !name.includes('\\') && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

// ---- filling in

class Run {
  constructor(variables) {
    this.scopes = [variables];
    this.out = [];
    this.depth = 0;
    this.place = '';
  }

  lookup(name) {
    for (let i = this.scopes.length - 1; i >= 0; i--) if (this.scopes[i].has(name)) return this.scopes[i].get(name);
    return UNDEFINED;
  }

  member(a, key) {
    if (a === UNDEFINED || a === null) return UNDEFINED;
    if (isMap(a)) return need(isText(key)) && a.has(key) ? a.get(key) : UNDEFINED;
    need(isInt(key));
    const items = sized(a);
    const at = key < 0 ? key + items.length : key;
    return at >= 0 && at < items.length ? items[at] : UNDEFINED;
  }

  // The value of a tree, or UNDEFINED.
  maybe(tree) {
    switch (tree.is) {
      case 'value': return tree.value;
      case 'name': return this.lookup(tree.name);
      case 'list': return tree.items.map((item) => this.value(item));
      case 'dot': {
        const a = this.maybe(tree.a);
        return this.member(a, isMap(a) ? String(tree.key) : tree.key);
      }
      case 'member': {
        const a = this.maybe(tree.a);
        return this.member(a, this.value(tree.key));
      }
      case 'defined': return (this.maybe(tree.a) !== UNDEFINED) !== tree.not;
      case 'not': return !truth(this.value(tree.a));
      case 'minus': {
        const a = this.value(tree.a);
        return need(isInt(a)) && (-a || 0);
      }
      case 'filter': return this.filter(tree);
      default: return this.binary(tree);
    }
  }

  value(tree) {
    const found = this.maybe(tree);
    return found === UNDEFINED ? fail('undefined') : found;
  }

  filter(tree) {
    if (tree.name === 'default') {
      const found = this.maybe(tree.a);
      return found === UNDEFINED || found === null ? this.value(tree.args[0]) : found;
    }
    const a = this.value(tree.a);
    return FILTERS[tree.name][1](a, ...tree.args.map((arg) => this.value(arg)));
  }

  binary(tree) {
    const a = this.value(tree.a);
    if (tree.op === 'or') return truth(a) ? a : this.value(tree.b);
    if (tree.op === 'and') return truth(a) ? this.value(tree.b) : a;
    const b = this.value(tree.b);
    switch (tree.op) {
      case '~': return text(a) + text(b);
      case '==': return equal(a, b);
      case '!=': return !equal(a, b);
      case 'in':
        if (isList(b)) return b.some((item) => equal(item, a));
        need(isText(a) && (isText(b) || isMap(b)));
        return isText(b) ? b.includes(a) : b.has(a);
      case '<': case '<=': case '>': case '>=': {
        need((isInt(a) && isInt(b)) || (isText(a) && isText(b)));
        const order = isInt(a) ? a - b : compare(a, b);
        return tree.op[0] === '<' ? order < 0 || (order === 0 && tree.op === '<=') : order > 0 || (order === 0 && tree.op === '>=');
      }
      default: return this.sum(tree.op, a, b);
    }
  }

  sum(op, a, b) {
    need(isInt(a) && isInt(b));
    if (op === '+') return integer(a + b);
    if (op === '-') return integer(a - b);
    if (op === '*') return integer(a * b) || 0;
    if (b === 0) fail('divide');
    const rest = a % b;
    const off = rest !== 0 && rest < 0 !== b < 0; // numbers round down, and not towards zero
    return (op === '%' ? rest + (off ? b : 0) : (a - rest) / b - (off ? 1 : 0)) || 0;
  }

  block(body, file) {
    for (const s of body) this.statement(s, file);
  }

  statement(s, file) {
    if (s.is === 'plain') {
      this.out.push(s.text);
      return;
    }
    this.place = `${file}:${s.line}`;
    if (s.is === 'out') {
      const found = text(this.value(s.a));
      this.out.push(s.a.is === 'filter' && s.a.name === 'raw' ? found : escape(found));
    } else if (s.is === 'set') {
      this.scopes[this.scopes.length - 1].set(s.name, this.value(s.a));
    } else if (s.is === 'if') {
      for (const { test, line, body } of s.cases) {
        this.place = `${file}:${line}`;
        if (test === null || truth(this.value(test))) return this.block(body, file);
      }
    } else if (s.is === 'for') {
      this.loop(s, file);
    } else {
      this.include(this.value(s.a));
    }
  }

  loop(s, file) {
    const over = this.value(s.a);
    need(isList(over) || isMap(over));
    const pairs = isList(over) ? over.map((v, i) => [i, v]) : keysOf(over).map((k) => [k, over.get(k)]);
    if (!pairs.length) this.block(s.empty, file);
    pairs.forEach(([key, value], i) => {
      const scope = new Map();
      const facts = { index: i + 1, index0: i, first: i === 0, last: i === pairs.length - 1, length: pairs.length };
      scope.set('loop', new Map(Object.entries(facts)));
      if (s.names.length === 2) scope.set(s.names[0], key).set(s.names[1], value);
      else scope.set(s.names[0], isList(over) ? value : key);
      this.scopes.push(scope);
      this.block(s.body, file);
      this.scopes.pop();
    });
  }

  include(name) {
    need(isText(name));
    if (!isSafe(name)) fail('unsafe');
    if (this.depth + 1 >= DEEPEST) fail('depth');
    const template = new Template(readText('./' + name), name);
    this.depth++;
    this.scopes.push(new Map());
    this.block(template.body, name);
    this.scopes.pop();
    this.depth--;
  }
}

function main(words) {
  const NAME = /^([A-Za-z_][A-Za-z0-9_]*)=([^]*)$/;
  const given = [];
  let data = null;
  let told = false;
  let at = 0;
  for (; at < words.length && words[at].length > 1 && words[at][0] === '-'; at++) {
    const word = words[at];
    if (word === '--') {
      at++;
      break;
    }
    if (word === '-e') {
      told = true;
      continue;
    }
    if (word !== '-D' && word !== '-d') throw new Usage('no such option');
    if (++at === words.length) throw new Usage('an option lacks its value');
    if (word === '-d') {
      data = words[at];
    } else {
      const m = NAME.exec(words[at]);
      if (!m) throw new Usage('-D needs NAME=VALUE');
      given.push([m[1], m[2]]);
    }
  }
  if (words.length - at !== 1) throw new Usage('template [-e] [-D NAME=VALUE] [-d FILE] TEMPLATE');
  const file = words[at];
  let run = null;
  try {
    const variables = data === null ? new Map() : readData(data);
    for (const [name, value] of given) variables.set(name, value);
    const template = new Template(readText(file, file), file);
    run = new Run(variables);
    run.block(template.body, file);
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    const place = wrong.place === undefined ? run.place : wrong.place;
    if (told) fs.writeSync(1, `${wrong.kind} ${place}\n`);
    fs.writeSync(2, `${wrong.kind}: ${place}\n`);
    return 1;
  }
  fs.writeSync(1, run.out.join(''));
  return 0;
}

try {
  process.exitCode = main(process.argv.slice(2));
} catch (wrong) {
  if (!(wrong instanceof Usage)) throw wrong;
  fs.writeSync(2, `usage: ${wrong.message}\n`);
  process.exitCode = 2;
}
