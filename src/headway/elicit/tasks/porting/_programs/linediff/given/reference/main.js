// Compares files line by line and applies differences; see BEHAVIOUR.md.
"use strict";
const fs = require("fs");

class Failure extends Error {
  constructor(kind, reason, code = 2) {
    super(kind + ": " + reason);
    this.code = code;
  }
}

function usage(reason) {
  return new Failure("usage", reason, 3);
}

// Text is held as one character a byte.

function read(name) {
  try {
    return fs.readFileSync(name === "-" ? 0 : name).toString("latin1");
  } catch (error) {
    if (name === "-") return "";
    throw new Failure("missing", name);
  }
}

// Lines with their newline; the last may have none.
function split(text) {
  const lines = [];
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const next = end < 0 ? text.length : end + 1;
    lines.push(text.slice(at, next));
    at = next;
  }
  return lines;
}

// Arguments

function number(word, most) {
  if (word === undefined || !/^[0-9]{1,6}$/.test(word) || Number(word) > most) throw usage("a number is needed");
  return Number(word);
}

function parse(words) {
  const mode = words[0];
  if (!["diff", "patch", "stat"].includes(mode)) throw usage("the first word is diff, patch or stat");
  const options = { mode, context: 3, fuzz: 0, labels: [], flags: new Set(), files: [] };
  const known = { diff: "wbi", patch: "R", stat: "wbi" }[mode];
  for (let i = 1; i < words.length; i++) {
    const word = words[i];
    if (word === "-U" && mode === "diff") options.context = number(words[++i], 999999);
    else if (word === "-F" && mode === "patch") options.fuzz = number(words[++i], 9);
    else if (word === "-L" && mode === "diff") {
      if (++i >= words.length || options.labels.length === 2) throw usage("a label, twice at most");
      options.labels.push(words[i]);
    } else if (word.length > 1 && word[0] === "-") {
      if (word.length !== 2 || !known.includes(word[1])) throw usage("unknown option " + word);
      options.flags.add(word[1]);
    } else options.files.push(word);
  }
  if (options.files.length !== 2) throw usage("two files are needed");
  return options;
}

// Comparing

// What of a line counts.
function normal(line, flags) {
  let key = line;
  if (flags.has("w")) key = key.replace(/[ \t\r\n]/g, "");
  else if (flags.has("b")) key = key.replace(/[ \t\r\n]+$/, "").replace(/[ \t\r]+/g, " ");
  if (flags.has("i")) key = key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  return key;
}

// Pairs of equal lines: as many as can be; where there is a choice, as BEHAVIOUR.md says.
function matches(a, b) {
  const numbers = new Map();
  const known = (key) => {
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key);
  };
  const one = a.map(known);
  const other = b.map(known);
  let head = 0;
  while (head < one.length && head < other.length && one[head] === other[head]) head++;
  const n = one.length - head;
  const m = other.length - head;
  const width = m + 1;
  const most = new Int32Array((n + 1) * width);
  for (let i = n - 1; i >= 0; i--) {
    for (let j = m - 1; j >= 0; j--) {
      most[i * width + j] =
        one[head + i] === other[head + j]
          ? most[(i + 1) * width + j + 1] + 1
          : Math.max(most[(i + 1) * width + j], most[i * width + j + 1]);
    }
  }
  const pairs = [];
  for (let k = 0; k < head; k++) pairs.push([k, k]);
  let i = 0;
  let j = 0;
  while (i < n && j < m) {
    if (one[head + i] === other[head + j]) pairs.push([head + i++, head + j++]);
    else if (most[(i + 1) * width + j] >= most[i * width + j + 1]) i++;
    else j++;
  }
  return pairs;
}

// Changes [from, to, from, to): lines of the first file that go, lines of the second that come.
function changes(a, b, flags) {
  const pairs = matches(
    a.map((line) => normal(line, flags)),
    b.map((line) => normal(line, flags)),
  );
  pairs.push([a.length, b.length]);
  const found = [];
  let i = 0;
  let j = 0;
  for (const [x, y] of pairs) {
    if (i < x || j < y) found.push([i, x, j, y]);
    i = x + 1;
    j = y + 1;
  }
  return found;
}

// Changes that lie so close together that their context touches make one hunk.
function hunks(found, context) {
  const groups = [];
  for (const change of found) {
    const last = groups.length ? groups[groups.length - 1] : null;
    if (last && change[0] - last[last.length - 1][1] <= 2 * context) last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function span(start, count) {
  if (count === 1) return String(start + 1);
  return (count ? start + 1 : start) + "," + count;
}

function shown(sign, line) {
  return line.endsWith("\n") ? sign + line : sign + line + "\n\\ No newline at end of file\n";
}

function hunk(group, a, b, context) {
  const first = group[0];
  const last = group[group.length - 1];
  const before = Math.min(context, first[0], first[2]);
  const after = Math.min(context, a.length - last[1], b.length - last[3]);
  const [from, to] = [first[0] - before, last[1] + after];
  const [start, stop] = [first[2] - before, last[3] + after];
  const parts = [`@@ -${span(from, to - from)} +${span(start, stop - start)} @@\n`];
  let at = from;
  for (const [i, x, j, y] of group) {
    for (; at < i; at++) parts.push(shown(" ", a[at]));
    for (; at < x; at++) parts.push(shown("-", a[at]));
    for (let k = j; k < y; k++) parts.push(shown("+", b[k]));
  }
  for (; at < to; at++) parts.push(shown(" ", a[at]));
  return parts.join("");
}

function diff(options) {
  const [a, b] = options.files.map(read).map(split);
  const found = changes(a, b, options.flags);
  if (!found.length) return ["", 0];
  const labels = [0, 1].map((k) => (k < options.labels.length ? options.labels[k] : options.files[k]));
  const [one, other] = labels.map((label) => Buffer.from(label).toString("latin1"));
  const parts = hunks(found, options.context).map((group) => hunk(group, a, b, options.context));
  return [`--- ${one}\n+++ ${other}\n` + parts.join(""), 1];
}

function stat(options) {
  const [a, b] = options.files.map(read).map(split);
  const found = changes(a, b, options.flags);
  const count = (low, high) => found.reduce((sum, change) => sum + change[high] - change[low], 0);
  const [out, come] = [count(0, 1), count(2, 3)];
  const total = a.length + b.length;
  const alike = total ? Math.floor((1000 * (total - out - come)) / total) : 1000;
  const text = `${found.length} changes, ${out} removed, ${come} added, ${Math.floor(alike / 10)}.${alike % 10}% alike\n`;
  return [text, found.length ? 1 : 0];
}

// Patching

const HEADER = /^@@ -([0-9]{1,5})(?:,([0-9]{1,5}))? \+([0-9]{1,5})(?:,([0-9]{1,5}))? @@[^\n]*\n?$/;

// Hunks of a unified difference: start and lines of both sides, and how many lines at either end are context.
function parsed(text, reverse) {
  const lines = split(text);
  let at = 0;
  while (at < lines.length && !lines[at].startsWith("@@")) at++;
  const found = [];
  if (at && at < lines.length) {
    if (at < 2 || !lines[at - 2].startsWith("--- ") || !lines[at - 1].startsWith("+++ "))
      throw new Failure("format", "no names of files before the first hunk");
  }
  while (at < lines.length) {
    const head = HEADER.exec(lines[at]);
    if (!head) throw new Failure("format", `line ${at + 1}`);
    at++;
    let [from, count, start, more] = [1, 2, 3, 4].map((k) => (head[k] === undefined ? 1 : Number(head[k])));
    const sides = { old: [], new: [] };
    let [lead, tail, changed] = [0, 0, false];
    while (sides.old.length < count || sides.new.length < more) {
      if (at === lines.length) throw new Failure("format", "the last hunk is too short");
      let line = lines[at];
      const sign = line[0];
      if (!" +-".includes(sign)) throw new Failure("format", `line ${at + 1}`);
      line = line.slice(1);
      if (!line.endsWith("\n")) throw new Failure("format", `line ${at + 1}`);
      at++;
      if (at < lines.length && lines[at][0] === "\\") {
        line = line.slice(0, -1);
        at++;
      }
      if (sign !== "+") sides.old.push(line);
      if (sign !== "-") sides.new.push(line);
      if (sign !== " ") [tail, changed] = [0, true];
      else if (changed) tail++;
      else lead++;
    }
    if (sides.old.length > count || sides.new.length > more) throw new Failure("format", `line ${at}`);
    if (!changed) throw new Failure("format", "a hunk without a change");
    if (reverse) [from, count, start, more, sides.old, sides.new] = [start, more, from, count, sides.new, sides.old];
    found.push({ place: count ? from - 1 : from, old: sides.old, new: sides.new, lead, tail });
  }
  return found;
}

function fits(lines, at, wanted) {
  if (at < 0 || at + wanted.length > lines.length) return false;
  return wanted.every((line, k) => lines[at + k] === line);
}

// The nearest place where these lines are, not before `low`: first the place itself, then later ones first.
function search(lines, wanted, place, low) {
  for (let far = 0; far <= lines.length + Math.abs(place); far++) {
    for (const at of far ? [place + far, place - far] : [place]) {
      if (at >= low && fits(lines, at, wanted)) return at;
    }
  }
  return -1;
}

function patch(options) {
  const lines = split(read(options.files[0]));
  const found = parsed(read(options.files[1]), options.flags.has("R"));
  const result = [];
  const notes = [];
  let [low, shift] = [0, 0];
  found.forEach((one, number) => {
    let at = -1;
    let fuzz = 0;
    let [head, foot] = [0, 0];
    for (; fuzz <= options.fuzz; fuzz++) {
      head = Math.min(fuzz, one.lead);
      foot = Math.min(fuzz, one.tail);
      const wanted = one.old.slice(head, one.old.length - foot);
      at = search(lines, wanted, one.place + shift + head, low);
      if (at >= 0) break;
    }
    if (at < 0) throw new Failure("conflict", `hunk ${number + 1} does not fit`);
    const moved = at - head - one.place;
    if (moved || fuzz) notes.push(`hunk ${number + 1}: moved ${moved}, fuzz ${fuzz}\n`);
    shift = moved;
    while (low < at) result.push(lines[low++]);
    result.push(...one.new.slice(head, one.new.length - foot));
    low = at + one.old.length - head - foot;
  });
  while (low < lines.length) result.push(lines[low++]);
  if (result.slice(0, -1).some((line) => !line.endsWith("\n"))) throw new Failure("newline", "a line without its newline is not the last");
  if (notes.length) process.stderr.write("note: " + notes.join(""));
  return [result.join(""), 0];
}

function main(words) {
  let text, code;
  try {
    const options = parse(words);
    [text, code] = { diff, stat, patch }[options.mode](options);
  } catch (failure) {
    if (!(failure instanceof Failure)) throw failure;
    process.stderr.write(failure.message + "\n");
    process.exitCode = failure.code;
    return;
  }
  process.stdout.write(Buffer.from(text, "latin1"));
  process.exitCode = code;
}

main(process.argv.slice(2));
