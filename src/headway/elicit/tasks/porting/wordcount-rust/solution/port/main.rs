// headway-canary 5f3c9a52-7d0e-4c58-9a41-0b6e2d8f7a13
use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::exit;

const FLAGS: &[u8] = b"lwmcL";

struct Asked {
    flags: Vec<u8>,
    top: Option<usize>,
    files: Vec<Vec<u8>>,
}

fn parse(words: Vec<OsString>) -> Result<Asked, String> {
    let mut given: Vec<u8> = Vec::new();
    let (mut top, mut files, mut only_files) = (None, Vec::new(), false);
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let word = word.as_bytes().to_vec();
        if only_files || word == b"-" || !word.starts_with(b"-") {
            files.push(word);
        } else if word == b"--" {
            only_files = true;
        } else if word == b"--top" || word.starts_with(b"--top=") {
            let number = if word == b"--top" {
                match words.next() {
                    Some(next) => next.as_bytes().to_vec(),
                    None => return Err("--top needs a number".into()),
                }
            } else {
                word[6..].to_vec()
            };
            if number.is_empty() || number.len() > 6 || !number.iter().all(u8::is_ascii_digit) {
                return Err("--top needs a number".into());
            }
            top = Some(number.iter().fold(0, |n, d| n * 10 + (d - b'0') as usize));
        } else if word.starts_with(b"--") {
            return Err("unknown option".into());
        } else {
            for letter in &word[1..] {
                if !FLAGS.contains(letter) {
                    return Err("unknown option".into());
                }
                given.push(*letter);
            }
        }
    }
    if given.is_empty() && top.is_none() {
        given = b"lwc".to_vec();
    }
    let flags = FLAGS.iter().copied().filter(|f| given.contains(f)).collect();
    Ok(Asked { flags, top, files })
}

fn read(name: &[u8]) -> Result<Vec<u8>, String> {
    let mut data = Vec::new();
    if name == b"-" {
        let _ = io::stdin().read_to_end(&mut data);
        return Ok(data);
    }
    let path = Path::new(std::ffi::OsStr::from_bytes(name));
    if path.is_dir() {
        return Err("folder: a folder".into());
    }
    fs::read(path).map_err(|_| "missing: no such file".to_string())
}

fn is_space(byte: u8) -> bool {
    byte == 32 || (9..=13).contains(&byte)
}

fn words(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|b| is_space(*b)).filter(|word| !word.is_empty())
}

fn longest(text: &str) -> usize {
    let (mut most, mut column) = (0, 0);
    for letter in text.chars() {
        match letter {
            '\n' => column = 0,
            '\t' => column += 8 - column % 8,
            _ => column += 1,
        }
        most = most.max(column);
    }
    most
}

fn count(data: &[u8], flags: &[u8]) -> Result<Vec<usize>, String> {
    let (mut letters, mut columns) = (0, 0);
    if flags.contains(&b'm') || flags.contains(&b'L') {
        let text = std::str::from_utf8(data)
            .map_err(|error| format!("encoding: byte {}", error.valid_up_to()))?;
        letters = text.chars().count();
        columns = longest(text);
    }
    Ok(flags
        .iter()
        .map(|flag| match flag {
            b'l' => data.iter().filter(|b| **b == b'\n').count(),
            b'w' => words(data).count(),
            b'm' => letters,
            b'c' => data.len(),
            _ => columns,
        })
        .collect())
}

fn tally(data: &[u8], counts: &mut HashMap<Vec<u8>, usize>) {
    for word in words(data) {
        let first = word.iter().position(|b| !b.is_ascii_punctuation());
        let last = word.iter().rposition(|b| !b.is_ascii_punctuation());
        if let (Some(first), Some(last)) = (first, last) {
            *counts.entry(word[first..=last].to_ascii_lowercase()).or_insert(0) += 1;
        }
    }
}

fn table(mut rows: Vec<(Vec<usize>, Vec<u8>)>, flags: &[u8], out: &mut Vec<u8>) {
    if flags.is_empty() {
        return;
    }
    if rows.len() > 1 {
        let mut total = vec![0; flags.len()];
        for (numbers, _) in &rows {
            for (k, flag) in flags.iter().enumerate() {
                total[k] = if *flag == b'L' { numbers[k].max(total[k]) } else { total[k] + numbers[k] };
            }
        }
        rows.push((total, b"total".to_vec()));
    }
    let digits = |n: &usize| n.to_string().len();
    let width = rows.iter().flat_map(|row| row.0.iter()).map(digits).max().unwrap_or(1);
    for (numbers, name) in rows {
        let columns: Vec<String> = numbers.iter().map(|n| format!("{:>1$}", n, width)).collect();
        out.extend(columns.join(" ").as_bytes());
        if !name.is_empty() {
            out.push(b' ');
            out.extend(name);
        }
        out.push(b'\n');
    }
}

fn main() {
    let asked = match parse(env::args_os().skip(1).collect()) {
        Ok(asked) => asked,
        Err(why) => {
            eprintln!("usage: {}", why);
            exit(2);
        }
    };
    let (mut rows, mut counts, mut code) = (Vec::new(), HashMap::new(), 0);
    let unnamed = asked.files.is_empty();
    let files = if unnamed { vec![b"-".to_vec()] } else { asked.files };
    for name in files {
        match read(&name).and_then(|data| Ok((count(&data, &asked.flags)?, data))) {
            Ok((numbers, data)) => {
                rows.push((numbers, if unnamed { Vec::new() } else { name }));
                tally(&data, &mut counts);
            }
            Err(why) => {
                eprintln!("{}", why);
                code = 1;
            }
        }
    }
    let mut out = Vec::new();
    table(rows, &asked.flags, &mut out);
    if let Some(top) = asked.top {
        let mut order: Vec<(Vec<u8>, usize)> = counts.into_iter().collect();
        order.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        for (word, number) in order.into_iter().take(top) {
            out.extend(number.to_string().as_bytes());
            out.push(b' ');
            out.extend(word);
            out.push(b'\n');
        }
    }
    let _ = io::stdout().write_all(&out);
    exit(code);
}
