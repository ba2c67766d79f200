//! What stands where a patch is to go, taken from the files once all rules have judged.

use super::answer::Finding;
use crate::read::Input;
use crate::read::text::{decode, lines};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs;

/// Fills in what patches replace. A patch whose place is no longer there goes.
pub(super) fn fill(findings: &mut [Finding], inputs: &[Input]) {
    let mut wanted: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, finding) in findings.iter().enumerate() {
        if let Some(patch) = &finding.patch {
            wanted.entry(patch.file.clone()).or_default().push(index);
        }
    }
    for (file, mut indices) in wanted {
        indices.sort_by_key(|index| findings[*index].patch.as_ref().map_or(0, |patch| patch.line));
        let bytes = bytes(&file, inputs);
        let text = bytes.as_deref().and_then(|bytes| decode(bytes).ok());
        let mut lines = text.as_deref().map(lines).into_iter().flatten().zip(1u32..);
        let mut line = lines.next();
        for index in indices {
            let Some(patch) = &mut findings[index].patch else { continue };
            while line.is_some_and(|(_, number)| number < patch.line) {
                line = lines.next();
            }
            let text = line.filter(|(_, number)| *number == patch.line).map(|(text, _)| text);
            match text.and_then(|text| between(text, patch.column, patch.end_column)) {
                Some(original) => patch.original = original.to_owned(),
                None => findings[index].patch = None,
            }
        }
    }
}

fn bytes<'i>(file: &str, inputs: &'i [Input]) -> Option<Cow<'i, [u8]>> {
    let given = inputs.iter().find_map(|input| match input {
        Input::Document { name, bytes } if name == file => Some(Cow::Borrowed(bytes.as_slice())),
        _ => None,
    });
    given.or_else(|| fs::read(file).ok().map(Cow::Owned))
}

/// The characters from a column up to another, both counted from 1.
fn between(line: &str, column: u32, end: u32) -> Option<&str> {
    let mut offsets = line.char_indices().map(|(offset, _)| offset).chain([line.len()]);
    let start = offsets.nth(usize::try_from(column.checked_sub(1)?).ok()?)?;
    let length = usize::try_from(end.checked_sub(column)?).ok()?;
    let end = if length == 0 { start } else { offsets.nth(length - 1)? };
    line.get(start..end)
}

#[cfg(test)]
mod tests {
    use super::between;

    #[test]
    fn columns_are_characters() {
        assert_eq!(between("é: \"on\"", 4, 8), Some("\"on\""));
        assert_eq!(between("abc", 4, 4), Some(""));
        assert_eq!(between("abc", 3, 5), None);
        assert_eq!(between("abc", 0, 1), None);
        assert_eq!(between("", 2, 2), None);
    }
}
