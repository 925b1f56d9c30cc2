'use strict';
const fs = require('fs');

const DAY = 1440;
const LIMIT = 10000;
const LAST_YEAR = 9999;
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August',
  'September', 'October', 'November', 'December'];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MACROS = {
  '@hourly': '0 * * * *', '@daily': '0 0 * * *', '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0', '@monthly': '0 0 1 * *', '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@workdays': '0 9 * * 1-5',
};
const FIELDS = [
  { name: 'minute', low: 0, high: 59, top: 59 },
  { name: 'hour', low: 0, high: 23, top: 23 },
  { name: 'day', low: 1, high: 31, top: 31 },
  { name: 'month', low: 1, high: 12, top: 12, names: MONTHS },
  { name: 'weekday', low: 0, high: 7, top: 6, names: WEEKDAYS },
  { name: 'year', low: 1, high: LAST_YEAR, top: LAST_YEAR },
];

class Failure extends Error {
  constructor(word, message, code = 1) {
    super(message);
    this.word = word;
    this.code = code;
  }
}

const out = [];

// ---- calendar ----

const leap = (y) => (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;
const monthDays = (y, m) =>
  m === 2 ? (leap(y) ? 29 : 28) : m === 4 || m === 6 || m === 9 || m === 11 ? 30 : 31;

function dayNumber(y, m, d) {
  const b = y - 1;
  let n = b * 365 + Math.floor(b / 4) - Math.floor(b / 100) + Math.floor(b / 400);
  for (let i = 1; i < m; i++) n += monthDays(y, i);
  return n + d - 1;
}

function civil(number) {
  let y = Math.floor(number / 366) + 1;
  while (dayNumber(y + 1, 1, 1) <= number) y++;
  let rest = number - dayNumber(y, 1, 1);
  let m = 1;
  while (rest >= monthDays(y, m)) rest -= monthDays(y, m++);
  return [y, m, rest + 1];
}

const weekdayOf = (number) => (number + 1) % 7;

// ---- reading ----

function numberOf(text, word) {
  if (!/^[0-9]{1,4}$/.test(text)) throw new Failure(word, `${text} is no number`);
  return Number(text);
}

function valueOf(field, text) {
  if (/^[A-Za-z]+$/.test(text)) {
    const lower = text.toLowerCase();
    const at = (field.names || []).findIndex((name) => {
      const full = name.toLowerCase();
      return lower === full || lower === full.slice(0, 3);
    });
    if (at < 0) throw new Failure('NAME', `${text} is no name`);
    return at + field.low;
  }
  const value = numberOf(text, 'VALUE');
  if (value < field.low || value > field.high) throw new Failure('RANGE', `${value} is no ${field.name}`);
  return value;
}

function readPlain(entry, field, text) {
  const slash = text.indexOf('/');
  const base = slash < 0 ? text : text.slice(0, slash);
  const dash = base.indexOf('-');
  let from;
  let to;
  if (base === '*' || (base === '?' && (field.name === 'day' || field.name === 'weekday'))) {
    from = field.low;
    to = field.top;
  } else if (dash >= 0) {
    from = valueOf(field, base.slice(0, dash));
    to = valueOf(field, base.slice(dash + 1));
    if (from > to && field.name === 'year') throw new Failure('RANGE', 'years do not wrap');
    if (from > to) to += field.top - field.low + 1;
  } else {
    from = to = valueOf(field, base);
    if (field.name === 'weekday' && from === 7) from = to = 0;
    if (slash >= 0) to = field.top;
  }
  let step = 1;
  if (slash >= 0) {
    step = numberOf(text.slice(slash + 1), 'STEP');
    if (step === 0) throw new Failure('STEP', 'a step is at least 1');
  }
  const size = field.top - field.low + 1;
  for (let i = from; i <= to; i += step) entry[field.name].add(field.low + ((i - field.low) % size));
}

function readDay(entry, field, text) {
  const upper = text.toUpperCase();
  if (upper === 'L') entry.before.add(0);
  else if (upper === 'LW') entry.lastWorkday = true;
  else if (upper.startsWith('L-')) {
    const back = numberOf(text.slice(2), 'VALUE');
    if (back > 30) throw new Failure('RANGE', 'before every month');
    entry.before.add(back);
  } else if (upper.endsWith('W')) {
    const day = numberOf(text.slice(0, -1), 'VALUE');
    if (day < 1 || day > 31) throw new Failure('RANGE', `${day} is no day`);
    entry.near.add(day);
  } else readPlain(entry, field, text);
}

function readWeekday(entry, field, text) {
  const hash = text.indexOf('#');
  if (hash >= 0) {
    const weekday = valueOf(field, text.slice(0, hash)) % 7;
    const right = text.slice(hash + 1);
    const minus = right.startsWith('-');
    const nth = numberOf(minus ? right.slice(1) : right, 'VALUE');
    if (nth < 1 || nth > 5) throw new Failure('RANGE', `#${nth} is not 1 to 5`);
    entry.nth.add(weekday * 20 + (minus ? 10 : 0) + nth);
  } else if (text.length > 1 && /[lL]$/.test(text)) {
    entry.nth.add((valueOf(field, text.slice(0, -1)) % 7) * 20 + 11);
  } else readPlain(entry, field, text);
}

function readFields(words) {
  const entry = { near: new Set(), before: new Set(), nth: new Set(), lastWorkday: false };
  for (const field of FIELDS) entry[field.name] = new Set();
  words.forEach((word, i) => {
    const field = FIELDS[i];
    for (const item of word.split(',')) {
      if (field.name === 'day') readDay(entry, field, item);
      else if (field.name === 'weekday') readWeekday(entry, field, item);
      else readPlain(entry, field, item);
    }
  });
  entry.both = /^[*?]/.test(words[2]) || /^[*?]/.test(words[4]);
  entry.fields = words.length;
  entry.label = null;
  return entry;
}

function readMacro(word) {
  const lower = word.toLowerCase();
  if (!Object.prototype.hasOwnProperty.call(MACROS, lower)) throw new Failure('NAME', `${word} is no macro`);
  return readFields(MACROS[lower].split(' '));
}

const wordsOf = (text) => text.split(/[ \t]+/).filter((word) => word !== '');

function readExpression(text) {
  const words = wordsOf(text);
  if (words.length && words[0][0] === '@') {
    const entry = readMacro(words[0]);
    if (words.length > 1) throw new Failure('FIELD', 'a macro stands alone');
    return entry;
  }
  if (words.length !== 5 && words.length !== 6) throw new Failure('FIELD', 'five or six fields are needed');
  return readFields(words);
}

function readLine(line) {
  const words = wordsOf(line);
  let entry;
  let count = 5;
  if (words[0][0] === '@') {
    entry = readMacro(words[0]);
    count = 1;
  } else {
    if (words.length < 5) throw new Failure('FIELD', 'five fields are needed');
    entry = readFields(words.slice(0, 5));
  }
  const label = line.replace(new RegExp(`^(?:[ \\t]*[^ \\t]+){${count}}`), '').replace(/^[ \t]+|[ \t]+$/g, '');
  if (label === '') throw new Failure('FIELD', 'a line needs a label');
  entry.label = label;
  return entry;
}

function readTable() {
  return fs.readFileSync(0, 'latin1').split('\n')
    .map((line) => line.replace(/^[ \t]+/, ''))
    .filter((line) => line !== '' && line[0] !== '#')
    .map(readLine);
}

// ---- matching ----

function nearDay(day, last, weekday) {
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === last ? day - 2 : day + 1;
  return day;
}

function dayMatches(entry, number, d, last) {
  const weekday = weekdayOf(number);
  const near = (n) => nearDay(n, last, weekdayOf(number - d + n)) === d;
  let byDay = entry.day.has(d) || entry.before.has(last - d) || (entry.lastWorkday && near(last));
  for (const n of entry.near) byDay = byDay || (n <= last && near(n));
  const byWeekday = entry.weekday.has(weekday) ||
    entry.nth.has(weekday * 20 + Math.floor((d - 1) / 7) + 1) ||
    entry.nth.has(weekday * 20 + 10 + Math.floor((last - d) / 7) + 1);
  return entry.both ? byDay && byWeekday : byDay || byWeekday;
}

// ---- printing ----

const two = (n) => String(n).padStart(2, '0');
const four = (n) => String(n).padStart(4, '0');

function week(number, y) {
  const weekday = weekdayOf(number) || 7;
  const thursday = number - weekday + 4;
  const year = civil(thursday)[0];
  return `${four(year)}-W${two(Math.floor((thursday - dayNumber(year, 1, 1)) / 7) + 1)}-${weekday}`;
}

function line(search, time, previous, label) {
  const number = Math.floor(time / DAY);
  const [y, m, d] = civil(number);
  const clock = `${two(Math.floor((time % DAY) / 60))}:${two(time % 60)}`;
  const iso = `${four(y)}-${two(m)}-${two(d)}T${clock}`;
  let text = iso;
  switch (search.format) {
    case 'day': text = `${iso} ${WEEKDAYS[weekdayOf(number)].slice(0, 3)}`; break;
    case 'week': text = `${week(number, y)}T${clock}`; break;
    case 'long':
      text = `${WEEKDAYS[weekdayOf(number)]} ${d} ${MONTHS[m - 1]} ${y}, ${clock}, ` +
        `day ${number - dayNumber(y, 1, 1) + 1} of ${leap(y) ? 366 : 365}`;
      break;
    case 'epoch': text = String((time - dayNumber(1970, 1, 1) * DAY) * 60); break;
    case 'gap': {
      const gap = Math.abs(time - previous);
      text = `${iso} ${search.back ? '-' : '+'}${Math.floor(gap / DAY)}d ` +
        `${two(Math.floor((gap % DAY) / 60))}:${two(gap % 60)}`;
      break;
    }
    default:
  }
  return label === null ? text : `${text} ${label}`;
}

function compressed(set, low, high) {
  if (set.size === high - low + 1) return ['*'];
  const items = [];
  for (let i = low; i <= high; i++) {
    if (!set.has(i)) continue;
    let end = i;
    while (end < high && set.has(end + 1)) end++;
    if (end - i >= 2) {
      items.push(`${i}-${end}`);
      i = end;
    } else items.push(String(i));
  }
  return items;
}

const sorted = (set) => [...set].sort((a, b) => a - b);

function explain(entry) {
  for (const field of FIELDS.slice(0, entry.fields)) {
    const items = compressed(entry[field.name], field.low, field.top);
    if (field.name === 'day') {
      for (const n of sorted(entry.near)) items.push(`${n}W`);
      if (entry.lastWorkday) items.push('LW');
      for (const n of sorted(entry.before)) items.push(n ? `L-${n}` : 'L');
    }
    if (field.name === 'weekday') {
      for (const code of sorted(entry.nth)) {
        const nth = code % 20;
        items.push(`${Math.floor(code / 20)}#${nth > 10 ? 10 - nth : nth}`);
      }
    }
    out.push(`${field.name} ${items.join(',')}`);
  }
  out.push(`match ${entry.both ? 'both' : 'either'}`);
}

// ---- the search ----

function searchDay(search, due, number, state) {
  for (let i = 0; i < DAY; i++) {
    const minute = search.back ? DAY - 1 - i : i;
    const time = number * DAY + minute;
    if (search.back ? time > search.start : time < search.start) continue;
    if (search.back ? time < search.end : time > search.end) return false;
    for (const entry of due) {
      if (!entry.hour.has(Math.floor(minute / 60)) || !entry.minute.has(minute % 60)) continue;
      if (state.found === LIMIT) throw new Failure('LIMIT', 'there are too many times');
      out.push(line(search, time, state.previous, entry.label));
      state.previous = time;
      state.found++;
      if (state.found === search.count) return false;
    }
  }
  return true;
}

function run(search, entries) {
  const state = { found: 0, previous: search.start };
  const way = search.back ? -1 : 1;
  const last = Math.floor(search.end / DAY);
  let number = Math.floor(search.start / DAY);
  let [y, m, d] = civil(number);
  while (search.back ? number >= last : number <= last) {
    const days = monthDays(y, m);
    const due = entries.filter((entry) => (entry.fields === 5 || entry.year.has(y)) && entry.month.has(m) &&
      dayMatches(entry, number, d, days));
    if (due.length && !searchDay(search, due, number, state)) break;
    number += way;
    d += way;
    if (d > days) {
      d = 1;
      m++;
      if (m > 12) { m = 1; y++; }
    } else if (d < 1) {
      m--;
      if (m < 1) { m = 12; y--; }
      if (y >= 1) d = monthDays(y, m);
    }
  }
  return state.found;
}

// ---- the command line ----

function dateOf(text, end, back) {
  const parts = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}))?$/.exec(text);
  if (!parts || text.endsWith('\n')) throw new Failure('DATE', `${text} is no time`);
  const [y, m, d] = parts.slice(1, 4).map(Number);
  let hour = end && !back ? 23 : 0;
  let minute = end && !back ? 59 : 0;
  if (parts[4] !== undefined) [hour, minute] = [Number(parts[4]), Number(parts[5])];
  if (y < 1 || m < 1 || m > 12 || d < 1 || d > monthDays(y, m) || hour > 23 || minute > 59) {
    throw new Failure('DATE', `there is no time ${text}`);
  }
  return dayNumber(y, m, d) * DAY + hour * 60 + minute;
}

function main(args) {
  const usage = (message) => new Failure('USAGE', message, 2);
  const search = { start: 0, end: 0, count: 0, back: false, format: 'iso' };
  let end = null;
  let table = false;
  let explaining = false;
  let i = 0;
  for (; i < args.length && args[i][0] === '-'; i++) {
    const option = args[i];
    if (option === '-r') search.back = true;
    else if (option === '-t') table = true;
    else if (option === '-e') explaining = true;
    else if (!['-n', '-u', '-f'].includes(option)) throw usage(`there is no option ${option}`);
    else if (++i === args.length) throw usage(`${option} needs a value`);
    else if (option === '-n') {
      if (!/^[0-9]{1,5}$/.test(args[i])) throw usage('no count');
      search.count = Number(args[i]);
      if (search.count < 1 || search.count > LIMIT) throw usage('a count is 1 to 10000');
    } else if (option === '-u') end = args[i];
    else {
      if (!['iso', 'day', 'week', 'long', 'epoch', 'gap'].includes(args[i])) throw usage('no format');
      search.format = args[i];
    }
  }
  if (table && explaining) throw usage('-t and -e exclude each other');
  if (args.length - i !== (table || explaining ? 1 : 2)) throw usage('cron [OPTIONS] START EXPRESSION');
  if (explaining) {
    explain(readExpression(args[i]));
    return;
  }
  search.start = dateOf(args[i], false, false);
  search.end = search.back ? 0 : dateOf('9999-12-31T23:59', false, false);
  if (end !== null) search.end = dateOf(end, true, search.back);
  if (end === null && !search.count) search.count = 10;
  const entries = table ? readTable() : [readExpression(args[i + 1])];
  if (run(search, entries) < search.count && end === null) {
    throw new Failure('EXHAUSTED', 'the calendar ends before all times were found');
  }
}

let code = 0;
let complaint = '';
try {
  main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  code = error.code;
  complaint = `${error.word}: ${error.message}\n`;
}
if (out.length) fs.writeSync(1, Buffer.from(out.join('\n') + '\n', 'latin1'));
if (complaint) fs.writeSync(2, complaint);
process.exitCode = code;
