'use strict';
const fs = require('fs');
const path = require('path');

const UNIT = 1000000n;
const BOUND = 10n ** 18n;
const TYPES = ['int', 'num', 'text'];
const KEYWORDS = new Set(('select from where group by having order limit offset distinct all union ' +
  'except intersect join inner left outer cross on as and or not in is null like between exists case ' +
  'when then else end true false insert into values update set delete create table drop asc desc cast').split(' '));
const AGGREGATES = ['count', 'sum', 'avg', 'min', 'max'];
const FUNCTIONS = new Map(Object.entries({
  abs: [1, 1], round: [1, 2], sign: [1, 1], length: [1, 1], upper: [1, 1], lower: [1, 1], trim: [1, 1],
  reverse: [1, 1], substr: [2, 3], replace: [3, 3], instr: [2, 2], nullif: [2, 2], coalesce: [1, 99],
  least: [1, 99], greatest: [1, 99],
}));

class Failure extends Error {
  constructor(word, message) {
    super(message);
    this.word = word;
  }
}
const fail = (word, message) => { throw new Failure(word, message); };

// ---- values: null, boolean, BigInt (millionths), string ----

function rank(v) {
  if (v === null) return 0;
  if (typeof v === 'boolean') return 1;
  return typeof v === 'bigint' ? 2 : 3;
}

function order(a, b) {
  const r = rank(a) - rank(b);
  if (r !== 0) return r;
  if (a === null || a === b) return 0;
  return a < b ? -1 : 1;
}

function compare(a, b) {
  if (rank(a) !== rank(b)) fail('TYPE', 'values of different types are compared');
  return order(a, b);
}

const keyOf = (row) => JSON.stringify(row.map((v) => [rank(v), String(v)]));
const magnitude = (n) => (n < 0n ? -n : n);

function bounded(n) {
  if (magnitude(n) >= BOUND) fail('OVERFLOW', 'a number is too large');
  return n;
}

function divided(a, b) {
  const x = magnitude(a);
  const y = magnitude(b);
  let q = x / y;
  return (a < 0n) === (b < 0n) ? q : -q;
}

function parseNumber(text) {
  const m = /^(-?)([0-9]+)(?:\.([0-9]{1,6}))?$/.exec(text);
  if (!m || m[0].length !== text.length) return null;
  const n = BigInt(m[2]) * UNIT + BigInt((m[3] || '').padEnd(6, '0'));
  return m[1] ? -n : n;
}

function show(v) {
  if (typeof v === 'boolean') return v ? 'true' : 'false';
  if (typeof v === 'string') return v;
  const m = magnitude(v);
  const fraction = String(m % UNIT).padStart(6, '0').replace(/0+$/, '');
  return (v < 0n ? '-' : '') + String(m / UNIT) + (fraction ? `.${fraction}` : '');
}

function need(v, wanted, what) {
  if (v !== null && rank(v) !== wanted) fail('TYPE', `${what} needs another type`);
  return v;
}

function whole(v, what) {
  if (need(v, 2, what) % UNIT !== 0n) fail('TYPE', `${what} needs a whole number`);
  return Number(v / UNIT);
}

// ---- files ----

function decode(data, word) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    return fail(word, 'this is not UTF-8');
  }
}

function splitCsv(text) {
  const rows = [];
  let row = [];
  let pos = 0;
  const n = text.length;
  const ends = (at) => text[at] === '\n' || (text[at] === '\r' && text[at + 1] === '\n');
  while (pos < n) {
    if (text[pos] === '"') {
      let field = '';
      pos++;
      for (;;) {
        const end = text.indexOf('"', pos);
        if (end < 0) fail('DATA', 'a quotation mark is missing');
        field += text.slice(pos, end);
        pos = end + 1;
        if (text[pos] !== '"') break;
        field += '"';
        pos++;
      }
      row.push([field, true]);
    } else {
      let end = pos;
      while (end < n && text[end] !== ',' && text[end] !== '"' && !ends(end)) end++;
      row.push([text.slice(pos, end), false]);
      pos = end;
    }
    if (text[pos] === ',') {
      pos++;
      if (pos < n && !ends(pos)) continue;
      row.push(['', false]);
    }
    if (pos < n) {
      if (!ends(pos)) fail('DATA', 'a quotation mark within a field');
      pos += text[pos] === '\r' ? 2 : 1;
    }
    rows.push(row);
    row = [];
  }
  return rows;
}

function parseField([field, quoted], kind) {
  if (field === '' && !quoted) return null;
  if (kind === 'text') return field;
  const n = parseNumber(field);
  if (n === null || magnitude(n) >= BOUND || (kind === 'int' && field.includes('.'))) fail('DATA', `no ${kind}`);
  return n;
}

function parseTable(data) {
  const rows = splitCsv(decode(data, 'DATA'));
  if (!rows.length) fail('DATA', 'there is no header');
  const table = { columns: [], types: [], rows: [] };
  for (const [field] of rows[0]) {
    const colon = field.lastIndexOf(':');
    const name = field.slice(0, Math.max(colon, 0));
    const kind = field.slice(colon + 1);
    if (colon < 1 || !TYPES.includes(kind) || table.columns.includes(name)) fail('DATA', 'the header is wrong');
    table.columns.push(name);
    table.types.push(kind);
  }
  for (const row of rows.slice(1)) {
    if (row.length !== table.columns.length) fail('DATA', 'a row has another number of fields');
    table.rows.push(row.map((field, i) => parseField(field, table.types[i])));
  }
  return table;
}

function csvLine(fields, missing = '') {
  return fields.map((field) => {
    if (field === null) return missing;
    return field === '' || /[,"\n\r]/.test(field) ? `"${field.replace(/"/g, '""')}"` : field;
  }).join(',') + '\n';
}

const showAll = (row) => row.map((v) => (v === null ? null : show(v)));
const isTableName = (name) => /^[a-z_][a-z0-9_]*$/.test(name) && !name.endsWith('\n');

class Database {
  constructor(folder) {
    this.folder = folder;
    this.tables = new Map();
    this.changed = new Set();
  }

  file(name) {
    return path.join(this.folder, `${name}.csv`);
  }

  look(name) {
    if (!this.tables.has(name)) {
      let table = null;
      if (isTableName(name)) {
        const stat = fs.statSync(this.file(name), { throwIfNoEntry: false });
        if (stat && stat.isFile()) table = parseTable(fs.readFileSync(this.file(name)));
      }
      this.tables.set(name, table);
    }
    return this.tables.get(name);
  }

  table(name) {
    return this.look(name) || fail('TABLE', `there is no table ${name}`);
  }

  save() {
    for (const name of this.changed) {
      const table = this.tables.get(name);
      if (table === null) {
        fs.rmSync(this.file(name), { force: true });
        continue;
      }
      const header = csvLine(table.columns.map((column, i) => `${column}:${table.types[i]}`));
      fs.writeFileSync(this.file(name), header + table.rows.map((row) => csvLine(showAll(row))).join(''));
    }
  }
}

// ---- words ----

const SYMBOLS = ['<>', '!=', '<=', '>=', '||', '=', '<', '>', '+', '-', '*', '/', '%', '(', ')', ',', '.', ';'];

function scan(text) {
  const tokens = [];
  let pos = 0;
  while (pos < text.length) {
    const c = text[pos];
    if (' \t\r\n'.includes(c)) {
      pos++;
    } else if (text.startsWith('--', pos)) {
      const end = text.indexOf('\n', pos);
      pos = end < 0 ? text.length : end;
    } else if (c === "'" || c === '"') {
      let value = '';
      pos++;
      for (;;) {
        const end = text.indexOf(c, pos);
        if (end < 0) fail('SYNTAX', `${c} is not closed`);
        value += text.slice(pos, end);
        pos = end + 1;
        if (text[pos] !== c) break;
        value += c;
        pos++;
      }
      if (c === '"' && value === '') fail('SYNTAX', 'a name is empty');
      tokens.push([c === "'" ? 'str' : 'name', value]);
    } else if (/[0-9]/.test(c)) {
      const m = /^[0-9]+(\.[0-9]+)?/.exec(text.slice(pos, pos + 200));
      pos += m[0].length;
      if (pos < text.length && /[A-Za-z_]/.test(text[pos])) fail('SYNTAX', 'letters follow a number');
      if (m[1] && m[1].length > 7) fail('SYNTAX', 'a number has at most six decimals');
      tokens.push(['num', bounded(parseNumber(m[0]))]);
    } else if (/[A-Za-z_]/.test(c)) {
      let end = pos;
      while (end < text.length && /[A-Za-z0-9_]/.test(text[end])) end++;
      const word = text.slice(pos, end).toLowerCase();
      pos = end;
      tokens.push([KEYWORDS.has(word) ? 'key' : 'name', word]);
    } else {
      const symbol = SYMBOLS.find((s) => text.startsWith(s, pos));
      if (symbol === undefined) fail('SYNTAX', `${c} has no meaning`);
      tokens.push(['sym', symbol === '!=' ? '<>' : symbol]);
      pos += symbol.length;
    }
  }
  tokens.push(['end', '']);
  return tokens;
}

// ---- grammar ----

class Parser {
  constructor(text) {
    this.tokens = scan(text);
    this.at = 0;
  }

  kind() { return this.tokens[this.at][0]; }

  peek(...values) {
    const [kind, value] = this.tokens[this.at];
    return (kind === 'key' || kind === 'sym') && values.includes(value);
  }

  take(...values) {
    if (!this.peek(...values)) return null;
    this.at++;
    return this.tokens[this.at - 1][1];
  }

  expect(value) {
    if (!this.take(value)) fail('SYNTAX', `${value} is expected`);
  }

  name() {
    if (this.kind() !== 'name') fail('SYNTAX', 'a name is expected');
    this.at++;
    return this.tokens[this.at - 1][1];
  }

  listOf(one) {
    const found = [one.call(this)];
    while (this.take(',')) found.push(one.call(this));
    return found;
  }

  inParens(one) {
    this.expect('(');
    const found = one.call(this);
    this.expect(')');
    return found;
  }

  statements() {
    const found = [];
    while (this.kind() !== 'end') {
      if (this.take(';')) continue;
      found.push(this.statement());
      if (this.kind() !== 'end') this.expect(';');
    }
    return found;
  }

  statement() {
    if (this.peek('select', '(')) return { kind: 'select', select: this.select() };
    if (this.take('insert')) {
      this.expect('into');
      const table = this.name();
      let columns = null;
      const [kind, value] = this.tokens[Math.min(this.at + 1, this.tokens.length - 1)];
      if (this.peek('(') && !(kind === 'key' && value === 'select')) {
        columns = this.inParens(() => this.listOf(this.name));
      }
      if (this.take('values')) {
        const rows = this.listOf(() => this.inParens(() => this.listOf(this.expression)));
        return { kind: 'insert', table, columns, rows, select: null };
      }
      return { kind: 'insert', table, columns, rows: null, select: this.select() };
    }
    if (this.take('update')) {
      const table = this.name();
      this.expect('set');
      const changes = this.listOf(() => {
        const column = this.name();
        this.expect('=');
        return { column, value: this.expression() };
      });
      return { kind: 'update', table, changes, where: this.take('where') ? this.expression() : null };
    }
    if (this.take('delete')) {
      this.expect('from');
      const table = this.name();
      return { kind: 'delete', table, where: this.take('where') ? this.expression() : null };
    }
    if (this.take('create')) {
      this.expect('table');
      const table = this.name();
      if (this.take('as')) return { kind: 'create', table, columns: null, select: this.select() };
      const columns = this.inParens(() => this.listOf(() => [this.name(), this.type()]));
      return { kind: 'create', table, columns, select: null };
    }
    if (this.take('drop')) {
      this.expect('table');
      return { kind: 'drop', table: this.name() };
    }
    return fail('SYNTAX', 'no statement begins so');
  }

  type() {
    const name = this.name();
    if (!TYPES.includes(name)) fail('SYNTAX', `${name} is no type`);
    return name;
  }

  select() {
    const parts = [{ operator: '', core: this.core() }];
    let operator;
    while ((operator = this.take('union', 'except', 'intersect'))) {
      if (operator === 'union' && this.take('all')) operator = 'all';
      parts.push({ operator, core: this.core() });
    }
    let keys = [];
    let limit = null;
    let offset = 0;
    if (this.take('order')) {
      this.expect('by');
      keys = this.listOf(() => ({ e: this.expression(), down: this.take('asc', 'desc') === 'desc' }));
    }
    if (this.take('limit')) {
      limit = this.count();
      if (this.take('offset')) offset = this.count();
    }
    return { parts, keys, limit, offset };
  }

  count() {
    const [kind, value] = this.tokens[this.at];
    if (kind !== 'num' || value % UNIT !== 0n) fail('SYNTAX', 'a whole number is expected');
    this.at++;
    return Number(value / UNIT);
  }

  core() {
    if (this.peek('(')) return { nested: this.inParens(this.select) };
    this.expect('select');
    const distinct = this.take('distinct') !== null;
    if (!distinct) this.take('all');
    const items = this.listOf(this.item);
    const sources = [];
    if (this.take('from')) {
      sources.push({ kind: 'cross', source: this.source(), on: null });
      let kind;
      while ((kind = this.joinKind())) {
        const source = this.source();
        let on = null;
        if (kind !== 'cross') {
          this.expect('on');
          on = this.expression();
        }
        sources.push({ kind, source, on });
      }
    }
    const where = this.take('where') ? this.expression() : null;
    let group = null;
    if (this.take('group')) {
      this.expect('by');
      group = this.listOf(this.expression);
    }
    const having = this.take('having') ? this.expression() : null;
    return { nested: null, distinct, items, sources, where, group, having };
  }

  joinKind() {
    if (this.take(',')) return 'cross';
    const first = this.take('cross', 'left', 'inner', 'join');
    if (first === null || first === 'join') return first && 'inner';
    if (first === 'left') this.take('outer');
    this.expect('join');
    return first;
  }

  source() {
    if (this.peek('(')) {
      const inner = this.inParens(this.select);
      this.take('as');
      return { table: null, inner, alias: this.name() };
    }
    const table = this.name();
    const alias = this.take('as') || this.kind() === 'name' ? this.name() : table;
    return { table, inner: null, alias };
  }

  item() {
    if (this.take('*')) return { all: true, alias: null };
    const [a, b, c] = this.tokens.slice(this.at, this.at + 3);
    if (a[0] === 'name' && b[0] === 'sym' && b[1] === '.' && c[0] === 'sym' && c[1] === '*') {
      this.at += 3;
      return { all: true, alias: a[1] };
    }
    const e = this.expression();
    const alias = this.take('as') || this.kind() === 'name' ? this.name() : null;
    return { all: false, e, alias };
  }

  expression() {
    let left = this.conjunction();
    while (this.take('or')) left = { k: 'or', x: [left, this.conjunction()] };
    return left;
  }

  conjunction() {
    let left = this.negation();
    while (this.take('and')) left = { k: 'and', x: [left, this.negation()] };
    return left;
  }

  negation() {
    return this.take('not') ? { k: 'not', x: [this.negation()] } : this.comparison();
  }

  comparison() {
    const left = this.sum();
    const op = this.take('=', '<>', '<', '<=', '>', '>=');
    if (op) return { k: 'cmp', op, x: [left, this.sum()] };
    const turned = (not, e) => (not ? { k: 'not', x: [e] } : e);
    if (this.take('is')) {
      const not = this.take('not');
      this.expect('null');
      return turned(not, { k: 'isnull', x: [left] });
    }
    const not = this.take('not');
    if (this.take('between')) {
      const low = this.sum();
      this.expect('and');
      const high = this.sum();
      return turned(not, {
        k: 'and',
        x: [{ k: 'cmp', op: '>=', x: [left, low] }, { k: 'cmp', op: '<=', x: [left, high] }],
      });
    }
    if (this.take('like')) return turned(not, { k: 'like', x: [left, this.sum()] });
    if (this.take('in')) {
      return turned(not, this.inParens(() => (this.peek('select')
        ? { k: 'insub', x: [left], select: this.select() }
        : { k: 'in', x: [left, ...this.listOf(this.expression)] })));
    }
    if (not) fail('SYNTAX', 'between, like or in is expected after not');
    return left;
  }

  sum() {
    let left = this.product();
    let op;
    while ((op = this.take('+', '-', '||'))) left = { k: 'math', op, x: [left, this.product()] };
    return left;
  }

  product() {
    let left = this.sign();
    let op;
    while ((op = this.take('*', '/', '%'))) left = { k: 'math', op, x: [left, this.sign()] };
    return left;
  }

  sign() {
    if (this.take('-')) return { k: 'minus', x: [this.sign()] };
    if (this.take('+')) return this.sign();
    return this.primary();
  }

  primary() {
    const [kind, value] = this.tokens[this.at];
    if (this.peek('(')) {
      return this.inParens(() => (this.peek('select') ? { k: 'scalar', x: [], select: this.select() } : this.expression()));
    }
    this.at = Math.min(this.at + 1, this.tokens.length - 1);
    if (kind === 'num' || kind === 'str') return { k: 'value', x: [], v: value };
    if (kind === 'name') return this.named(value);
    if (kind === 'key') {
      switch (value) {
        case 'null': return { k: 'value', x: [], v: null };
        case 'true': return { k: 'value', x: [], v: true };
        case 'false': return { k: 'value', x: [], v: false };
        case 'exists': return { k: 'exists', x: [], select: this.inParens(this.select) };
        case 'cast':
          return this.inParens(() => {
            const e = this.expression();
            this.expect('as');
            return { k: 'cast', x: [e], op: this.type() };
          });
        case 'case': return this.caseOf();
        default:
      }
    }
    return fail('SYNTAX', 'this cannot stand here');
  }

  caseOf() {
    // The parts are: operand (where there is one), condition and result of each branch, the rest.
    const x = [];
    const operand = !this.peek('when');
    if (operand) x.push(this.expression());
    if (!this.peek('when')) fail('SYNTAX', 'when is expected');
    while (this.take('when')) {
      x.push(this.expression());
      this.expect('then');
      x.push(this.expression());
    }
    x.push(this.take('else') ? this.expression() : { k: 'value', x: [], v: null });
    this.expect('end');
    return { k: 'case', op: operand, x };
  }

  named(name) {
    if (this.take('.')) return { k: 'column', x: [], qualifier: name, name: this.name() };
    if (!this.take('(')) return { k: 'column', x: [], qualifier: null, name };
    if (name === 'count' && this.take('*')) {
      this.expect(')');
      return { k: 'aggregate', op: name, distinct: false, x: [] };
    }
    if (AGGREGATES.includes(name)) {
      const distinct = this.take('distinct') !== null;
      const x = [this.expression()];
      this.expect(')');
      return { k: 'aggregate', op: name, distinct, x };
    }
    const x = this.peek(')') ? [] : this.listOf(this.expression);
    this.expect(')');
    return { k: 'call', op: name, x };
  }
}

// ---- names ----

let plansMade = 0;

/** A text that is the same for equal bound expressions. */
function textOf(e) {
  const own = e.k === 'value' ? [rank(e.v), String(e.v)] : [e.op, e.depth, e.index, e.distinct, e.plan && e.plan.id];
  return JSON.stringify([e.k, own, e.x.map(textOf)]);
}

const hasAggregate = (e) => e.k === 'aggregate' || e.x.some(hasAggregate);

class Binder {
  constructor(database) {
    this.database = database;
  }

  column(scopes, qualifier, name) {
    for (let depth = 0; depth < scopes.length; depth++) {
      const scope = scopes[scopes.length - 1 - depth];
      const found = [];
      scope.forEach(([alias, column], i) => {
        if (column === name && (qualifier === null || qualifier === alias)) found.push(i);
      });
      if (found.length > 1) fail('NAME', `${name} is ambiguous`);
      if (found.length) return { k: 'at', x: [], depth, index: found[0] };
    }
    return fail('NAME', `there is no column ${name}`);
  }

  bind(e, scopes, aggregates = false) {
    if (e.k === 'value') return e;
    if (e.k === 'column') return this.column(scopes, e.qualifier, e.name);
    if (e.k === 'call') {
      const bounds = FUNCTIONS.get(e.op);
      if (!bounds) fail('NAME', `there is no function ${e.op}`);
      if (e.x.length < bounds[0] || e.x.length > bounds[1]) fail('COLUMNS', `arguments of ${e.op}`);
    }
    if (e.k === 'aggregate' && !aggregates) fail('GROUP', `${e.op} cannot stand here`);
    const inner = aggregates && e.k !== 'aggregate';
    const bound = { ...e, x: e.x.map((x) => this.bind(x, scopes, inner)) };
    if (e.select) {
      bound.plan = this.select(e.select, scopes);
      bound.select = null;
      if (e.k !== 'exists' && bound.plan.names.length !== 1) fail('COLUMNS', 'a subquery needs one column');
    }
    return bound;
  }

  select({ parts, keys, limit, offset }, scopes) {
    const alone = parts.length === 1 && !parts[0].core.nested;
    const plans = parts.map(({ operator, core }) => ({
      operator,
      plan: core.nested ? this.select(core.nested, scopes) : this.core(core, scopes, alone ? keys : []),
    }));
    const { names } = plans[0].plan;
    if (plans.some(({ plan }) => plan.names.length !== names.length)) fail('COLUMNS', 'different numbers of columns');
    const bound = alone ? [] : keys.map(({ e, down }) => ({ index: this.output(e, names), down }));
    if (bound.some(({ index }) => index === null)) fail('NAME', 'order by names no column of the result');
    return { id: plansMade++, names, run: (env) => runCompound(this.database, plans, bound, limit, offset, env) };
  }

  output(e, names) {
    if (e.k === 'value' && rank(e.v) === 2) {
      if (e.v % UNIT !== 0n || e.v < UNIT || e.v / UNIT > BigInt(names.length)) fail('NAME', 'no such position');
      return Number(e.v / UNIT) - 1;
    }
    if (e.k === 'column' && e.qualifier === null && names.includes(e.name)) return names.indexOf(e.name);
    return null;
  }

  core(core, outer, order) {
    const scope = [];
    const aliases = new Set();
    const joins = core.sources.map(({ kind, source, on }) => {
      if (aliases.has(source.alias)) fail('NAME', `${source.alias} stands twice`);
      aliases.add(source.alias);
      const plan = source.inner ? this.select(source.inner, []) : null;
      const columns = plan ? plan.names : this.database.table(source.table).columns;
      for (const column of columns) scope.push([source.alias, column]);
      const bound = on && this.bind(on, [...outer, [...scope]]);
      return { kind, table: source.table, plan, width: columns.length, on: bound };
    });
    const scopes = [...outer, scope];
    const where = core.where && this.bind(core.where, scopes);
    const names = [];
    let outputs = [];
    for (const item of core.items) {
      if (item.all) {
        if ((item.alias !== null && !aliases.has(item.alias)) || !scope.length) fail('NAME', 'nothing in *');
        scope.forEach(([alias, column], index) => {
          if (item.alias === null || item.alias === alias) {
            names.push(column);
            outputs.push({ k: 'at', x: [], depth: 0, index });
          }
        });
        continue;
      }
      outputs.push(this.bind(item.e, scopes, true));
      const name = item.e.k === 'column' ? item.e.name : `column${outputs.length}`;
      names.push(item.alias === null ? name : item.alias);
    }
    let keys = order.map(({ e, down }) => {
      const index = this.output(e, names);
      if (index === null && core.distinct) fail('NAME', 'order by of distinct rows');
      return { index, e: index === null ? this.bind(e, scopes, true) : null, down };
    });
    let having = core.having && this.bind(core.having, scopes, true);
    const grouped = core.group !== null || having !== null || outputs.some(hasAggregate) ||
      keys.some(({ e }) => e && hasAggregate(e));
    const groups = (core.group || []).map((e) => this.bind(e, scopes));
    const aggregates = [];
    if (grouped) {
      const regroup = regrouper(groups, aggregates, scope.length);
      outputs = outputs.map(regroup);
      keys = keys.map((key) => ({ ...key, e: key.e && regroup(key.e) }));
      having = having && regroup(having);
    }
    const plan = {
      joins, where, grouped, groups, aggregates, having, outputs, keys, distinct: core.distinct,
      single: core.group === null, width: scope.length,
    };
    return { id: plansMade++, names, run: (env) => runCore(this.database, plan, env) };
  }
}

function regrouper(groups, aggregates, width) {
  const groupTexts = groups.map(textOf);
  const aggregateTexts = [];
  const at = (index) => ({ k: 'at', x: [], depth: 0, index });
  return function regroup(e) {
    const text = textOf(e);
    if (groupTexts.includes(text)) return at(width + groupTexts.indexOf(text));
    if (e.k === 'aggregate') {
      if (!aggregateTexts.includes(text)) {
        aggregateTexts.push(text);
        aggregates.push(e);
      }
      return at(width + groups.length + aggregateTexts.indexOf(text));
    }
    return { ...e, x: e.x.map(regroup) };
  };
}

// ---- running ----

function distinctRows(rows) {
  const seen = new Set();
  return rows.filter((row) => {
    const key = keyOf(row);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function orderRows(pairs, downs) {
  pairs.sort((a, b) => {
    for (let i = 0; i < downs.length; i++) {
      const c = order(a.keys[i], b.keys[i]);
      if (c !== 0) return downs[i] && a.keys[i] !== null && b.keys[i] !== null ? -c : c;
    }
    return 0;
  });
  return pairs.map(({ row }) => row);
}

function runCompound(database, plans, keys, limit, offset, env) {
  let rows = [];
  for (const { operator, plan } of plans) {
    const more = plan.run(env);
    if (operator === '' || operator === 'all') rows = rows.concat(more);
    else if (operator === 'union') rows = distinctRows(rows.concat(more));
    else {
      const there = new Set(more.map(keyOf));
      const wanted = operator === 'intersect';
      rows = distinctRows(rows).filter((row) => there.has(keyOf(row)) === wanted);
    }
  }
  if (keys.length) {
    rows = orderRows(rows.map((row) => ({ keys: keys.map(({ index }) => row[index]), row })), keys.map((k) => k.down));
  }
  return limit === null ? rows.slice(offset) : rows.slice(offset, offset + limit);
}

function sourceRows(database, plan, env) {
  let rows = [[]];
  for (const { kind, table, plan: inner, width, on } of plan.joins) {
    const more = inner ? inner.run([]) : database.table(table).rows;
    const joined = [];
    for (const left of rows) {
      let matched = false;
      for (const right of more) {
        const row = [...left, ...right];
        if (!on || truth(on, [...env, row])) {
          joined.push(row);
          matched = true;
        }
      }
      if (false) joined.push([...left, ...Array(width).fill(null)]);
    }
    rows = joined;
  }
  return plan.where ? rows.filter((row) => truth(plan.where, [...env, row])) : rows;
}

function groupRows(plan, rows, env) {
  const groups = new Map();
  for (const row of rows) {
    const values = plan.groups.map((e) => evaluate(e, [...env, row]));
    const key = keyOf(values);
    if (!groups.has(key)) groups.set(key, { values, members: [] });
    groups.get(key).members.push(row);
  }
  const found = [];
  for (const { values, members } of groups.values()) {
    const first = members.length ? members[0] : Array(plan.width).fill(null);
    const totals = plan.aggregates.map((e) => aggregate(e, members, env));
    const row = [...first, ...values, ...totals];
    if (!plan.having || truth(plan.having, [...env, row])) found.push(row);
  }
  return found;
}

function runCore(database, plan, env) {
  let rows = sourceRows(database, plan, env);
  if (plan.grouped) rows = groupRows(plan, rows, env);
  let pairs = rows.map((source) => {
    const inner = [...env, source];
    const row = plan.outputs.map((e) => evaluate(e, inner));
    return { row, keys: plan.keys.map(({ index, e }) => (e ? evaluate(e, inner) : row[index])) };
  });
  if (plan.distinct) {
    pairs = distinctRows(pairs.map(({ row }) => row))
      .map((row) => ({ row, keys: plan.keys.map(({ index }) => row[index]) }));
  }
  return orderRows(pairs, plan.keys.map((k) => k.down));
}

function aggregate(e, rows, env) {
  if (!e.x.length) return BigInt(rows.length) * UNIT;
  let values = rows.map((row) => evaluate(e.x[0], [...env, row])).filter((v) => v !== null);
  if (e.distinct) values = distinctRows(values.map((v) => [v])).map(([v]) => v);
  if (e.op === 'count') return BigInt(values.length) * UNIT;
  if (!values.length) return null;
  if (e.op === 'min') return values.reduce((a, b) => (order(b, a) < 0 ? b : a));
  if (e.op === 'max') return values.reduce((a, b) => (order(b, a) > 0 ? b : a));
  const total = values.reduce((sum, v) => bounded(sum + need(v, 2, e.op)), 0n);
  return e.op === 'sum' ? total : divided(total, BigInt(values.length));
}

const truth = (e, env) => need(evaluate(e, env), 1, 'a condition') === true;

function anyOf(values, value) {
  let unknown = false;
  for (const other of values) {
    if (value === null || other === null) continue;
    else if (compare(value, other) === 0) return true;
  }
  return unknown ? null : false;
}

function evaluate(e, env) {
  switch (e.k) {
    case 'value': return e.v;
    case 'at': return env[env.length - 1 - e.depth][e.index];
    case 'and':
    case 'or': {
      const decides = e.k === 'or';
      const left = need(evaluate(e.x[0], env), 1, e.k);
      if (left === decides) return left;
      const right = need(evaluate(e.x[1], env), 1, e.k);
      if (right === decides) return right;
      return left === null || right === null ? null : !decides;
    }
    case 'exists': return e.plan.run(env).length > 0;
    case 'scalar': {
      const rows = e.plan.run(env);
      if (rows.length > 1) fail('ROWS', 'a subquery has more than one row');
      return rows.length ? rows[0][0] : null;
    }
    case 'case': return choose(e, env);
    case 'call':
      if (e.op === 'coalesce') {
        for (const x of e.x) {
          const v = evaluate(x, env);
          if (v !== null) return v;
        }
        return null;
      }
      return call(e.op, e.x.map((x) => evaluate(x, env)));
    case 'insub': {
      const v = evaluate(e.x[0], env);
      return anyOf(e.plan.run(env).map((row) => row[0]), v);
    }
    default:
  }
  const [a, ...rest] = e.x.map((x) => evaluate(x, env));
  switch (e.k) {
    case 'in': return anyOf(rest, a);
    case 'cmp': return compared(e.op, a, rest[0]);
    case 'math': return calculated(e.op, a, rest[0]);
    case 'not': return need(a, 1, 'not') === null ? null : !a;
    case 'isnull': return a === null;
    case 'minus': return need(a, 2, '-') === null ? null : -a;
    case 'cast': return cast(a, e.op);
    default: {
      need(rest[0], 3, 'like');
      return need(a, 3, 'like') === null || rest[0] === null ? null : like(Array.from(a), Array.from(rest[0]));
    }
  }
}

function compared(op, a, b) {
  if (a === null || b === null) return null;
  const c = compare(a, b);
  switch (op) {
    case '=': return c === 0;
    case '<>': return c !== 0;
    case '<': return c < 0;
    case '<=': return c <= 0;
    case '>': return c > 0;
    default: return c >= 0;
  }
}

function calculated(op, a, b) {
  const wanted = op === '||' ? 3 : 2;
  need(a, wanted, op);
  need(b, wanted, op);
  if (a === null || b === null) return null;
  if (op === '||') return a + b;
  if (op === '+') return bounded(a + b);
  if (op === '-') return bounded(a - b);
  if (op === '*') return bounded(divided(a * b, UNIT));
  if (b === 0n) fail('DIVIDE', 'division by zero');
  return op === '/' ? bounded(divided(a * UNIT, b)) : a % b;
}

function choose(e, env) {
  const parts = [...e.x];
  const value = e.op ? evaluate(parts.shift(), env) : null;
  while (parts.length > 1) {
    const [condition, result] = parts.splice(0, 2);
    const fits = e.op ? compared('=', value, evaluate(condition, env)) : truth(condition, env);
    if (fits) return evaluate(result, env);
  }
  return evaluate(parts[0], env);
}

function like(text, pattern) {
  let ends = new Set([0]);
  for (const c of pattern) {
    const next = new Set();
    if (c === '%') {
      if (ends.size) for (let i = Math.min(...ends); i <= text.length; i++) next.add(i);
    } else {
      for (const i of ends) if (i < text.length && (c === '_' || c === text[i])) next.add(i + 1);
    }
    ends = next;
  }
  return ends.has(text.length);
}

function cast(v, wanted) {
  if (v === null) return null;
  if (wanted === 'text') return show(v);
  let n = v;
  if (typeof v === 'string') {
    n = parseNumber(v);
    if (n === null) fail('TYPE', 'this is no number');
    bounded(n);
  }
  need(n, 2, 'cast');
  return wanted === 'int' ? n / UNIT * UNIT : n;
}

function call(name, values) {
  if (name === 'nullif') return compared('=', values[0], values[1]) ? null : values[0];
  if (values.includes(null)) return null;
  const [first, second, third] = values;
  switch (name) {
    case 'least': return values.reduce((a, b) => (compare(b, a) < 0 ? b : a));
    case 'greatest': return values.reduce((a, b) => (compare(b, a) > 0 ? b : a));
    case 'abs': return magnitude(need(first, 2, name));
    case 'sign': return need(first, 2, name) > 0n ? UNIT : first < 0n ? -UNIT : 0n;
    case 'round': {
      need(first, 2, name);
      const digits = second === undefined ? 0 : whole(second, name);
      if (digits < 0 || digits > 6) fail('TYPE', 'round has 0 to 6 decimals');
      const unit = 10n ** BigInt(6 - digits);
      return bounded(divided(first, unit) * unit);
    }
    default:
  }
  need(first, 3, name);
  const chars = first.split('');
  switch (name) {
    case 'length': return BigInt(chars.length) * UNIT;
    case 'upper': return first.replace(/[a-z]+/g, (s) => s.toUpperCase());
    case 'lower': return first.replace(/[A-Z]+/g, (s) => s.toLowerCase());
    case 'trim': return first.replace(/^ +/, '').replace(/ +$/, '');
    case 'reverse': return chars.reverse().join('');
    case 'substr': {
      const start = whole(second, name) - 1;
      const end = third === undefined ? chars.length : start + whole(third, name);
      return chars.slice(Math.max(start, 0), Math.max(end, 0)).join('');
    }
    case 'instr': {
      const at = first.indexOf(need(second, 3, name));
      return at < 0 ? 0n : BigInt(Array.from(first.slice(0, at)).length + 1) * UNIT;
    }
    default:
      need(second, 3, name);
      need(third, 3, name);
      return second === '' ? first : first.split(second).join(third);
  }
}

// ---- statements ----

function stored(v, kind) {
  if (v === null) return null;
  if (kind === 'int') whole(v, 'an int column');
  return need(v, kind === 'text' ? 3 : 2, `a ${kind} column`);
}

function indexes(table, columns) {
  if (columns === null) return table.columns.map((_, i) => i);
  return columns.map((column, i) => {
    const at = table.columns.indexOf(column);
    if (at < 0 || columns.indexOf(column) !== i) fail('NAME', `${column} is no column, or stands twice`);
    return at;
  });
}

function kindOf(values) {
  const ranks = new Set(values.map(rank));
  ranks.delete(0);
  if (ranks.has(1) || ranks.size > 1) fail('TYPE', 'a column cannot hold these values');
  if (!ranks.has(2)) return 'text';
  return values.some((v) => v !== null && v % UNIT !== 0n) ? 'num' : 'int';
}

class Session {
  constructor(database, missing) {
    this.database = database;
    this.missing = missing;
    this.binder = new Binder(database);
    this.out = [];
    this.results = 0;
  }

  run(s) {
    this[s.kind](s);
  }

  done(name, word, count) {
    this.database.changed.add(name);
    this.out.push(`${word} ${count}\n`);
  }

  select({ select }) {
    const plan = this.binder.select(select, []);
    const rows = plan.run([]);
    if (this.results++) this.out.push('\n');
    this.out.push(csvLine(plan.names));
    for (const row of rows) this.out.push(csvLine(showAll(row), this.missing));
  }

  insert({ table: name, columns, rows, select }) {
    const table = this.database.table(name);
    const where = indexes(table, columns);
    let values;
    if (select) {
      const plan = this.binder.select(select, []);
      if (plan.names.length !== where.length) fail('COLUMNS', 'another number of values');
      values = plan.run([]);
    } else {
      const bound = rows.map((row) => row.map((e) => this.binder.bind(e, [])));
      if (bound.some((row) => row.length !== where.length)) fail('COLUMNS', 'another number of values');
      values = bound.map((row) => row.map((e) => evaluate(e, [])));
    }
    const added = values.map((row) => {
      const made = Array(table.columns.length).fill(null);
      where.forEach((index, i) => { made[index] = stored(row[i], table.types[index]); });
      return made;
    });
    table.rows = table.rows.concat(added);
    this.done(name, 'inserted', added.length);
  }

  condition(where, scopes) {
    const bound = where && this.binder.bind(where, scopes);
    return (row) => !bound || truth(bound, [row]);
  }

  update({ table: name, changes, where }) {
    const table = this.database.table(name);
    const scopes = [table.columns.map((column) => [name, column])];
    const at = indexes(table, changes.map(({ column }) => column));
    const bound = changes.map(({ value }) => this.binder.bind(value, scopes));
    const fits = this.condition(where, scopes);
    let count = 0;
    table.rows = table.rows.map((row) => {
      if (!fits(row)) return row;
      count++;
      const made = [...row];
      at.forEach((index, i) => { made[index] = stored(evaluate(bound[i], [row]), table.types[index]); });
      return made;
    });
    this.done(name, 'updated', count);
  }

  delete({ table: name, where }) {
    const table = this.database.table(name);
    const fits = this.condition(where, [table.columns.map((column) => [name, column])]);
    const kept = table.rows.filter((row) => !fits(row));
    const count = table.rows.length - kept.length;
    table.rows = kept;
    this.done(name, 'deleted', count);
  }

  create({ table: name, columns: given, select }) {
    if (!isTableName(name)) fail('NAME', `${name} cannot be the name of a table`);
    if (this.database.look(name)) fail('TABLE', `there is a table ${name} already`);
    let columns = given;
    let rows = [];
    if (select) {
      const plan = this.binder.select(select, []);
      rows = plan.run([]);
      columns = plan.names.map((column, i) => [column, kindOf(rows.map((row) => row[i]))]);
    }
    const names = columns.map(([column]) => column);
    if (new Set(names).size < names.length) fail('NAME', 'a column stands twice');
    this.database.tables.set(name, { columns: names, types: columns.map(([, kind]) => kind), rows });
    this.database.changed.add(name);
  }

  drop({ table: name }) {
    this.database.table(name);
    this.database.tables.set(name, null);
    this.database.changed.add(name);
  }
}

function write(fd, text) {
  const data = Buffer.from(text);
  for (let done = 0; done < data.length;) done += fs.writeSync(fd, data, done);
}

function main(given) {
  let args = given;
  let missing = '';
  if (args.length > 1 && args[0] === '-n') {
    missing = args[1];
    args = args.slice(2);
  }
  if (args.length > 1 || args.some((a) => a.startsWith('-'))) {
    write(2, 'USAGE: sql [-n TEXT] [FOLDER], with statements on stdin\n');
    return 2;
  }
  const session = new Session(new Database(args.length ? args[0] : '.'), missing);
  let failure = null;
  try {
    const text = decode(fs.readFileSync(0), 'SYNTAX');
    for (const statement of new Parser(text).statements()) session.run(statement);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  }
  session.database.save();
  write(1, session.out.join(''));
  if (failure) write(2, `${failure.word}: ${failure.message}\n`);
  return failure ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
