'use strict';
const fs = require('fs');

const PARTS = [[1000, 'M'], [900, 'CM'], [500, 'D'], [400, 'CD'], [100, 'C'], [90, 'XC'], [50, 'L'], [40, 'XL'],
  [10, 'X'], [9, 'IX'], [5, 'V'], [4, 'IV'], [1, 'I']];
const NAMED = { bin: 2, oct: 8, dec: 10, hex: 16, roman: 'roman' };
const MARKS = { '0x': 16, '0o': 8, '0b': 2 };

// Words are strings with one character a byte.
const lower = (s) => s.replace(/[A-Z]/g, (c) => c.toLowerCase());
const upper = (s) => s.replace(/[a-z]/g, (c) => c.toUpperCase());

class Wrong extends Error {}

function usage(why) {
  process.stderr.write(`usage: ${why}\n`);
  process.exit(2);
}

function small(word, allowed) {
  if (!/^(?:[0-9]|[1-9][0-9])$/.test(word) || !allowed(Number(word))) usage('a value is not allowed');
  return Number(word);
}

function base(word, reading) {
  if (Object.hasOwn(NAMED, word)) return NAMED[word];
  if (reading && word === 'auto') return 'auto';
  return small(word, (n) => n >= 2 && n <= 36);
}

function numeral(value) {
  if (value === 0) return 'N';
  let out = '';
  for (const [size, part] of PARTS) for (; value >= size; value -= size) out += part;
  return out;
}

const ROMAN = new Map();
for (let value = 0; value < 4000; value++) ROMAN.set(numeral(value), BigInt(value));

function readRoman(word) {
  const big = upper(word);
  if (ROMAN.has(big)) return ROMAN.get(big);
  throw new Wrong(/^[IVXLCDM]+$/.test(big) ? 'roman' : 'digit');
}

function digitOf(c) {
  if (c >= '0' && c <= '9') return c.charCodeAt(0) - 48;
  return c >= 'a' && c <= 'z' ? c.charCodeAt(0) - 87 : 99;
}

function read(word, how) {
  if (word === '') throw new Wrong('digit');
  if (how === 'roman' || (how === 'auto' && /^[A-Za-z]/.test(word))) return readRoman(word);
  const negative = word[0] === '-';
  if (negative || word[0] === '+') word = word.slice(1);
  word = lower(word);
  const marked = MARKS[word.slice(0, 2)];
  if (marked && (how === 'auto' || how === marked)) {
    how = marked;
    word = word.slice(2);
  }
  if (how === 'auto') how = 10;
  if (word === '' || word.startsWith('_') || word.endsWith('_') || word.includes('__')) throw new Wrong('digit');
  let value = 0n;
  for (const c of word) {
    if (c === '_') continue;
    const digit = digitOf(c);
    if (digit >= how) throw new Wrong('digit');
    value = value * BigInt(how) + BigInt(digit);
  }
  if (value >= 1n << 64n) throw new Wrong('range');
  return negative ? -value : value;
}

function write(value, o) {
  if (o.b) {
    const size = 1n << BigInt(o.b);
    if (value < -(size / 2n) || value >= size) throw new Wrong('range');
    if (value < 0n) value += size;
  }
  if (o.t === 'roman') {
    if (value < 0n || value > 3999n) throw new Wrong('range');
    return numeral(Number(value));
  }
  const sign = value < 0n ? '-' : '';
  let digits = (value < 0n ? -value : value).toString(o.t).padStart(o.w, '0');
  if (o.u) digits = upper(digits);
  if (o.g) {
    const group = o.t === 8 || o.t === 10 ? 3 : 4;
    const pieces = [];
    for (let end = digits.length; end > 0; end -= group) pieces.unshift(digits.slice(Math.max(0, end - group), end));
    digits = pieces.join('_');
  }
  const prefix = o.p ? { 2: '0b', 8: '0o', 16: '0x' }[o.t] || '' : '';
  return sign + prefix + digits;
}

function main() {
  let words = process.argv.slice(2).map((word) => Buffer.from(word, 'utf8').toString('latin1'));
  const o = { f: 'auto', t: 10, w: 0, b: 0 };
  while (words.length && /^-[^0-9]/s.test(words[0])) {
    const word = words.shift();
    if (word === '--') break;
    if (word.length !== 2 || !'ftwbgpuv'.includes(word[1])) usage('no such option');
    const letter = word[1];
    if (!'ftwb'.includes(letter)) {
      o[letter] = true;
      continue;
    }
    if (!words.length) usage('an option lacks its value');
    const value = words.shift();
    if (letter === 'f') o.f = base(value, true);
    else if (letter === 't') o.t = base(value, false);
    else if (letter === 'w') o.w = small(value, (n) => n <= 80);
    else o.b = small(value, (n) => [8, 16, 32, 64].includes(n));
  }
  if (!words.length) {
    words = fs.readFileSync(0).toString('latin1').split('\n').filter((line) => !/^[ \t\r]*(?:#|$)/.test(line));
  }
  let out = '';
  let errors = '';
  for (let word of words) {
    word = word.replace(/^[ \t]+/, '').replace(/[ \t\r]+$/, '');
    let said;
    try {
      said = write(read(word, o.f), o);
    } catch (wrong) {
      if (!(wrong instanceof Wrong)) throw wrong;
      said = '?';
      errors += `${wrong.message}: ${word}\n`;
    }
    out += (o.v ? `${word} = ` : '') + said + '\n';
  }
  fs.writeSync(1, Buffer.from(out, 'latin1'));
  fs.writeSync(2, Buffer.from(errors, 'latin1'));
  process.exitCode = errors ? 1 : 0;
}

main();
