//! What an answer rests on: facts about EKS, EC2 and their tools, each with a grade, a source and a date.

use core::fmt;

use crate::named::named;

named! {
    /// How well a fact is established.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Grade, SourceId};
    ///
    /// assert_eq!(SourceId::SubnetReservedFive.grade(), Grade::Documented);
    /// assert_eq!(Grade::Documented.to_string(), "documented");
    /// assert_eq!(Grade::from_name("certain"), None);
    /// ```
    #[non_exhaustive]
    Grade {
        /// The owner's documents say so.
        Documented = "documented",
        /// Read in the owner's code, or replayed through it.
        Code = "code",
        /// Users report it.
        Reported = "reported",
        /// Follows from other facts by reasoning.
        Inferred = "inferred",
        /// Nobody has shown it.
        Unverified = "unverified",
    }
}

#[allow(clippy::doc_markdown, reason = "the sentences of facts.toml are plain text")]
mod table {
    use super::{Entry, Grade};

    include!(concat!(env!("OUT_DIR"), "/facts.rs"));

    impl SourceId {
        pub(super) const fn entry(self) -> &'static Entry {
            &ENTRIES[self as usize]
        }

        pub(super) const fn every() -> &'static [Self] {
            ALL
        }
    }
}

pub use table::SourceId;

/// A line of the table behind [`SourceId`].
struct Entry {
    key: &'static str,
    grade: Grade,
    text: &'static str,
    citation: &'static str,
    date: &'static str,
}

impl SourceId {
    /// Iterates over all facts, in the order of `facts.toml`, which groups them by subject.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Grade, SourceId};
    ///
    /// let contested = SourceId::all().filter(|fact| fact.grade() == Grade::Unverified);
    /// assert!(contested.into_iter().any(|fact| fact == SourceId::LastBlockContested));
    /// ```
    pub fn all() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator + Clone {
        Self::every().iter().copied()
    }

    /// Finds the fact with this key; `None` for any other text.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::SourceId;
    ///
    /// assert_eq!(SourceId::from_key("nitro-rule"), Some(SourceId::NitroRule));
    /// assert_eq!(SourceId::from_key("Nitro-Rule"), None);
    /// ```
    pub fn from_key(key: &str) -> Option<Self> {
        Self::all().find(|fact| fact.key() == key)
    }

    /// Returns the stable name, in kebab-case.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::SourceId::SingleEni.key(), "single-eni");
    /// ```
    pub const fn key(self) -> &'static str {
        self.entry().key
    }

    /// Returns how well the fact is established.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::{Grade, SourceId};
    ///
    /// assert_eq!(SourceId::WindowsEligibility.grade(), Grade::Inferred);
    /// ```
    pub const fn grade(self) -> Grade {
        self.entry().grade
    }

    /// Returns the fact itself, as one sentence.
    ///
    /// # Examples
    ///
    /// ```
    /// assert!(winpod::SourceId::WindowsMaxPods110.text().contains("110 pods"));
    /// ```
    pub const fn text(self) -> &'static str {
        self.entry().text
    }

    /// Returns where the fact was read: title and version of each source, then the place in it.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(
    ///     winpod::SourceId::NitroRule.citation(),
    ///     "amazon-vpc-resource-controller-k8s b8d4251: pkg/utils"
    /// );
    /// ```
    pub const fn citation(self) -> &'static str {
        self.entry().citation
    }

    /// Returns the day whose state of the world was read, as `YYYY-MM-DD`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(winpod::SourceId::ControllerTable.date(), "2026-03-20");
    /// ```
    pub const fn date(self) -> &'static str {
        self.entry().date
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.key())
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for SourceId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for SourceId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::named::deserialize(deserializer, "the key of a fact", Self::from_key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_comes_back_by_its_key() {
        assert!(SourceId::all().len() > 0);
        for fact in SourceId::all() {
            assert_eq!(SourceId::from_key(fact.key()), Some(fact));
            assert!(fact.text().ends_with('.') && fact.citation().contains(": ") && fact.date().len() == 10);
        }
        assert_eq!(SourceId::from_key(""), None);
    }
}
