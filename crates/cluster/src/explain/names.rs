//! Words that name HNS and its calls.

use super::context::word;
use super::matcher::is_letter;
use super::table::HNS_WORDS;

/// Whether a text begins with a word that names HNS, and not with a file of a program's source.
pub(super) fn is_hns(text: &[u8]) -> bool {
    // Most words begin otherwise.
    let Some(first) = text.first().map(u8::to_ascii_lowercase) else { return false };
    if !STARTS[usize::from(first)] {
        return false;
    }
    let begins = |known: &&str| {
        if known.as_bytes().first() != Some(&first) {
            return None;
        }
        let mut at = 0;
        for byte in known.bytes() {
            if is_letter(byte) {
                // A terminal breaks words.
                at += breaks(text.get(at..)?);
                if text.get(at)?.to_ascii_lowercase() != byte {
                    return None;
                }
                at += 1;
            } else {
                at += text.get(at..)?.iter().take_while(|it| !is_letter(**it)).count();
            }
        }
        let behind = text.get(at..)?;
        (known.len() > SHORT || is_name_of_call(behind)).then_some(())
    };
    let file = text.get(word(text).len()..).is_some_and(|behind| behind.starts_with(b".go:"));
    !file && HNS_WORDS.iter().any(|known| begins(known).is_some())
}

/// What the words that name HNS begin with.
static STARTS: [bool; 256] = {
    let mut table = [false; 256];
    let mut nth = 0;
    while nth < HNS_WORDS.len() {
        table[HNS_WORDS[nth].as_bytes()[0] as usize] = true;
        nth += 1;
    }
    table
};

/// Words so short begin others too, such as the name of a search index.
const SHORT: usize = 3;

/// Whether `hns` or `hcn` ends here, or goes on as the calls, objects and programs of HNS are named.
fn is_name_of_call(behind: &[u8]) -> bool {
    const PARTS: [&[u8]; 32] = [
        b"accelerator",
        b"add",
        b"api",
        b"attach",
        b"call",
        b"close",
        b"create",
        b"delete",
        b"detach",
        b"diag",
        b"endpoint",
        b"enum",
        b"error",
        b"free",
        b"get",
        b"global",
        b"id",
        b"lib",
        b"list",
        b"load",
        b"modify",
        b"namespace",
        b"network",
        b"open",
        b"policy",
        b"proxy",
        b"query",
        b"re",
        b"route",
        b"service",
        b"set",
        b"un",
    ];
    let behind = behind.get(breaks(behind)..).unwrap_or_default();
    let Some(next) = behind.first() else { return true };
    // HNSv2, hns2.
    let is_version = next.is_ascii_digit() || matches!(behind, [b'v' | b'V', b'0'..=b'9', ..]);
    let goes_on = |part: &&[u8]| {
        let letters = behind.iter().filter(|byte| !matches!(byte, b'\n' | b'\r'));
        letters.take(part.len()).map(u8::to_ascii_lowercase).eq(part.iter().copied())
            // A terminal may end in the middle of it.
            || word(behind).len() < part.len() && behind.len() == word(behind).len()
                && part.get(..behind.len()).is_some_and(|start| start.eq_ignore_ascii_case(behind))
    };
    !is_letter(*next) || is_version || PARTS.iter().any(goes_on)
}

/// The breaks of lines that a text begins with.
fn breaks(text: &[u8]) -> usize {
    text.iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).count()
}
