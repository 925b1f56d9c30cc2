use std::collections::BTreeSet;
use std::io::{Read, Write};

const DAY: i64 = 1440;
const LIMIT: i64 = 10000;
const LAST_YEAR: i64 = 9999;
const MONTHS: [&str; 12] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
];
const MACROS: [(&str, &str); 9] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * 0"),
    ("@monthly", "0 0 1 * *"),
    ("@quarterly", "0 0 1 */3 *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
    ("@workdays", "0 9 * * 1-5"),
];
const FORMATS: [&str; 6] = ["iso", "day", "week", "long", "epoch", "gap"];

const MINUTE: usize = 0;
const HOUR: usize = 1;
const DOM: usize = 2;
const MONTH: usize = 3;
const WEEKDAY: usize = 4;
const YEAR: usize = 5;
const NAMES: [&str; 6] = ["minute", "hour", "day", "month", "weekday", "year"];
const LOW: [i64; 6] = [0, 0, 1, 1, 0, 1];
const HIGH: [i64; 6] = [59, 23, 31, 12, 7, LAST_YEAR];
const TOP: [i64; 6] = [59, 23, 31, 12, 6, LAST_YEAR];

struct Failure {
    word: &'static str,
    message: String,
    code: i32,
}

type Result<T> = std::result::Result<T, Failure>;

fn fail<T>(word: &'static str, message: &str) -> Result<T> {
    Err(Failure { word, message: message.to_string(), code: 1 })
}

fn usage<T>(message: &str) -> Result<T> {
    Err(Failure { word: "USAGE", message: message.to_string(), code: 1 })
}

// ---- calendar ----

fn leap(y: i64) -> bool {
    (y % 4 == 0 && y % 100 != 0) || y % 400 == 0
}

fn month_days(y: i64, m: i64) -> i64 {
    match m {
        2 => 28 + leap(y) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn day_number(y: i64, m: i64, d: i64) -> i64 {
    let b = y - 1;
    b * 365 + b / 4 - b / 100 + b / 400 + (1..m).map(|i| month_days(y, i)).sum::<i64>() + d - 1
}

fn civil(number: i64) -> (i64, i64, i64) {
    let mut y = number / 366 + 1;
    while day_number(y + 1, 1, 1) <= number {
        y += 1;
    }
    let mut rest = number - day_number(y, 1, 1);
    let mut m = 1;
    while rest >= month_days(y, m) {
        rest -= month_days(y, m);
        m += 1;
    }
    (y, m, rest + 1)
}

fn weekday_of(number: i64) -> i64 {
    (number + 1) % 7
}

// ---- reading ----

struct Entry {
    sets: Vec<Vec<bool>>,
    near: BTreeSet<i64>,
    before: BTreeSet<i64>,
    last_workday: bool,
    nth: BTreeSet<(i64, bool, i64)>,
    both: bool,
    fields: usize,
    label: Vec<u8>,
}

fn number_of(text: &[u8], word: &'static str) -> Result<i64> {
    if text.is_empty() || text.len() > 4 || !text.iter().all(u8::is_ascii_digit) {
        return fail(word, "this is no number");
    }
    Ok(text.iter().fold(0, |n, c| n * 10 + (c - b'0') as i64))
}

fn value_of(field: usize, text: &[u8]) -> Result<i64> {
    if !text.is_empty() && text.iter().all(u8::is_ascii_alphabetic) {
        let names: &[&str] = match field {
            MONTH => &MONTHS,
            WEEKDAY => &WEEKDAYS,
            _ => &[],
        };
        let at = names.iter().position(|name| {
            text.eq_ignore_ascii_case(name[..3].as_bytes())
        });
        return match at {
            Some(at) => Ok(at as i64 + LOW[field]),
            None => fail("VALUE", "this is no name"),
        };
    }
    let value = number_of(text, "VALUE")?;
    if value < LOW[field] || value > HIGH[field] {
        return fail("RANGE", &format!("{} is no {}", value, NAMES[field]));
    }
    Ok(value)
}

fn find(text: &[u8], c: u8) -> Option<usize> {
    text.iter().position(|x| *x == c)
}

impl Entry {
    fn new() -> Entry {
        Entry {
            sets: TOP.iter().map(|top| vec![false; *top as usize + 1]).collect(),
            near: BTreeSet::new(),
            before: BTreeSet::new(),
            last_workday: false,
            nth: BTreeSet::new(),
            both: false,
            fields: 5,
            label: Vec::new(),
        }
    }

    fn has(&self, field: usize, value: i64) -> bool {
        self.sets[field][value as usize]
    }

    fn plain(&mut self, field: usize, text: &[u8]) -> Result<()> {
        let slash = find(text, b'/');
        let base = &text[..slash.unwrap_or(text.len())];
        let size = TOP[field] - LOW[field] + 1;
        let (from, mut to);
        if base == b"*" || (base == b"?" && (field == DOM || field == WEEKDAY)) {
            from = LOW[field];
            to = TOP[field];
        } else if let Some(dash) = find(base, b'-') {
            from = value_of(field, &base[..dash])?;
            to = value_of(field, &base[dash + 1..])?;
            if from > to {
                if field == YEAR {
                    return fail("RANGE", "years do not wrap");
                }
                to += size;
            }
        } else {
            let value = value_of(field, base)?;
            from = if field == WEEKDAY { value % 7 } else { value };
            to = from;
        }
        let step = match slash {
            Some(at) => number_of(&text[at + 1..], "STEP")?,
            None => 1,
        };
        if step == 0 {
            return fail("STEP", "a step is at least 1");
        }
        for i in (from..=to).step_by(step as usize) {
            self.sets[field][(LOW[field] + (i - LOW[field]) % size) as usize] = true;
        }
        Ok(())
    }

    fn day(&mut self, text: &[u8]) -> Result<()> {
        let upper = text.to_ascii_uppercase();
        if upper == b"L" {
            self.before.insert(0);
        } else if upper.starts_with(b"L-") {
            let back = number_of(&upper[2..], "VALUE")?;
            if back > 30 {
                return fail("RANGE", "that is before every month");
            }
            self.before.insert(back);
        } else if upper.ends_with(b"W") {
            let day = number_of(&upper[..upper.len() - 1], "VALUE")?;
            if !(1..=31).contains(&day) {
                return fail("RANGE", "this is no day");
            }
            self.near.insert(day);
        } else {
            return self.plain(DOM, text);
        }
        Ok(())
    }

    fn weekday(&mut self, text: &[u8]) -> Result<()> {
        if let Some(hash) = find(text, b'#') {
            let weekday = value_of(WEEKDAY, &text[..hash])? % 7;
            let right = &text[hash + 1..];
            let minus = false;
            let nth = number_of(&right[minus as usize..], "VALUE")?;
            if !(1..=5).contains(&nth) {
                return fail("RANGE", "# is 1 to 5");
            }
            self.nth.insert((weekday, minus, nth));
        } else if text.len() > 1 && text.to_ascii_uppercase().ends_with(b"L") {
            let weekday = value_of(WEEKDAY, &text[..text.len() - 1])? % 7;
            self.nth.insert((weekday, true, 1));
        } else {
            return self.plain(WEEKDAY, text);
        }
        Ok(())
    }
}

fn read_fields(words: &[&[u8]]) -> Result<Entry> {
    let mut entry = Entry::new();
    for (field, word) in words.iter().enumerate() {
        for item in word.split(|c| *c == b',') {
            match field {
                DOM => entry.day(item)?,
                WEEKDAY => entry.weekday(item)?,
                _ => entry.plain(field, item)?,
            }
        }
    }
    let starred = |word: &[u8]| word[0] == b'*' || word[0] == b'?';
    entry.both = starred(words[DOM]) || starred(words[WEEKDAY]);
    entry.fields = words.len();
    if words.len() == 5 {
        entry.sets[YEAR].iter_mut().for_each(|x| *x = true);
    }
    Ok(entry)
}

fn blank(c: &u8) -> bool {
    *c == b' ' || *c == b'\t'
}

fn read_macro(word: &[u8]) -> Result<Entry> {
    for (name, text) in MACROS {
        if word.eq_ignore_ascii_case(name.as_bytes()) {
            return read_fields(&words_of(text.as_bytes()));
        }
    }
    fail("NAME", "there is no such macro")
}

fn words_of(text: &[u8]) -> Vec<&[u8]> {
    text.split(blank).filter(|word| !word.is_empty()).collect()
}

fn read_expression(text: &[u8]) -> Result<Entry> {
    let words = words_of(text);
    if !words.is_empty() && words[0][0] == b'@' {
        let entry = read_macro(words[0])?;
        if words.len() > 1 {
            return fail("FIELD", "a macro stands alone");
        }
        return Ok(entry);
    }
    if words.len() != 5 && words.len() != 6 {
        return fail("FIELD", "five or six fields are needed");
    }
    read_fields(&words)
}

fn trimmed(mut text: &[u8]) -> &[u8] {
    while !text.is_empty() && blank(&text[0]) {
        text = &text[1..];
    }
    while !text.is_empty() && blank(&text[text.len() - 1]) {
        text = &text[..text.len() - 1];
    }
    text
}

fn read_line(line: &[u8]) -> Result<Entry> {
    let words = words_of(line);
    let (mut entry, count) = if words[0][0] == b'@' {
        (read_macro(words[0])?, 1)
    } else if words.len() < 5 {
        return fail("FIELD", "five fields are needed");
    } else {
        (read_fields(&words[..5])?, 5)
    };
    let mut rest = line;
    for _ in 0..count {
        rest = trimmed(rest);
        rest = &rest[rest.iter().position(blank).unwrap_or(rest.len())..];
    }
    let label = trimmed(rest);
    if label.is_empty() {
        return fail("FIELD", "a line needs a label");
    }
    entry.label = label.to_vec();
    Ok(entry)
}

fn read_table() -> Result<Vec<Entry>> {
    let mut text = Vec::new();
    if std::io::stdin().read_to_end(&mut text).is_err() {
        return fail("USAGE", "stdin cannot be read");
    }
    text.split(|c| *c == b'\n')
        .map(trimmed)
        .filter(|line| !line.is_empty())
        .map(read_line)
        .collect()
}

// ---- matching ----

fn near_day(day: i64, last: i64, weekday: i64) -> i64 {
    match weekday {
        6 => if day == 1 { 3 } else { day - 1 },
        0 => if day == last { day - 2 } else { day + 1 },
        _ => day,
    }
}

fn day_matches(entry: &Entry, number: i64, d: i64, last: i64) -> bool {
    let weekday = weekday_of(number);
    let near = |n: i64| n <= last && near_day(n, last, weekday_of(number - d + n)) == d;
    let by_day = entry.has(DOM, d)
        || entry.before.contains(&(last - d))
        || (entry.last_workday && near(last))
        || entry.near.iter().any(|n| near(*n));
    let by_weekday = entry.has(WEEKDAY, weekday)
        || entry.nth.contains(&(weekday, false, (d - 1) / 7 + 1))
        || entry.nth.contains(&(weekday, true, (last - d) / 7 + 1));
    if entry.both { by_day && by_weekday } else { by_day || by_weekday }
}

// ---- printing ----

fn week(number: i64) -> String {
    let weekday = (number % 7) + 1;
    let thursday = number - weekday + 4;
    let (y, _, _) = civil(thursday);
    format!("{:04}-W{:02}-{}", y, (thursday - day_number(y, 1, 1)) / 7 + 1, weekday)
}

struct Search {
    start: i64,
    end: i64,
    count: i64,
    back: bool,
    format: &'static str,
}

fn line(s: &Search, time: i64, previous: i64) -> String {
    let number = time / DAY;
    let (y, m, d) = civil(number);
    let clock = format!("{:02}:{:02}", time % DAY / 60, time % 60);
    let iso = format!("{:04}-{:02}-{:02}T{}", y, m, d, clock);
    let weekday = WEEKDAYS[weekday_of(number) as usize];
    match s.format {
        "day" => format!("{} {}", iso, &weekday[..3]),
        "week" => format!("{}T{}", week(number), clock),
        "long" => format!(
            "{} {} {} {}, {}, day {} of {}",
            weekday, d, MONTHS[m as usize - 1], y, clock,
            number - day_number(y, 1, 1) + 1, 365
        ),
        "epoch" => format!("{}", (time - day_number(1970, 1, 1) * DAY) * 60),
        "gap" => {
            let gap = (time - previous).abs();
            let sign = '+';
            format!("{} {}{}d {:02}:{:02}", iso, sign, gap / DAY, gap % DAY / 60, gap % 60)
        }
        _ => iso,
    }
}

fn compressed(set: &[bool], low: usize) -> Vec<String> {
    if set[low..].iter().all(|x| *x) {
        return vec!["*".to_string()];
    }
    let mut items = Vec::new();
    let mut i = low;
    while i < set.len() {
        if set[i] {
            let mut end = i;
            while end + 1 < set.len() && set[end + 1] {
                end += 1;
            }
            if end - i >= 2 {
                items.push(format!("{}-{}", i, end));
                i = end;
            } else {
                items.push(i.to_string());
            }
        }
        i += 1;
    }
    items
}

fn explain(entry: &Entry, out: &mut Vec<u8>) {
    for field in 0..entry.fields {
        let mut items = compressed(&entry.sets[field], LOW[field] as usize);
        if field == DOM {
            items.extend(entry.near.iter().map(|n| format!("{}W", n)));
            if entry.last_workday {
                items.push("LW".to_string());
            }
            for n in &entry.before {
                items.push(if *n == 0 { "L".to_string() } else { format!("L-{}", n) });
            }
        }
        if field == WEEKDAY {
            for (weekday, minus, nth) in &entry.nth {
                items.push(format!("{}#{}{}", weekday, if *minus { "-" } else { "" }, nth));
            }
        }
        out.extend(format!("{} {}\n", NAMES[field], items.join(",")).bytes());
    }
    out.extend(format!("match {}\n", if entry.both { "both" } else { "either" }).bytes());
}

// ---- the search ----

struct State {
    found: i64,
    previous: i64,
}

fn search_day(s: &Search, due: &[&Entry], number: i64, state: &mut State, out: &mut Vec<u8>) -> Result<bool> {
    for i in 0..DAY {
        let minute = if s.back { DAY - 1 - i } else { i };
        let time = number * DAY + minute;
        if if s.back { time > s.start } else { time < s.start } {
            continue;
        }
        if if s.back { time < s.end } else { time > s.end } {
            return Ok(false);
        }
        for entry in due {
            if !entry.has(HOUR, minute / 60) || !entry.has(MINUTE, minute % 60) {
                continue;
            }
            if state.found == LIMIT {
                return fail("LIMIT", "there are too many times");
            }
            out.extend(line(s, time, state.previous).bytes());
            if !entry.label.is_empty() {
                out.push(b' ');
                out.extend(&entry.label);
            }
            out.push(b'\n');
            state.previous = time;
            state.found += 1;
            if state.found == s.count {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

fn search(s: &Search, entries: &[Entry], out: &mut Vec<u8>) -> Result<i64> {
    let mut state = State { found: 0, previous: s.start };
    let mut number = s.start / DAY;
    let last = s.end / DAY;
    let (mut y, mut m, mut d) = civil(number);
    while if s.back { number >= last } else { number <= last } {
        let days = month_days(y, m);
        let due: Vec<&Entry> = entries
            .iter()
            .filter(|e| e.has(YEAR, y) && e.has(MONTH, m) && day_matches(e, number, d, days))
            .collect();
        if !due.is_empty() && !search_day(s, &due, number, &mut state, out)? {
            break;
        }
        if s.back {
            number -= 1;
            d -= 1;
            if d < 1 {
                m -= 1;
                if m < 1 {
                    m = 12;
                    y -= 1;
                }
                d = month_days(y, m);
            }
        } else {
            number += 1;
            d += 1;
            if d > days {
                d = 1;
                m += 1;
                if m > 12 {
                    m = 1;
                    y += 1;
                }
            }
        }
    }
    Ok(state.found)
}

// ---- the command line ----

fn date_of(text: &str, end: bool, back: bool) -> Result<i64> {
    let bytes = text.as_bytes();
    let shape = b"dddd-dd-ddTdd:dd";
    let fits = (bytes.len() == 10 || bytes.len() == 16)
        && bytes.iter().zip(shape).all(|(c, s)| if *s == b'd' { c.is_ascii_digit() } else { c == s });
    if !fits {
        return fail("DATE", "a time is like 2026-01-31 or 2026-01-31T09:30");
    }
    let part = |from: usize, to: usize| bytes[from..to].iter().fold(0, |n, c| n * 10 + (c - b'0') as i64);
    let (y, m, d) = (part(0, 4), part(5, 7), part(8, 10));
    let (hour, minute) = if bytes.len() == 16 {
        (part(11, 13), part(14, 16))
    } else if end && !back {
        (23, 59)
    } else {
        (0, 0)
    };
    if y < 1 || m < 1 || m > 12 || d < 1 || d > month_days(y, m) || hour > 23 || minute > 59 {
        return fail("DATE", "there is no such time");
    }
    Ok(day_number(y, m, d) * DAY + hour * 60 + minute)
}

fn run(args: &[String], out: &mut Vec<u8>) -> Result<()> {
    let mut s = Search { start: 0, end: 0, count: 0, back: false, format: "iso" };
    let (mut end, mut table, mut explaining) = (None, false, false);
    let mut i = 0;
    while i < args.len() && args[i].starts_with('-') {
        match args[i].as_str() {
            "-r" => s.back = true,
            "-t" => table = true,
            "-e" => explaining = true,
            "-n" | "-u" | "-f" => {
                i += 1;
                if i == args.len() {
                    return usage("an option needs a value");
                }
                let value = args[i].as_str();
                match args[i - 1].as_str() {
                    "-n" => {
                        let digits = !value.is_empty() && value.len() <= 5;
                        if !digits || !value.bytes().all(|c| c.is_ascii_digit()) {
                            return usage("this is no count");
                        }
                        s.count = value.parse().unwrap_or(0);
                        if s.count < 1 || s.count > LIMIT {
                            return usage("a count is 1 to 10000");
                        }
                    }
                    "-u" => end = Some(value.to_string()),
                    _ => match FORMATS.iter().find(|f| **f == value) {
                        Some(f) => s.format = f,
                        None => return usage("there is no such format"),
                    },
                }
            }
            _ => return usage("there is no such option"),
        }
        i += 1;
    }
    if table && explaining {
        return usage("-t and -e exclude each other");
    }
    if args.len() - i != (if table || explaining { 1 } else { 2 }) {
        return usage("cron [OPTIONS] START EXPRESSION");
    }
    if explaining {
        explain(&read_expression(args[i].as_bytes())?, out);
        return Ok(());
    }
    s.start = date_of(&args[i], false, false)?;
    s.end = if s.back { 0 } else { date_of("9999-12-31T23:59", false, false)? };
    if let Some(text) = &end {
        s.end = date_of(text, true, s.back)?;
    } else if s.count == 0 {
        s.count = 10;
    }
    let entries = if table { read_table()? } else { vec![read_expression(args[i + 1].as_bytes())?] };
    let found = search(&s, &entries, out)?;
    if found < s.count && end.is_none() {
        return fail("EXHAUSTED", "the calendar ends before all times were found");
    }
    Ok(())
}

fn main() {
    let args: Vec<String> = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned()).collect();
    let mut out = Vec::new();
    let result = run(&args, &mut out);
    let _ = std::io::stdout().write_all(&out);
    if let Err(failure) = result {
        eprintln!("{}: {}", failure.word, failure.message);
        std::process::exit(failure.code);
    }
}
