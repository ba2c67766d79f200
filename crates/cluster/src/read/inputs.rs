//! From what the user named to files that can be opened.

use super::archive::Refused;
use super::aws::SNIFF;
use super::lines::Head;
use super::zip::{INSIDE, Member, Zip};
use super::{hns, host, netsh, script, shortened};
use crate::model::Place;
use crate::problem::Problem;
use std::collections::HashSet;
use std::fs;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// The deepest directory that is walked below one that was named.
const MAX_DIRECTORY_DEPTH: usize = 32;

/// Something to read.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Input {
    /// A file, or a directory that is read whole.
    Path(PathBuf),
    /// A document in memory, under the name that messages give it.
    Document {
        /// What messages call it.
        name: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
}

/// One file to open.
pub(super) struct File<'a> {
    pub(super) name: String,
    content: Content<'a>,
}

enum Content<'a> {
    Path(PathBuf),
    Bytes(&'a [u8]),
    Member(Member<'a>),
}

impl File<'_> {
    /// Its length in bytes; 0 where that is not known.
    pub(super) fn size(&self) -> u64 {
        match &self.content {
            Content::Path(path) => fs::metadata(path).map_or(0, |found| found.len()),
            Content::Bytes(bytes) => bytes.len() as u64,
            // What its directory says may not be so.
            Content::Member(_) => u64::MAX,
        }
    }

    /// Its bytes, in whatever stretches they come: whoever wants lines takes a buffer.
    pub(super) fn open(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match &self.content {
            Content::Path(path) => Box::new(fs::File::open(path)?),
            Content::Bytes(bytes) => Box::new(Cursor::new(bytes)),
            Content::Member(member) => member.open()?,
        })
    }
}

/// Files in the order given, directories sorted by name; what is wrong; and the files of directories
/// that are no YAML and no JSON by their name.
pub(super) fn expand(inputs: &[Input]) -> (Vec<File<'_>>, Vec<Problem>, Vec<PathBuf>) {
    let mut walk = Walk::default();
    for input in inputs {
        match input {
            Input::Path(path) if path.is_dir() => walk.directory(path, 0),
            Input::Path(path) => walk.push(path),
            Input::Document { name, bytes } => match Zip::of(bytes) {
                Some(zip) => walk.zip(name, &zip),
                None => walk.files.push(File { name: name.clone(), content: Content::Bytes(bytes) }),
            },
        }
    }
    (walk.files, walk.problems, walk.skipped)
}

#[derive(Default)]
struct Walk<'a> {
    files: Vec<File<'a>>,
    problems: Vec<Problem>,
    skipped: Vec<PathBuf>,
    /// Regular files that are among them, each by its one true name.
    seen: HashSet<PathBuf>,
}

impl<'a> Walk<'a> {
    /// Adds a file once, however often it is named. A pipe has no name of its own.
    fn push(&mut self, path: &Path) {
        let known = path.canonicalize().ok().filter(|path| path.is_file());
        self.push_known(path, known);
    }

    /// Adds a file whose one true name is known.
    fn push_known(&mut self, path: &Path, known: Option<PathBuf>) {
        if known.is_some_and(|known| !self.seen.insert(known)) {
            return;
        }
        if let Some(zip) = Zip::at(path) {
            return self.zip(&path.display().to_string(), &zip);
        }
        let content = Content::Path(path.to_owned());
        self.files.push(File { name: path.display().to_string(), content });
    }

    /// Adds the files of a zip.
    fn zip(&mut self, name: &str, zip: &Zip<'a>) {
        match zip.members() {
            Ok(members) if members.is_empty() => {
                let message = "is a zip with no file that is read: dumps of HNS, listings of ports, YAML, JSON, PowerShell";
                self.refuse(Path::new(name), "ZIP", message.to_owned());
            }
            Ok(members) => self.files.extend(members.into_iter().map(|member| File {
                name: format!("{name}{INSIDE}{}", shortened(member.name())),
                content: Content::Member(member),
            })),
            Err(Refused::Io(error)) => {
                self.refuse(Path::new(name), "UNREADABLE", format!("cannot be read: {error}"));
            }
            Err(Refused::Zip(code, message)) => self.refuse(Path::new(name), code, message),
        }
    }

    fn refuse(&mut self, path: &Path, code: &str, message: String) {
        let place = Place::file(&path.display().to_string().into());
        self.problems.push(Problem::new(code, message, &place));
    }

    fn directory(&mut self, directory: &Path, depth: usize) {
        if depth > MAX_DIRECTORY_DEPTH {
            let message = format!("is nested deeper than {MAX_DIRECTORY_DEPTH} directories: name it itself");
            return self.refuse(directory, "DIRECTORY_TOO_DEEP", message);
        }
        let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.refuse(directory, "UNREADABLE", format!("cannot be read: {error}")),
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        // One look for the directory spares one for each of its files.
        let known = directory.canonicalize().ok();
        for entry in entries {
            let path = entry.path();
            let name = entry.file_name();
            let hidden = name.to_string_lossy().starts_with('.') || name == "node_modules";
            // A link to a directory is not followed, so that no walk goes round in circles.
            let kind = entry.file_type().ok();
            let is_directory = kind.is_some_and(|kind| kind.is_dir());
            let is_file = kind.is_some_and(|kind| kind.is_file());
            if hidden {
                continue;
            }
            if is_directory {
                self.directory(&path, depth + 1);
            } else if is_readable(&path, is_file) {
                match &known {
                    Some(known) if is_file => self.push_known(&path, Some(known.join(name))),
                    _ => self.push(&path),
                }
            } else {
                self.skipped.push(path);
            }
        }
    }
}

/// Whether a file of a directory is read; `is_file` says that it is known to be a regular one.
fn is_readable(path: &Path, is_file: bool) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let is = |names: &[&str]| names.iter().any(|known| extension.eq_ignore_ascii_case(known));
    // A pipe would be waited for; a link to nothing is to be told.
    let file = || is_file || fs::metadata(path).map_or(true, |found| found.is_file());
    let of_node = || fs::File::open(path).is_ok_and(is_of_node);
    is(&["yaml", "yml", "json", "ps1"]) && file() || is(&["txt", "log"]) && file() && of_node()
}

/// Whether a text is one that a node prints: notes and logs of all else lie about too.
pub(super) fn is_of_node(file: impl Read) -> bool {
    let mut start = Vec::new();
    let read = file.take(SNIFF as u64).read_to_end(&mut start).is_ok();
    let head = Head::of(&start);
    read && (netsh::is_listing(&head, start.len() < SNIFF)
        || script::is_script(&head)
        || host::is_text(&head)
        || hns::is_dump(&start))
}
