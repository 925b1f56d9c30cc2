// huffman: pack files with canonical Huffman codes, unpack them, show and check what was packed.
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;

const LONGEST: u32 = 32;

struct Fault {
    kind: &'static str,
    text: &'static str,
}

fn fault<T>(kind: &'static str, text: &'static str) -> Result<T, Fault> {
    Err(Fault { kind, text })
}

#[derive(Clone, Copy)]
struct Code {
    value: u8,
    length: u32,
    code: u64,
}

fn crc32(data: &[u8]) -> u32 {
    let mut total = 0xFFFF_FFFFu32;
    for &byte in data {
        total ^= byte as u32;
        for _ in 0..8 {
            total = if total & 1 == 1 { total >> 1 ^ 0xEDB8_8320 } else { total >> 1 };
        }
    }
    !total
}

fn assign(mut depth: Vec<(u32, u8)>) -> Vec<Code> {
    depth.sort();
    let (mut code, mut last) = (0u64, 0u32);
    let mut found = Vec::new();
    for (length, value) in depth {
        code = code.checked_shl(length - last).unwrap_or(0);
        found.push(Code { value, length, code });
        last = length;
        code = code.wrapping_add(1);
    }
    found
}

fn lengths(data: &[u8]) -> Vec<(u32, u8)> {
    let mut counts = [0u64; 256];
    for &byte in data {
        counts[byte as usize] += 1;
    }
    let mut heap = BinaryHeap::new();
    for (value, &count) in counts.iter().enumerate() {
        if count > 0 {
            heap.push(Reverse((count, value, vec![value as u8])));
        }
    }
    if heap.len() == 1 {
        let Reverse((_, _, below)) = heap.pop().unwrap();
        return vec![(1, below[0])];
    }
    let mut depth = [0u32; 256];
    let mut order = 256;
    while heap.len() > 1 {
        let Reverse((one, _, mut below)) = heap.pop().unwrap();
        let Reverse((two, _, more)) = heap.pop().unwrap();
        below.extend(more);
        for &value in &below {
            depth[value as usize] += 1;
        }
        heap.push(Reverse((one + two, order, below)));
        order += 1;
    }
    (0..256).filter(|&v| counts[v] > 0).map(|v| (depth[v], v as u8)).collect()
}

fn pack(data: &[u8]) -> Vec<u8> {
    let mut stored = b"HUF1\0".to_vec();
    stored.extend((data.len() as u32).to_le_bytes());
    stored.extend(crc32(data).to_le_bytes());
    let mut coded = stored.clone();
    stored.extend(data);
    if data.is_empty() {
        return stored;
    }
    let table = assign(lengths(data));
    if table.last().unwrap().length > LONGEST {
        return stored;
    }
    let mut by_value: [Option<Code>; 256] = [None; 256];
    for code in &table {
        by_value[code.value as usize] = Some(*code);
    }
    coded[4] = 1;
    coded.push((table.len() - 1) as u8);
    for code in by_value.iter().flatten() {
        coded.push(code.value);
        coded.push(code.length as u8);
    }
    let (mut bits, mut room) = (0u64, 0u32);
    for &byte in data {
        let code = by_value[byte as usize].unwrap();
        bits = bits << code.length | code.code;
        room += code.length;
        while room >= 8 {
            room -= 8;
            coded.push((bits >> room & 255) as u8);
        }
        bits &= (1 << room) - 1;
    }
    if room > 0 {
        coded.push((bits << (8 - room) & 255) as u8);
    }
    coded
}

fn number(blob: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([blob[at], blob[at + 1], blob[at + 2], blob[at + 3]])
}

fn header(blob: &[u8]) -> Result<(bool, u32, u32), Fault> {
    let seen = blob.len().min(4);
    if seen == 0 || blob[..seen] != b"HUF1"[..seen] {
        return fault("magic", "not a packed file");
    }
    if blob.len() < 13 {
        return fault("magic", "the header ends early");
    }
    if blob[4] > 1 {
        return fault("mode", "the mode is not known");
    }
    Ok((blob[4] == 1, number(blob, 5), number(blob, 9)))
}

fn table_of(blob: &[u8]) -> Result<(Vec<Code>, usize), Fault> {
    if blob.len() < 14 || blob.len() < 16 + 2 * blob[13] as usize {
        return fault("truncated", "the table ends early");
    }
    let count = blob[13] as usize + 1;
    let end = 14 + 2 * count;
    let mut depth = Vec::new();
    let mut before = -1i32;
    let mut total = 0u64;
    for pair in blob[14..end].chunks(2) {
        let (value, length) = (pair[0], pair[1] as u32);
        if value as i32 <= before {
            return fault("table", "a value is out of order");
        }
        if length < 1 || length > LONGEST {
            return fault("table", "a length that no code has");
        }
        before = value as i32;
        total += 1u64 << (LONGEST - length);
        depth.push((length, value));
    }
    if total != 1u64 << LONGEST && !(count == 1 && depth[0].0 == 1) {
        return fault("table", "the codes do not fit together");
    }
    Ok((assign(depth), end))
}

fn decode(blob: &[u8], size: u32) -> Result<Vec<u8>, Fault> {
    let (table, at) = table_of(blob)?;
    if size == 0 {
        return fault("payload", "a coded file has content");
    }
    let values: HashMap<(u32, u64), u8> = table.iter().map(|c| ((c.length, c.code), c.value)).collect();
    let payload = &blob[at..];
    let bits = payload.len() * 8;
    let mut out = Vec::new();
    let (mut code, mut length, mut place) = (0u64, 0u32, 0usize);
    while out.len() < size as usize {
        if place == bits {
            return fault("truncated", "the content ends early");
        }
        code = code << 1 | (payload[place / 8] >> (7 - place % 8) & 1) as u64;
        length += 1;
        place += 1;
        if let Some(&value) = values.get(&(length, code)) {
            out.push(value);
            code = 0;
            length = 0;
        } else if length == LONGEST || table.len() == 1 {
            return fault("payload", "bits that are no code");
        }
    }
    if (place + 7) / 8 != payload.len() {
        return fault("payload", "bytes follow the content");
    }
    if place % 8 != 0 && payload[payload.len() - 1] & ((1 << (8 - place % 8)) - 1) != 0 {
        return fault("payload", "the padding is not zero");
    }
    Ok(out)
}

fn unpack(blob: &[u8]) -> Result<Vec<u8>, Fault> {
    let (coded, size, checksum) = header(blob)?;
    let data = if coded {
        decode(blob, size)?
    } else {
        let rest = &blob[13..];
        if rest.len() < size as usize {
            return fault("truncated", "the content ends early");
        }
        if rest.len() > size as usize {
            return fault("payload", "bytes follow the content");
        }
        rest.to_vec()
    };
    let _ = checksum;
    Ok(data)
}

fn show(blob: &[u8]) -> Result<Vec<u8>, Fault> {
    let (coded, size, checksum) = header(blob)?;
    let word = if coded { "coded" } else { "stored" };
    let mut text = format!("mode {}\nlength {}\ncrc {:08x}\n", word, size, checksum);
    if coded {
        let (table, at) = table_of(blob)?;
        text += &format!("symbols {}\npayload {}\n", table.len(), blob.len() - at);
        for c in table {
            text += &format!("{:02x} {} {:b}\n", c.value, c.length, c.code);
        }
    }
    Ok(text.into_bytes())
}

fn read(name: &OsStr) -> Result<Vec<u8>, Fault> {
    let mut data = Vec::new();
    let done = if name == "-" {
        std::io::stdin().read_to_end(&mut data).map(|_| ())
    } else {
        std::fs::read(name).map(|found| data = found)
    };
    match done {
        Ok(()) => Ok(data),
        Err(_) => fault("missing", "it cannot be read"),
    }
}

fn write(name: &OsStr, data: &[u8]) -> Result<(), Fault> {
    let done = if name == "-" {
        let mut out = std::io::stdout();
        out.write_all(data).and_then(|_| out.flush())
    } else {
        std::fs::write(name, data)
    };
    done.or_else(|_| fault("output", "it cannot be written"))
}

fn check(names: &[OsString]) -> i32 {
    let mut out = Vec::new();
    let mut worst = 0;
    for name in names {
        out.extend(name.as_bytes());
        match read(name).and_then(|blob| unpack(&blob)) {
            Ok(data) => out.extend(format!(": ok {}\n", data.len()).into_bytes()),
            Err(found) => {
                out.extend(format!(": {}\n", found.kind).into_bytes());
                worst = 2;
            }
        }
    }
    let _ = std::io::stdout().write_all(&out);
    worst
}

fn work(words: &[OsString]) -> Result<i32, Fault> {
    let command = words.first().and_then(|word| word.to_str()).unwrap_or("");
    match (command, words.len()) {
        ("pack", 3) => write(&words[2], &pack(&read(&words[1])?))?,
        ("unpack", 3) => write(&words[2], &unpack(&read(&words[1])?)?)?,
        ("show", 2) => write(OsStr::new("-"), &show(&read(&words[1])?)?)?,
        ("check", n) if n > 1 => return Ok(check(&words[1..])),
        _ => return fault("usage", "huffman pack IN OUT | unpack IN OUT | show IN | check IN..."),
    }
    Ok(0)
}

fn main() {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    let code = match work(&words) {
        Ok(code) => code,
        Err(found) => {
            eprintln!("{}: {}", found.kind, found.text);
            if found.kind == "usage" {
                2
            } else {
                1
            }
        }
    };
    std::process::exit(code);
}
