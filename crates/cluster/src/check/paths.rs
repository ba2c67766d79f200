//! Paths as patterns and baselines compare them, however they are spelled.

use std::collections::BTreeMap;

/// A path with slashes, without `.` and without what `..` takes back.
pub(crate) fn plain(path: &str) -> String {
    let path = path.replace('\\', "/");
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match parts.last() {
            Some(last) if part == ".." && *last != ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    format!("{root}{}", parts.join("/"))
}

/// A folder of an earlier answer and what it is called now; nothing where both are called the same.
#[derive(Debug, Default, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moved {
    then: String,
    now: String,
}

impl Moved {
    /// The folders that most pairs of an earlier and a present path agree on.
    pub(super) fn most_likely(pairs: impl Iterator<Item = (String, String)>) -> Self {
        let mut votes: BTreeMap<Self, usize> = BTreeMap::new();
        for moved in pairs.filter_map(|(then, now)| Self::between(&then, &now)) {
            *votes.entry(moved).or_default() += 1;
        }
        // Of several with as many votes, the first.
        let most = votes.into_iter().rev().max_by_key(|(_, votes)| *votes);
        most.map(|(moved, _)| moved).unwrap_or_default()
    }

    /// What stands before the end that two paths share. One folder must be at or below the other, or both absolute, as
    /// on two machines: `a` and `b` are two folders, not two names of one.
    fn between(then: &str, now: &str) -> Option<Self> {
        let shared = then.rsplit('/').zip(now.rsplit('/')).take_while(|(a, b)| a == b && !a.is_empty());
        let length = shared.map(|(part, _)| part.len() + 1).sum::<usize>();
        if length == 0 {
            return None;
        }
        let before =
            |path: &str| path.get(..(path.len() + 1).saturating_sub(length)).unwrap_or_default().to_owned();
        let (then, now) = (before(then), before(now));
        let nowhere = |folder: &str| folder.split('/').all(|part| part.is_empty() || part == "..");
        let absolute = |folder: &str| folder.starts_with('/') || folder.get(1..2) == Some(":");
        let one = nowhere(&then) || nowhere(&now) || absolute(&then) && absolute(&now);
        one.then_some(Self { then, now })
    }

    /// What a present path was called then.
    pub(super) fn back(&self, now: &str) -> String {
        match now.strip_prefix(&*self.now) {
            Some(rest) => format!("{}{rest}", self.then),
            None => now.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_path_are_one() {
        for (path, expected) in [
            ("./a//b/./c.yaml", "a/b/c.yaml"),
            (".\\a\\b.yaml", "a/b.yaml"),
            ("a/../b.yaml", "b.yaml"),
            ("../../a.yaml", "../../a.yaml"),
            ("/x/./a.yaml", "/x/a.yaml"),
            ("C:\\x\\..\\a.yaml", "C:/a.yaml"),
            ("<stdin>", "<stdin>"),
        ] {
            assert_eq!(plain(path), expected, "{path}");
        }
    }

    #[test]
    fn folders_are_found_by_what_paths_share() {
        let back = |pairs: &[(&str, &str)], now: &str| {
            let pairs = pairs.iter().map(|(then, now)| (plain(then), plain(now)));
            Moved::most_likely(pairs).back(&plain(now))
        };
        for (then, now) in [
            ("cluster/a/x.yaml", "a/x.yaml"),
            ("x.yaml", "cluster/a/x.yaml"),
            ("cluster/x.yaml", "/home/me/cluster/x.yaml"),
            ("../cluster/x.yaml", "cluster/x.yaml"),
            ("/ci/build/cluster/x.yaml", "/home/me/cluster/x.yaml"),
            ("cluster/x.yaml", "C:\\k\\cluster\\x.yaml"),
            ("/x.yaml", "x.yaml"),
        ] {
            assert_eq!(back(&[(then, now)], now), plain(then), "{then} {now}");
        }
        assert_eq!(back(&[("a/x.yaml", "b/x.yaml")], "b/x.yaml"), "b/x.yaml");
        // One file of another folder does not outvote the rest.
        let pairs = [("c/a/x.yaml", "a/x.yaml"), ("c/a/y.yaml", "a/y.yaml"), ("y.yaml", "a/y.yaml")];
        assert_eq!(back(&pairs, "a/y.yaml"), "c/a/y.yaml");
    }
}
