//! What an error, an event or a log means: what happened, why, what to do, and what to look at next.
//!
//! Texts and files of any length are searched as they come, in constant memory. Each known error is told once, with
//! how often it was found, when and about which nodes and objects; its causes stand in the order of likelihood given
//! everything else that the inputs show of those nodes.

mod answer;
mod context;
mod cut;
mod described;
mod documents;
mod escape;
mod events;
mod evidence;
mod excerpt;
mod gap;
mod given;
mod manifests;
mod matcher;
mod names;
mod nodes;
mod object;
mod platform;
mod prose;
mod record;
mod stream;
mod table;
mod tally;
#[cfg(test)]
mod tests;
mod time;
mod walk;
mod words;
mod wraps;

pub use answer::{AffectedObject, BackgroundStep, Explanation, PossibleCause, ResultCode};
pub use evidence::Likelihood;
pub use given::{Given, is_path};

use crate::api::OnProgress;
use crate::encoding::{self, Content, SNIFF, Utf16};
use crate::model::Place;
use crate::problem::Problem;
use crate::progress::{Progress, Stopped};
use crate::read::{archive, shortened};
use crate::request::{Document, Refusal};
use documents::{Documents, Kept};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use stream::{Fault, Scanner};
use table::ERRORS;

/// What messages call a text that is no file.
const TEXT: &str = "<text>";
/// The deepest directory that is walked below one that was named.
const MAX_DIRECTORY_DEPTH: usize = 32;
/// One broken archive can have very many broken entries.
const MAX_PROBLEMS: usize = 100;
/// How often work tells where it is.
const STEP: u64 = 1 << 22;

/// What to explain: at least one text, file or document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[expect(clippy::exhaustive_structs, reason = "callers build it")]
pub struct ExplainRequest {
    /// A text: an error message, events, a piece of a log.
    pub text: Option<String>,
    /// Each a file or directory that exists or is written as one (`./x`, `a/b`, `x.log`), or else a text.
    pub given: Vec<String>,
    /// Logs, events, zips of the log collector, and directories of them. Dumps of HNS, netsh's listings of ports,
    /// kube-proxy's command line and Node objects put the causes in order; dumps and listings up to 8 MiB each.
    pub paths: Vec<String>,
    /// Documents in memory.
    pub documents: Vec<Document>,
}

/// What was found, and what could not be read.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Explained {
    /// Every error that was recognised: the most frequent first, what merely wraps or informs last.
    pub explanations: Vec<Explanation>,
    /// What could not be read; everything else was.
    pub problems: Vec<Problem>,
}

/// Explains errors and events.
///
/// The answer is empty if nothing is recognised. What of the inputs could not be read is in every explanation.
///
/// # Errors
/// - Code `REQUEST` without any input; `STOPPED`.
/// - If nothing is recognised and an input could not be read, the code of that problem: `UNREADABLE`, `NOT_TEXT`,
///   `JSON_TRUNCATED`, `TOO_LARGE`, `ZIP`, `ZIP_TOO_LARGE`, `DIRECTORY_TOO_DEEP`; `EMPTY` if all inputs are empty.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::explain::{ExplainRequest, explain};
///
/// let text = "hcnCreateLoadBalancer failed in Win32: The specified port already exists.".to_owned();
/// let request = ExplainRequest { text: Some(text), ..Default::default() };
/// let answer = explain(&request, &mut |_| ControlFlow::Continue(()))?;
/// assert_eq!(answer[0].id, "hns-port-exists");
/// assert_eq!(answer[0].results[0].decimal, 2151350291);
///
/// let unknown = ExplainRequest { text: Some("all is well".to_owned()), ..Default::default() };
/// assert!(explain(&unknown, &mut |_| ControlFlow::Continue(()))?.is_empty());
///
/// let nothing = ExplainRequest::default();
/// assert_eq!(explain(&nothing, &mut |_| ControlFlow::Continue(())).unwrap_err().code, "REQUEST");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub fn explain(request: &ExplainRequest, progress: OnProgress<'_>) -> Result<Vec<Explanation>, Refusal> {
    let given = Given::new(&request.given);
    let texts: Vec<&String> = request.text.iter().chain(&given.texts).collect();
    let paths: Vec<PathBuf> = request.paths.iter().chain(&given.paths).map(PathBuf::from).collect();
    if texts.is_empty() && paths.is_empty() && request.documents.is_empty() {
        return Err(Refusal::new("REQUEST", "names no text, no file and no document: give at least one"));
    }
    let mut explainer = Explainer::new(progress)?;
    explainer.expect(&paths);
    for text in texts {
        explainer.text(TEXT, text)?;
    }
    for path in &paths {
        explainer.path(path)?;
    }
    for document in &request.documents {
        explainer.text(&document.name, &document.text)?;
    }
    let Explained { mut explanations, problems } = explainer.finish();
    match problems.first() {
        Some(problem) if explanations.is_empty() => return Err(problem.clone().into()),
        _ => explanations.iter_mut().for_each(|it| it.problems.clone_from(&problems)),
    }
    Ok(explanations)
}

/// Searches one input after the other.
///
/// # Examples
/// ```
/// use std::ops::ControlFlow;
/// use winpod_cluster::explain::Explainer;
///
/// let mut progress = |_| ControlFlow::Continue(());
/// let mut explainer = Explainer::new(&mut progress)?;
/// explainer.reader("kube-proxy.log", &mut &b"E1122 10:00:00.1 1 proxier.go:1] err=\"(0x803b0013)\""[..])?;
/// let explained = explainer.finish();
/// assert_eq!(explained.explanations[0].first_time.as_deref(), Some("11-22T10:00:00"));
///
/// let mut explainer = Explainer::new(&mut progress)?;
/// explainer.reader("core.dmp", &mut &[0u8, 1, 2, 3, 4, 5][..])?;
/// assert_eq!(explainer.finish().problems[0].code, "NOT_TEXT");
/// # Ok::<(), winpod_cluster::request::Refusal>(())
/// ```
pub struct Explainer<'p> {
    scanner: Scanner,
    documents: Documents,
    meter: Meter<'p>,
    problems: Vec<Problem>,
    /// The files that were read, so that none is counted twice.
    read: HashSet<PathBuf>,
    /// Texts with something in them.
    texts: u64,
    /// The first input with nothing in it, and what is told of it.
    empty: Option<Problem>,
}

impl std::fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explainer").field("problems", &self.problems).finish_non_exhaustive()
    }
}

/// Bytes done, and who is told.
struct Meter<'p> {
    progress: OnProgress<'p>,
    done: u64,
    told: u64,
    total: u64,
}

impl Meter<'_> {
    fn add(&mut self, bytes: u64) -> Result<(), Stopped> {
        self.done = self.done.saturating_add(bytes);
        if self.told > 0 && self.done - self.told < STEP {
            return Ok(());
        }
        self.told = self.done.max(1);
        let at = Progress { step: "explain", done: self.done, total: self.total.max(self.done) };
        let at = if self.total == 0 { Progress { total: 0, ..at } } else { at };
        if (self.progress)(at).is_break() { Err(Stopped) } else { Ok(()) }
    }
}

/// How a source can be read.
enum Origin<'a> {
    Stream,
    /// A file, where an archive may be.
    File(&'a mut File),
    /// A file of a directory: what is no text is none that was asked for.
    Directory(&'a mut File),
    /// A file of an archive.
    Archive,
}

impl<'p> Explainer<'p> {
    /// Starts without anything found. `progress` is told the bytes read.
    ///
    /// # Errors
    /// - Code `INTERNAL` if the table of patterns is broken, which the tests rule out.
    pub fn new(progress: OnProgress<'p>) -> Result<Self, Refusal> {
        let scanner =
            Scanner::new().ok_or_else(|| Refusal::new("INTERNAL", "the table of patterns is broken"))?;
        let meter = Meter { progress, done: 0, told: 0, total: 0 };
        Ok(Self {
            scanner,
            documents: Documents::default(),
            meter,
            problems: Vec::new(),
            read: HashSet::new(),
            texts: 0,
            empty: None,
        })
    }

    /// Tells progress how much there is in these files, if all can be measured.
    fn expect(&mut self, paths: &[PathBuf]) {
        let sizes =
            paths.iter().map(|path| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|it| it.len()));
        self.meter.total = sizes.sum::<Option<u64>>().unwrap_or(0);
    }

    /// Searches a text; `name` is what messages call it.
    ///
    /// # Errors
    /// - [`Stopped`] if the caller's progress function said so.
    pub fn text(&mut self, name: &str, text: &str) -> Result<(), Stopped> {
        self.reader(name, &mut text.as_bytes())
    }

    /// Searches what a reader gives, without holding it; `name` is what messages call it.
    ///
    /// # Errors
    /// - [`Stopped`] if the caller's progress function said so.
    pub fn reader(&mut self, name: &str, source: &mut dyn Read) -> Result<(), Stopped> {
        self.source(&name.into(), source, Origin::Stream)
    }

    /// Searches a file, a zip or a directory. In the last two, what is no text is left out.
    ///
    /// # Errors
    /// - [`Stopped`] if the caller's progress function said so. What cannot be read is told by [`Explainer::finish`].
    pub fn path(&mut self, path: &Path) -> Result<(), Stopped> {
        if !path.is_dir() {
            return self.file(path, false);
        }
        let (texts, files) = (self.texts, self.read.len());
        self.directory(path, 0)?;
        if (texts, files) == (self.texts, self.read.len()) {
            self.is_empty(&name_of(path), "holds no file: there is nothing to explain");
        }
        Ok(())
    }

    /// What was found in all inputs.
    pub fn finish(mut self) -> Explained {
        self.documents.finish(&mut self.scanner.tally);
        let tally = &self.scanner.tally;
        let found = ERRORS.iter().zip(&tally.errors);
        let found = found.filter_map(|(error, found)| Some((error, found.as_ref()?)));
        let told = found.flat_map(|(error, found)| answer::explanations(error, found, tally));
        let mut told: Vec<(bool, Explanation)> = told.collect();
        // Stable: what is as frequent stays in the order of the table.
        told.sort_by_key(|(last, it)| (*last, std::cmp::Reverse(it.count)));
        let explanations = told.into_iter().map(|(_, it)| it).collect();
        // A log may be empty where others are not.
        if self.texts == 0 && self.problems.is_empty() {
            self.problems.extend(self.empty);
        }
        Explained { explanations, problems: self.problems }
    }

    fn directory(&mut self, directory: &Path, depth: usize) -> Result<(), Stopped> {
        if depth > MAX_DIRECTORY_DEPTH {
            let message = format!("is nested deeper than {MAX_DIRECTORY_DEPTH} directories: name it itself");
            self.problem(&name_of(directory), "DIRECTORY_TOO_DEEP", message);
            return Ok(());
        }
        let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(&name_of(directory), &error);
                return Ok(());
            }
        };
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            // A link to a directory is not followed, so that no walk goes round in circles; a pipe would be waited for.
            let Ok(kind) = entry.file_type() else { continue };
            if kind.is_dir() {
                self.directory(&entry.path(), depth + 1)?;
            } else if fs::metadata(entry.path()).is_ok_and(|found| found.is_file()) {
                self.file(&entry.path(), true)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, inside: bool) -> Result<(), Stopped> {
        let name = name_of(path);
        // By another name it is the same file; what cannot be found is told when it is opened.
        if fs::canonicalize(path).is_ok_and(|real| real.is_file() && !self.read.insert(real)) {
            return Ok(());
        }
        let opened = File::open(path).and_then(|file| Ok((file.try_clone()?, file)));
        let (mut again, mut file) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                self.unreadable(&name, &error);
                return Ok(());
            }
        };
        let origin = if inside { Origin::Directory(&mut again) } else { Origin::File(&mut again) };
        self.source(&name, &mut file, origin)
    }

    fn source(&mut self, name: &Arc<str>, source: &mut dyn Read, origin: Origin<'_>) -> Result<(), Stopped> {
        let mut head = Vec::new();
        if let Err(error) = source.take(SNIFF as u64).read_to_end(&mut head) {
            self.unreadable(name, &error);
            return Ok(());
        }
        let content = encoding::sniff(&head);
        let inside = matches!(origin, Origin::Directory(_) | Origin::Archive);
        match content {
            Content::Zip => match origin {
                Origin::File(file) | Origin::Directory(file) => return self.archive(name, file),
                Origin::Archive => {
                    let message =
                        "is a zip inside of a zip, which is not opened: unpack it and give it by itself";
                    self.problem(name, "ZIP", message.to_owned());
                }
                Origin::Stream => {
                    self.problem(name, "ZIP", "is a zip in a stream: give it as a file".to_owned());
                }
            },
            Content::Other(_) if inside => {}
            Content::Other(why) => self.problem(name, "NOT_TEXT", why.to_owned()),
            Content::Text(mark) => {
                let rest = head.split_off(mark.min(head.len()));
                return self.plain(name, &mut Cursor::new(rest).chain(source));
            }
            Content::Utf16(mark, big) => {
                let rest = head.split_off(mark.min(head.len()));
                return self.plain(name, &mut Utf16::new(Cursor::new(rest).chain(source), big));
            }
        }
        Ok(())
    }

    /// Searches a text in UTF-8.
    fn plain(&mut self, name: &Arc<str>, source: &mut dyn Read) -> Result<(), Stopped> {
        let mut head = Vec::new();
        if let Err(error) = source.take(SNIFF as u64).read_to_end(&mut head) {
            self.unreadable(name, &error);
            return Ok(());
        }
        if head.len() < SNIFF && head.trim_ascii().is_empty() {
            self.is_empty(name, "is empty: there is nothing to explain");
            return Ok(());
        }
        self.texts += 1;
        let is_list = events::is_list(&head);
        let kind = documents::Kind::of(&head, head.len() < SNIFF);
        let mut source = Kept::new(Cursor::new(head).chain(source), kind);
        let meter = &mut self.meter;
        let mut tick = |bytes| meter.add(bytes);
        let done = if is_list {
            events::scan(&mut self.scanner, name, &mut source, &mut tick)
        } else {
            self.scanner.text(name, &mut source, &mut tick).map(|()| events::Wrong::default())
        };
        match done {
            Ok(wrong) => {
                if wrong.truncated {
                    let message =
                        "ends in the middle of its JSON: it was cut off, and what is missing is not answered";
                    self.problem(name, "JSON_TRUNCATED", message.to_owned());
                }
                if wrong.too_long > 0 {
                    let message = format!(
                        "has {} JSON objects of more than 2 MiB, which are not looked at",
                        wrong.too_long
                    );
                    self.problem(name, "TOO_LARGE", message);
                }
            }
            Err(Fault::Io(error)) => {
                self.unreadable(name, &error);
                return Ok(());
            }
            Err(Fault::Stopped) => return Err(Stopped),
        }
        match source.document() {
            Some(Ok(bytes)) => {
                let node = self.scanner.node;
                let problems = self.documents.read(name, bytes, node, &mut self.scanner.tally);
                let room = MAX_PROBLEMS.saturating_sub(self.problems.len());
                self.problems.extend(problems.into_iter().take(room));
            }
            Some(Err(())) => {
                let message = format!(
                    "is longer than {} MiB, so that it is searched for errors and not read as a listing of a node",
                    documents::MAX_DOCUMENT >> 20
                );
                self.problem(name, "TOO_LARGE", message);
            }
            None => {}
        }
        Ok(())
    }

    fn archive(&mut self, name: &Arc<str>, file: &mut File) -> Result<(), Stopped> {
        let entries = match archive::entries(file) {
            Ok(entries) => entries,
            Err(refused) => {
                self.refused(name, refused);
                return Ok(());
            }
        };
        // What one node collected is about that node alone.
        let node = archive::collected_on(name, &entries);
        self.scanner.node = node.and_then(|node| self.scanner.tally.nodes.number(node));
        let done = self.entries(name, file, &entries);
        self.scanner.node = None;
        done
    }

    fn entries(
        &mut self,
        name: &Arc<str>,
        file: &mut File,
        entries: &[archive::Entry],
    ) -> Result<(), Stopped> {
        let mut left = archive::MAX_BYTES;
        for entry in entries.iter().filter(|entry| !entry.name.ends_with('/')) {
            let inner: Arc<str> = format!("{name}!{}", shortened(&entry.name)).into();
            match archive::open(file, entry) {
                Ok(unpacked) => {
                    let mut bounded = Bounded { source: unpacked, left, passed: false };
                    self.source(&inner, &mut bounded, Origin::Archive)?;
                    left = bounded.left;
                    if bounded.passed {
                        let message = format!(
                            "unpacks to more than {} MiB, and what follows is not answered: unpack it and give the files that matter",
                            archive::MAX_BYTES >> 20
                        );
                        self.problem(name, "ZIP_TOO_LARGE", message);
                        return Ok(());
                    }
                }
                Err(refused) => self.refused(&inner, refused),
            }
        }
        Ok(())
    }

    fn refused(&mut self, name: &Arc<str>, refused: archive::Refused) {
        match refused {
            archive::Refused::Io(error) => self.unreadable(name, &error),
            archive::Refused::Zip(code, message) => self.problem(name, code, message),
        }
    }

    fn is_empty(&mut self, name: &Arc<str>, message: &str) {
        let problem = || Problem::new("EMPTY", message.to_owned(), &Place::file(name));
        self.empty.get_or_insert_with(problem);
    }

    fn unreadable(&mut self, name: &Arc<str>, error: &io::Error) {
        self.problems.push(Problem::unreadable(name, error));
    }

    fn problem(&mut self, name: &Arc<str>, code: &str, message: String) {
        if self.problems.len() < MAX_PROBLEMS {
            let place = Place::file(name);
            self.problems.push(Problem::new(code, message, &place));
        }
    }
}

fn name_of(path: &Path) -> Arc<str> {
    path.display().to_string().into()
}

/// A reader that ends where no more bytes are left.
struct Bounded<R> {
    source: R,
    left: u64,
    /// There was more.
    passed: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            self.passed = self.passed || self.source.read(&mut [0])? > 0;
            return Ok(0);
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.source.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left -= count as u64;
        Ok(count)
    }
}
