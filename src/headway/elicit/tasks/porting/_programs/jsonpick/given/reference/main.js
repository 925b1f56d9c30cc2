'use strict';
// jsonpick: reads JSON strictly, picks parts of it, and writes them.
const fs = require('fs');

const DEEPEST = 100;

class Wrong extends Error {
  constructor(kind, place, code) {
    super(kind);
    this.kind = kind;
    this.place = place;
    this.code = code;
  }
}

// ---- values: { is: 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object', v }
// A number is its text, an array a list of values, an object a list of pairs.

const make = (is, v) => ({ is, v });
const NULL = make('null', null);
const points = (s) => Array.from(s);

function compareText(a, b) {
  const one = points(a);
  const other = points(b);
  for (let i = 0; i < one.length && i < other.length; i++) {
    const order = one[i].codePointAt(0) - other[i].codePointAt(0);
    if (order) return order;
  }
  return one.length - other.length;
}

// Sign, digits without zeros at both ends, and the place of the point before the first of them.
function parts(text) {
  const m = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]+))?$/.exec(text);
  const digits = m[2] + (m[3] || '');
  const first = digits.search(/[1-9]/);
  if (first < 0) return { sign: 0, digits: '', point: 0 };
  return { sign: m[1] ? -1 : 1, digits: digits.slice(first).replace(/0+$/, ''), point: m[2].length - first + Number(m[4] || 0) };
}

function compareNumbers(a, b) {
  const one = parts(a);
  const other = parts(b);
  if (one.sign !== other.sign) return one.sign - other.sign;
  if (one.point !== other.point) return one.point < other.point ? -one.sign : one.sign;
  if (one.digits === other.digits) return 0;
  return one.digits < other.digits ? -one.sign : one.sign;
}

function lastOf(object) {
  const found = new Map(object.v);
  return [...found.keys()].sort(compareText).map((key) => [key, found.get(key)]);
}

function compareLists(a, b, order) {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const found = order(a[i], b[i]);
    if (found) return found;
  }
  return a.length - b.length;
}

function rank(value) {
  if (value.is === 'boolean') return value.v ? 2 : 1;
  return { null: 0, number: 3, string: 4, array: 5, object: 6 }[value.is];
}

function compare(a, b) {
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  if (a.is === 'number') return compareNumbers(a.v, b.v);
  if (a.is === 'string') return compareText(a.v, b.v);
  if (a.is === 'array') return compareLists(a.v, b.v, compare);
  if (a.is !== 'object') return 0;
  const one = lastOf(a);
  const other = lastOf(b);
  return (
    compareLists(one, other, (x, y) => compareText(x[0], y[0])) || compareLists(one, other, (x, y) => compare(x[1], y[1]))
  );
}

// ---- reading

const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?([0-9]+))?$/;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function isNumber(text) {
  const m = NUMBER.exec(text);
  return m !== null && (m[1] || '').replace(/^0+/, '').length <= 9;
}

class Reader {
  constructor(text, duplicates) {
    this.text = points(text);
    this.at = 0;
    this.duplicates = duplicates;
    this.depth = 0;
  }

  fail(kind, at = this.at) {
    const before = this.text.slice(0, at);
    const line = before.filter((c) => c === '\n').length + 1;
    throw new Wrong(kind, `${line}:${at - before.lastIndexOf('\n')}`, 1);
  }

  blanks() {
    while (' \t\n\r'.includes(this.text[this.at] || 'x')) this.at++;
  }

  document() {
    this.blanks();
    const value = this.value();
    this.blanks();
    if (this.at < this.text.length) this.fail('syntax');
    return value;
  }

  run(pattern) {
    const from = this.at;
    let end = from;
    while (end < this.text.length && pattern.test(this.text[end])) end++;
    return this.text.slice(from, end).join('');
  }

  value() {
    const c = this.text[this.at];
    if (c === undefined) this.fail('syntax');
    if (c === '[') return this.nested(() => this.array());
    if (c === '{') return this.nested(() => this.object());
    if (c === '"') return make('string', this.string());
    if (/[-0-9]/.test(c)) {
      const text = this.run(/[-+.0-9A-Za-z]/);
      if (!isNumber(text)) this.fail('number');
      this.at += text.length;
      return make('number', text);
    }
    const word = this.run(/[0-9A-Za-z_]/);
    if (!['null', 'true', 'false'].includes(word)) this.fail('syntax');
    this.at += word.length;
    return word === 'null' ? NULL : make('boolean', word === 'true');
  }

  nested(inner) {
    if (++this.depth > DEEPEST) this.fail('depth');
    this.at++;
    this.blanks();
    const value = inner();
    this.depth--;
    return value;
  }

  // After an item: true if another one follows, false at the end.
  more(close) {
    this.blanks();
    const c = this.text[this.at];
    if (c !== ',' && c !== close) this.fail('syntax');
    this.at++;
    if (c === ',') this.blanks();
    return c === ',';
  }

  array() {
    const items = [];
    if (this.text[this.at] === ']') {
      this.at++;
      return make('array', items);
    }
    do items.push(this.value());
    while (this.more(']'));
    return make('array', items);
  }

  object() {
    const pairs = [];
    const places = new Map();
    if (this.text[this.at] === '}') {
      this.at++;
      return make('object', pairs);
    }
    do {
      const from = this.at;
      if (this.text[this.at] !== '"') this.fail('syntax');
      const key = this.string();
      if (places.has(key) && this.duplicates === 'error') this.fail('duplicate', from);
      this.blanks();
      if (this.text[this.at] !== ':') this.fail('syntax');
      this.at++;
      this.blanks();
      const value = this.value();
      if (!places.has(key) || this.duplicates === 'all') {
        places.set(key, pairs.length);
        pairs.push([key, value]);
      } else if (this.duplicates === 'last') {
        pairs[places.get(key)][1] = value;
      }
    } while (this.more('}'));
    return make('object', pairs);
  }

  string() {
    let out = '';
    this.at++;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) this.fail('syntax');
      if (c < ' ') this.fail('control');
      if (c === '"') {
        this.at++;
        return out;
      }
      if (c === '\\') {
        out += this.escape();
      } else {
        out += c;
        this.at++;
      }
    }
  }

  unit(at) {
    const digits = this.text.slice(at + 2, at + 6).join('');
    return this.text[at] === '\\' && this.text[at + 1] === 'u' && /^[0-9a-fA-F]{4}$/.test(digits) ? parseInt(digits, 16) : -1;
  }

  escape() {
    const c = this.text[this.at + 1];
    if (c !== undefined && Object.hasOwn(ESCAPES, c)) {
      this.at += 2;
      return ESCAPES[c];
    }
    const one = this.unit(this.at);
    if (one < 0 || (one >= 0xdc00 && one < 0xe000)) this.fail('escape');
    if (one < 0xd800 || one >= 0xe000) {
      this.at += 6;
      return String.fromCharCode(one);
    }
    const other = this.unit(this.at + 6);
    if (other < 0xdc00 || other >= 0xe000) this.fail('escape');
    this.at += 12;
    return String.fromCharCode(one, other);
  }
}

// ---- writing

function quoted(s, ascii) {
  const named = { '"': '\\"', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  let out = '"';
  for (let i = 0; i < s.length; i++) {
    const c = s[i];
    if (c in named) out += named[c];
    else if (c < ' ' || (ascii && c > '~')) out += '\\u' + s.charCodeAt(i).toString(16).padStart(4, '0');
    else out += c;
  }
  return out + '"';
}

function sorted(pairs) {
  return pairs.map((pair, i) => [pair, i]).sort((a, b) => compareText(a[0][0], b[0][0]) || a[1] - b[1]).map(([pair]) => pair);
}

function write(value, options, level = 0) {
  const { indent } = options;
  if (value.is === 'string') return quoted(value.v, options.ascii);
  if (value.is !== 'array' && value.is !== 'object') return String(value.v);
  const [open, close] = value.is === 'array' ? '[]' : '{}';
  if (!value.v.length) return open + close;
  const colon = indent === null ? ':' : ': ';
  const items =
    value.is === 'array'
      ? value.v.map((item) => write(item, options, level + 1))
      : (options.sort ? sorted(value.v) : value.v).map(([k, v]) => quoted(k, options.ascii) + colon + write(v, options, level + 1));
  if (indent === null) return open + items.join(',') + close;
  const line = '\n' + ' '.repeat(indent * (level + 1));
  return open + line + items.join(',' + line) + '\n' + ' '.repeat(indent * level) + close;
}

const COMPACT = { indent: null, ascii: false, sort: false };

// ---- functions

function typeError() {
  throw new Wrong('type', '', 1);
}

const whole = (n) => make('number', String(n));
const text = (s) => make('string', s);
const array = (value) => (value.is === 'array' ? value.v : typeError());

function lengthOf(value) {
  if (value.is === 'string') return points(value.v).length;
  return value.is === 'array' || value.is === 'object' ? value.v.length : -1;
}

function sort(items) {
  return items.map((item, i) => [item, i]).sort((a, b) => compare(a[0], b[0]) || a[1] - b[1]).map(([item]) => item);
}

function keys(value) {
  if (value.is === 'array') return value.v.map((_, i) => whole(i));
  return value.is === 'object' ? lastOf(value).map(([key]) => text(key)) : typeError();
}

function unique(items) {
  const order = sort(items);
  return order.filter((item, i) => i === 0 || compare(order[i - 1], item) !== 0);
}

function extreme(items, last) {
  const order = sort(items);
  return order.length ? order[last ? order.length - 1 : 0] : NULL;
}

function number(value) {
  if (value.is === 'number') return value;
  return value.is === 'string' && isNumber(value.v) ? make('number', value.v) : typeError();
}

function entries(value) {
  if (value.is !== 'object') typeError();
  return value.v.map(([k, v]) => make('object', [['key', text(k)], ['value', v]]));
}

const list = (items) => make('array', items);

const FUNCTIONS = {
  length: (v) => (lengthOf(v) < 0 ? typeError() : whole(lengthOf(v))),
  type: (v) => text(v.is),
  keys: (v) => list(keys(v)),
  entries: (v) => list(entries(v)),
  sort: (v) => list(sort(array(v))),
  unique: (v) => list(unique(array(v))),
  reverse: (v) => (v.is === 'string' ? text(points(v.v).reverse().join('')) : list([...array(v)].reverse())),
  min: (v) => extreme(array(v), false),
  max: (v) => extreme(array(v), true),
  flatten: (v) => list(array(v).flatMap((item) => (item.is === 'array' ? item.v : [item]))),
  text: (v) => (v.is === 'string' ? v : text(write(v, COMPACT))),
  number,
};

// These take all values together.
const TOGETHER = {
  count: (values) => [whole(values.length)],
  collect: (values) => [list(values)],
};

// ---- queries: tokens

const TOKENS = [
  ['number', /-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['string', /"(?:[^"\\]|\\[^])*"/y],
  ['op', /\.\.|\|\||&&|==|!=|<=|>=|\^=|\$=|\*=|[.|[\]?:()!<>]/y],
];

function queryError(source, at) {
  throw new Wrong('query', String(points(source.slice(0, at)).length + 1), 2);
}

function unquoted(source, word, at) {
  try {
    const reader = new Reader(word, 'last');
    const value = reader.string();
    return reader.at === reader.text.length ? value : queryError(source, at);
  } catch (wrong) {
    if (wrong instanceof Wrong) queryError(source, at);
    throw wrong;
  }
}

function tokens(source) {
  const found = [];
  let at = 0;
  for (;;) {
    while (at < source.length && ' \t\n\r'.includes(source[at])) at++;
    if (at === source.length) break;
    const before = found.length;
    for (const [is, pattern] of TOKENS) {
      pattern.lastIndex = at;
      const m = pattern.exec(source);
      if (!m) continue;
      if (is === 'number' && !isNumber(m[0])) queryError(source, at);
      found.push({ is, at, word: is === 'string' ? unquoted(source, m[0], at) : m[0] });
      at += m[0].length;
      break;
    }
    if (found.length === before) queryError(source, at);
  }
  return found;
}

// ---- queries: trees

class Query {
  constructor(source) {
    this.source = source;
    this.tokens = tokens(source);
    this.at = 0;
  }

  fail() {
    queryError(this.source, this.at < this.tokens.length ? this.tokens[this.at].at : this.source.length);
  }

  take(is, ...words) {
    const token = this.tokens[this.at];
    if (!token || token.is !== is || (words.length && !words.includes(token.word))) return null;
    this.at++;
    return token;
  }

  expect(word) {
    if (!this.take('op', word)) this.fail();
  }

  stages() {
    const found = [];
    do {
      const token = this.tokens[this.at];
      if (token && token.is === 'name') {
        if (!Object.hasOwn(FUNCTIONS, token.word) && !Object.hasOwn(TOGETHER, token.word)) this.fail();
        this.at++;
        found.push({ is: 'function', name: token.word });
      } else {
        found.push({ is: 'path', steps: this.path() });
      }
    } while (this.take('op', '|'));
    if (this.at < this.tokens.length) this.fail();
    return found;
  }

  path() {
    const steps = [];
    const first = this.take('op', '.', '..');
    if (!first) this.fail();
    if (first.word === '..') steps.push({ is: 'all' });
    const name = this.take('name') || this.take('string');
    if (name) steps.push({ is: 'field', name: name.word });
    for (;;) {
      const op = this.take('op', '.', '..', '[');
      if (!op) return steps;
      if (op.word === '[') {
        steps.push(this.bracket());
        continue;
      }
      if (op.word === '..') steps.push({ is: 'all' });
      const field = this.take('name') || this.take('string');
      if (field) steps.push({ is: 'field', name: field.word });
      else if (op.word === '.') this.fail();
    }
  }

  index() {
    const token = this.tokens[this.at];
    if (!token || token.is !== 'number') return null;
    if (!/^-?[0-9]{1,9}$/.test(token.word)) this.fail();
    this.at++;
    return Number(token.word);
  }

  bracket() {
    if (this.take('op', ']')) return { is: 'children' };
    if (this.take('op', '?')) {
      const test = this.either();
      this.expect(']');
      return { is: 'filter', test };
    }
    const name = this.take('string');
    if (name) {
      this.expect(']');
      return { is: 'field', name: name.word };
    }
    const from = this.index();
    if (this.take('op', ':')) {
      const to = this.index();
      this.expect(']');
      return { is: 'slice', from, to };
    }
    if (from === null) this.fail();
    this.expect(']');
    return { is: 'index', index: from };
  }

  either() {
    let test = this.both();
    while (this.take('op', '||')) test = { is: 'or', a: test, b: this.both() };
    return test;
  }

  both() {
    let test = this.single();
    while (this.take('op', '&&')) test = { is: 'and', a: test, b: this.single() };
    return test;
  }

  single() {
    if (this.take('op', '!')) return { is: 'not', a: this.single() };
    if (this.take('op', '(')) {
      const test = this.either();
      this.expect(')');
      return test;
    }
    const a = this.operand();
    const op = this.take('op', '==', '!=', '<', '<=', '>', '>=', '^=', '$=', '*=');
    if (op) return { is: 'compare', op: op.word, a, b: this.operand() };
    if (a.is !== 'path') this.fail();
    return { is: 'exists', a };
  }

  operand() {
    const literal = this.take('number') || this.take('string');
    if (literal) return { is: 'value', value: make(literal.is, literal.word) };
    const word = this.take('name', 'null', 'true', 'false');
    if (word) return { is: 'value', value: word.word === 'null' ? NULL : make('boolean', word.word === 'true') };
    const call = this.take('name', 'length', 'type');
    if (!call) return { is: 'path', steps: this.path() };
    this.expect('(');
    const steps = this.path();
    this.expect(')');
    return { is: 'call', name: call.word, steps };
  }
}

// ---- queries: what they give

function bound(at, size, otherwise) {
  if (at === null) return otherwise;
  return Math.max(0, Math.min(size, at < 0 ? at + size : at));
}

function slice(value, step) {
  if (value.is !== 'array' && value.is !== 'string') return [];
  const items = value.is === 'array' ? value.v : points(value.v);
  const from = bound(step.from, items.length, 0);
  const cut = items.slice(from, Math.max(from, bound(step.to, items.length, items.length)));
  return [value.is === 'array' ? list(cut) : text(cut.join(''))];
}

function children(value) {
  if (value.is === 'array') return value.v;
  return value.is === 'object' ? value.v.map(([, v]) => v) : [];
}

function everything(value, out) {
  out.push(value);
  for (const child of children(value)) everything(child, out);
  return out;
}

function field(value, name) {
  if (value.is !== 'object') return [];
  for (let i = value.v.length - 1; i >= 0; i--) if (value.v[i][0] === name) return [value.v[i][1]];
  return [];
}

function index(value, at) {
  if (value.is !== 'array') return [];
  const place = at < 0 ? at + value.v.length : at;
  return place >= 0 && place < value.v.length ? [value.v[place]] : [];
}

function stepped(value, step) {
  switch (step.is) {
    case 'all': return everything(value, []);
    case 'field': return field(value, step.name);
    case 'index': return index(value, step.index);
    case 'slice': return slice(value, step);
    case 'children': return children(value);
    default: return children(value).filter((child) => holds(step.test, child));
  }
}

function walk(steps, value) {
  let values = [value];
  for (const step of steps) values = values.flatMap((one) => stepped(one, step));
  return values;
}

// The value of one side of a comparison, or null where there is none.
function side(operand, item) {
  if (operand.is === 'value') return operand.value;
  const found = walk(operand.steps, item);
  if (!found.length) return null;
  if (operand.is === 'path') return found[0];
  if (operand.name === 'type') return text(found[0].is);
  return lengthOf(found[0]) < 0 ? null : whole(lengthOf(found[0]));
}

function compares(op, a, b) {
  if (a === null || b === null) return op === '!=';
  if (op === '==' || op === '!=') return (compare(a, b) === 0) === (op === '==');
  if (a.is !== b.is || (a.is !== 'number' && a.is !== 'string')) return false;
  switch (op) {
    case '<': return compare(a, b) < 0;
    case '<=': return compare(a, b) <= 0;
    case '>': return compare(a, b) > 0;
    case '>=': return compare(a, b) >= 0;
    default:
      if (a.is !== 'string') return false;
      return op === '^=' ? a.v.startsWith(b.v) : op === '$=' ? a.v.endsWith(b.v) : a.v.includes(b.v);
  }
}

function holds(test, item) {
  switch (test.is) {
    case 'or': return holds(test.a, item) || holds(test.b, item);
    case 'and': return holds(test.a, item) && holds(test.b, item);
    case 'not': return !holds(test.a, item);
    case 'exists': return walk(test.a.steps, item).length > 0;
    default: return compares(test.op, side(test.a, item), side(test.b, item));
  }
}

function pick(stages, document) {
  let values = [document];
  for (const stage of stages) {
    if (stage.is === 'path') values = values.flatMap((value) => walk(stage.steps, value));
    else if (Object.hasOwn(TOGETHER, stage.name)) values = TOGETHER[stage.name](values);
    else values = values.map((value) => FUNCTIONS[stage.name](value));
  }
  return values;
}

// ---- the command

function usage(why) {
  throw new Wrong('usage', why, 2);
}

function settings(words) {
  const o = { indent: null, sort: false, ascii: false, raw: false, told: false, duplicates: 'last', query: '.' };
  let at = 0;
  for (; at < words.length && words[at][0] === '-'; at++) {
    const word = words[at];
    if (word === '--') {
      at++;
      break;
    }
    if ((word === '-i' || word === '-d') && at + 1 === words.length) usage('an option lacks its value');
    if (word === '-c') o.indent = null;
    else if (word === '-s') o.sort = true;
    else if (word === '-a') o.ascii = true;
    else if (word === '-r') o.raw = true;
    else if (word === '-e') o.told = true;
    else if (word === '-i') o.indent = /^[0-8]$/.test(words[++at]) ? Number(words[at]) : usage('-i is 0 to 8');
    else if (word === '-d') o.duplicates = ['first', 'last', 'all', 'error'].includes(words[++at]) ? words[at] : usage('-d is first, last, all or error');
    else usage('no such option');
  }
  if (words.length - at > 1) usage('one query at most');
  if (at < words.length) o.query = words[at];
  return o;
}

function read() {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fs.readFileSync(0));
  } catch (wrong) {
    if (wrong instanceof TypeError) throw new Wrong('encoding', '', 1);
    throw wrong;
  }
}

function main(words) {
  let o = { told: false };
  try {
    o = settings(words);
    const stages = new Query(o.query).stages();
    const values = pick(stages, new Reader(read(), o.duplicates).document());
    if (!values.length) throw new Wrong('nothing', '', 1);
    const lines = values.map((value) => (o.raw && value.is === 'string' ? value.v : write(value, o)) + '\n');
    fs.writeSync(1, lines.join(''));
    return 0;
  } catch (wrong) {
    if (!(wrong instanceof Wrong)) throw wrong;
    if (o.told) fs.writeSync(1, wrong.kind + (wrong.place ? ' ' + wrong.place : '') + '\n');
    fs.writeSync(2, `${wrong.kind}: ${wrong.place}\n`);
    return wrong.code;
  }
}

process.exitCode = main(process.argv.slice(2));
