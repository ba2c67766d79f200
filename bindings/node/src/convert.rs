//! From JavaScript's values to the core's and back.

use winpod_cluster::api::{self, OnProgress};
use winpod_cluster::capacity::Capacity;
use winpod_cluster::request::Refusal;

/// One request and its answer as JSON texts.
pub(crate) fn call(operation: &str, request: &str, progress: OnProgress<'_>) -> Result<String, Refusal> {
    let request =
        serde_json::from_str(request).map_err(|error| Refusal::new("REQUEST", error.to_string()))?;
    Ok(api::call(operation, request, progress)?.to_string())
}

/// Numbers that stand for words, given out in the order of their first use: a word made in V8 costs as much as a call.
#[derive(Default)]
pub(crate) struct Words(Vec<String>);

impl Words {
    fn number(&mut self, word: &str) -> u32 {
        let at = self.0.iter().position(|known| known == word).unwrap_or_else(|| {
            self.0.push(word.to_owned());
            self.0.len() - 1
        });
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    pub(crate) fn word(&self, number: u32) -> Option<&String> {
        self.0.get(number as usize)
    }
}

/// Nothing, where an answer has null.
const NULL: u32 = u32::MAX;

/// The fields of a `Capacity` behind its name, in the order of its definition; `index.js` names them.
pub(crate) fn fields(answer: &Capacity, words: &mut Words) -> [u32; 8] {
    [
        words.number(&answer.mode),
        words.number(&answer.requested_mode),
        answer.ipv4,
        answer.max_pods,
        answer.pods,
        words.number(answer.limited_by.name()),
        answer.windows.as_deref().map_or(NULL, |windows| words.number(windows)),
        answer.controller_known.map_or(NULL, u32::from),
    ]
}
