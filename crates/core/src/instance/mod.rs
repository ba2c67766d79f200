//! EC2 instance types: what each one offers a Windows node, and whether it can be one.
//!
//! The table is built in: 1415 types, retired ones included, as of [`TABLE_DATE`]. What it lacks is `None`, never
//! a guess; [`nearest`] helps with a misspelt name.
//!
//! # Examples
//!
//! ```
//! use winpod::instance::{self, Verdict};
//!
//! let m5 = instance::find("m5.large").ok_or("no such type")?;
//! assert_eq!((m5.enis(), m5.ipv4_per_eni()), (3, 10));
//! assert_eq!(m5.windows().verdict, Verdict::Yes);
//! assert!(m5.nitro().supported);
//!
//! assert_eq!(instance::find("m5.larg"), None);
//! assert_eq!(instance::nearest("m5.larg").as_slice()[0], "m5.large");
//! # Ok::<(), &str>(())
//! ```
//!
//! # Source
//!
//! The `DescribeInstanceTypes` records in four releases of moto, each type from the newest release that has it;
//! `SOURCES.toml` of the crate `winpod-data` has versions, dates and the command.

mod nearest;

pub use nearest::{Nearest, nearest};

use crate::SourceId;
use crate::named::named;

/// The day of the newest release that the table is made from, as `YYYY-MM-DD`.
pub const TABLE_DATE: &str = table::TABLE_DATE;

/// The day on which the controller's own table was generated, as `YYYY-MM-DD`: see
/// [`InstanceType::controller_known`].
pub const CONTROLLER_TABLE_DATE: &str = table::CONTROLLER_TABLE_DATE;

/// Finds an instance type by its exact name; `None` if the table lacks it.
///
/// Names are in lower case, as the EC2 API writes them. Takes the same time however long the name is.
///
/// # Examples
///
/// ```
/// use winpod::instance;
///
/// assert_eq!(instance::find("t3.medium").map(|t| t.vcpus()), Some(2));
/// assert_eq!(instance::find("T3.medium"), None);
/// ```
pub fn find(name: &str) -> Option<&'static InstanceType> {
    // Before hashing, so that an absurdly long name costs nothing.
    if name.len() > table::LONGEST_NAME {
        return None;
    }
    table::TABLE.get(name)
}

/// Iterates over the whole table, sorted by the bytes of the name.
///
/// # Examples
///
/// ```
/// use winpod::instance::{self, Verdict};
///
/// assert_eq!(instance::all().len(), 1415);
/// assert_eq!(instance::all().filter(|t| t.windows().verdict == Verdict::Yes).count(), 948);
/// ```
pub fn all() -> impl ExactSizeIterator<Item = &'static InstanceType> + DoubleEndedIterator + Clone {
    table::TABLE.values()
}

/// An EC2 instance type, as the table has it.
///
/// # Examples
///
/// ```
/// use winpod::instance;
///
/// let metal = instance::find("m5.metal").ok_or("no such type")?;
/// assert!(metal.bare_metal());
/// assert_eq!((metal.family(), metal.size()), ("m5", "metal"));
/// assert_eq!(instance::find("m5.wood"), None);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct InstanceType {
    name: &'static str,
    enis: u8,
    enis_total: u8,
    cards: u8,
    ipv4_per_eni: u8,
    hypervisor: Option<Hypervisor>,
    architectures: &'static [Architecture],
    vcpus: u16,
    memory_mib: u32,
    current_generation: bool,
    accelerators: &'static [Accelerator],
    windows: WindowsReason,
    controller_known: bool,
    source: &'static str,
    retired: bool,
}

impl InstanceType {
    /// Returns the name, such as `m5.large`.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.name()), Some("m5.large"));
    /// ```
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the part of the name before the dot, such as `m5`.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.family()), Some("m5"));
    /// ```
    pub fn family(&self) -> &'static str {
        self.parts().0
    }

    /// Returns the part of the name after the dot, such as `large` or `metal-24xl`.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.size()), Some("large"));
    /// ```
    pub fn size(&self) -> &'static str {
        self.parts().1
    }

    fn parts(&self) -> (&'static str, &'static str) {
        // The build refuses a name without a dot.
        self.name.split_once('.').unwrap_or((self.name, ""))
    }

    /// Returns the most network interfaces on the default network card.
    ///
    /// A Windows node uses one of them: [`SourceId::SingleEni`].
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.enis()), Some(3));
    /// ```
    pub const fn enis(&self) -> u8 {
        self.enis
    }

    /// Returns the most network interfaces over all network cards.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// let enis = instance::find("i7ie.48xlarge").map(|it| (it.enis(), it.enis_total()));
    /// assert_eq!(enis, Some((8, 15)));
    /// ```
    pub const fn enis_total(&self) -> u8 {
        self.enis_total
    }

    /// Returns the number of network cards.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("i7ie.48xlarge").map(|it| it.cards()), Some(2));
    /// ```
    pub const fn cards(&self) -> u8 {
        self.cards
    }

    /// Returns the most IPv4 addresses on one network interface, the primary address included.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.ipv4_per_eni()), Some(10));
    /// ```
    pub const fn ipv4_per_eni(&self) -> u8 {
        self.ipv4_per_eni
    }

    /// Returns the hypervisor; `None` for bare metal.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, Hypervisor};
    ///
    /// let hypervisor = |name| instance::find(name).map(|it| it.hypervisor());
    /// assert_eq!(hypervisor("t2.large"), Some(Some(Hypervisor::Xen)));
    /// assert_eq!(hypervisor("m5.metal"), Some(None));
    /// ```
    pub const fn hypervisor(&self) -> Option<Hypervisor> {
        self.hypervisor
    }

    /// Says whether the type is bare metal.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// let bare_metal = |name| instance::find(name).map(|it| it.bare_metal());
    /// assert_eq!((bare_metal("m5.metal"), bare_metal("m5.large")), (Some(true), Some(false)));
    /// ```
    pub const fn bare_metal(&self) -> bool {
        self.hypervisor.is_none()
    }

    /// Returns the processor architectures, sorted by name; at least one.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, Architecture};
    ///
    /// let it = instance::find("t2.micro").ok_or("no such type")?;
    /// assert_eq!(it.architectures(), [Architecture::I386, Architecture::X86_64]);
    /// # Ok::<(), &str>(())
    /// ```
    pub const fn architectures(&self) -> &'static [Architecture] {
        self.architectures
    }

    /// Returns the number of vCPUs it starts with by default.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.vcpus()), Some(2));
    /// ```
    pub const fn vcpus(&self) -> u16 {
        self.vcpus
    }

    /// Returns the memory in MiB.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.memory_mib()), Some(8192));
    /// ```
    pub const fn memory_mib(&self) -> u32 {
        self.memory_mib
    }

    /// Says whether EC2 calls the type current. Types in wide use, such as all of m5, no longer are.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.current_generation()), Some(false));
    /// ```
    pub const fn current_generation(&self) -> bool {
        self.current_generation
    }

    /// Returns the kinds of accelerator on board, in the order of [`Accelerator::ALL`]; mostly none.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, Accelerator};
    ///
    /// let accelerators = |name| instance::find(name).map(|it| it.accelerators());
    /// assert_eq!(accelerators("g5.xlarge"), Some(&[Accelerator::Gpu][..]));
    /// assert_eq!(accelerators("m5.large"), Some(&[][..]));
    /// ```
    pub const fn accelerators(&self) -> &'static [Accelerator] {
        self.accelerators
    }

    /// Returns the release that the row was read from, such as `moto 5.2.5`.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// assert_eq!(instance::find("m5.large").map(|it| it.source()), Some("moto 5.2.5"));
    /// ```
    pub const fn source(&self) -> &'static str {
        self.source
    }

    /// Says whether the newest release no longer has the type, so that EC2 has probably withdrawn it.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// let retired = |name| instance::find(name).map(|it| it.retired());
    /// assert_eq!((retired("p2.xlarge"), retired("m5.large")), (Some(true), Some(false)));
    /// ```
    pub const fn retired(&self) -> bool {
        self.retired
    }

    /// Says whether the type can be a Windows node, and why.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, Verdict, WindowsReason};
    ///
    /// let windows = |name| instance::find(name).map(|it| (it.windows().verdict, it.windows().reason));
    /// assert_eq!(windows("m5.large"), Some((Verdict::Yes, WindowsReason::X86_64)));
    /// assert_eq!(windows("m6g.large"), Some((Verdict::No, WindowsReason::Architecture)));
    /// assert_eq!(windows("hpc6a.48xlarge"), Some((Verdict::Unknown, WindowsReason::NoEvidence)));
    /// ```
    ///
    /// # Source
    ///
    /// [`SourceId::WindowsX86Only`] and [`SourceId::WindowsEligibility`]; the latter is inferred.
    pub const fn windows(&self) -> Eligibility {
        let (verdict, source) = match self.windows {
            WindowsReason::X86_64 => (Verdict::Yes, SourceId::WindowsEligibility),
            WindowsReason::Architecture => (Verdict::No, SourceId::WindowsX86Only),
            WindowsReason::Accelerator => (Verdict::No, SourceId::WindowsEligibility),
            WindowsReason::NoEvidence => (Verdict::Unknown, SourceId::WindowsEligibility),
        };
        Eligibility { verdict, reason: self.windows, source }
    }

    /// Says whether the controller takes the type for Nitro, and so can give its nodes prefixes, and why.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, NitroReason};
    ///
    /// let nitro = |name| instance::find(name).map(|it| (it.nitro().supported, it.nitro().reason));
    /// assert_eq!(nitro("m5.large"), Some((true, NitroReason::Hypervisor)));
    /// assert_eq!(nitro("i3.metal"), Some((true, NitroReason::BareMetal)));
    /// assert_eq!(nitro("t2.large"), Some((false, NitroReason::Xen)));
    /// ```
    ///
    /// # Source
    ///
    /// [`SourceId::NitroRule`].
    pub const fn nitro(&self) -> NitroAnswer {
        let (supported, reason) = match self.hypervisor {
            None => (true, NitroReason::BareMetal),
            Some(Hypervisor::Nitro) => (true, NitroReason::Hypervisor),
            Some(Hypervisor::Xen) => (false, NitroReason::Xen),
        };
        NitroAnswer { supported, reason, source: SourceId::NitroRule }
    }

    /// Says whether the VPC Resource Controller knew the type when its table was generated.
    ///
    /// A node of a type that it does not know gets no pod addresses. The controller that EKS runs may be older
    /// or newer than that table.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance;
    ///
    /// let known = |name| instance::find(name).map(|it| it.controller_known().listed);
    /// assert_eq!(known("m5.large"), Some(true));
    /// assert_eq!(known("c8ib.large"), Some(false));
    /// assert_eq!(instance::CONTROLLER_TABLE_DATE, "2026-03-20");
    /// ```
    ///
    /// # Source
    ///
    /// [`SourceId::ControllerTable`].
    pub const fn controller_known(&self) -> ControllerKnown {
        ControllerKnown {
            listed: self.controller_known,
            table_date: CONTROLLER_TABLE_DATE,
            source: SourceId::ControllerTable,
        }
    }
}

/// Whether a type can be a Windows node: the answer of [`InstanceType::windows`].
///
/// # Examples
///
/// ```
/// use winpod::{SourceId, instance};
///
/// let answer = instance::find("f1.2xlarge").ok_or("no such type")?.windows();
/// assert_eq!(answer.verdict, instance::Verdict::No);
/// assert_eq!(answer.source, SourceId::WindowsEligibility);
/// # Ok::<(), &str>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Eligibility {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: WindowsReason,
    /// What the answer rests on.
    pub source: SourceId,
}

/// Whether a type can hold prefixes: the answer of [`InstanceType::nitro`].
///
/// # Examples
///
/// ```
/// use winpod::{SourceId, instance};
///
/// let answer = instance::find("m4.large").ok_or("no such type")?.nitro();
/// assert!(!answer.supported);
/// assert_eq!(answer.source, SourceId::NitroRule);
/// # Ok::<(), &str>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct NitroAnswer {
    /// The answer.
    pub supported: bool,
    /// Why.
    pub reason: NitroReason,
    /// What the answer rests on.
    pub source: SourceId,
}

/// Whether the controller knows a type: the answer of [`InstanceType::controller_known`].
///
/// # Examples
///
/// ```
/// use winpod::{SourceId, instance};
///
/// let answer = instance::find("m8a.large").ok_or("no such type")?.controller_known();
/// assert!(answer.listed);
/// assert_eq!(answer.table_date, answer.source.date());
/// # Ok::<(), &str>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(rename_all = "camelCase"))]
pub struct ControllerKnown {
    /// Whether the controller's table lists the type.
    pub listed: bool,
    /// The day on which that table was generated, as `YYYY-MM-DD`.
    pub table_date: &'static str,
    /// What the answer rests on.
    pub source: SourceId,
}

named! {
    /// An answer that may be missing.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Verdict;
    ///
    /// assert_eq!(Verdict::Unknown.name(), "unknown");
    /// assert_eq!(Verdict::from_name("maybe"), None);
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "there is no fourth answer")]
    Verdict {
        /// It can.
        Yes = "yes",
        /// It cannot.
        No = "no",
        /// There is no evidence either way.
        Unknown = "unknown",
    }
}

named! {
    /// Why a type can or cannot be a Windows node.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::WindowsReason;
    ///
    /// assert_eq!(WindowsReason::from_name("accelerator"), Some(WindowsReason::Accelerator));
    /// assert_eq!(WindowsReason::from_name("weather"), None);
    /// ```
    #[non_exhaustive]
    WindowsReason {
        /// Yes: an x86-64 processor and nothing that EC2 refuses.
        X86_64 = "x86-64",
        /// No: there is no Windows image for its processor.
        Architecture = "architecture",
        /// No: EC2 refuses Windows on types with such accelerators.
        Accelerator = "accelerator",
        /// Unknown: neither a price nor a refusal has been seen.
        NoEvidence = "no-evidence",
    }
}

named! {
    /// Why the controller does or does not take a type for Nitro.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::NitroReason;
    ///
    /// assert_eq!(NitroReason::BareMetal.to_string(), "bare-metal");
    /// assert_eq!(NitroReason::from_name("nitro"), None);
    /// ```
    #[non_exhaustive]
    NitroReason {
        /// Its hypervisor is Nitro.
        Hypervisor = "hypervisor",
        /// It is bare metal, which counts although it has no hypervisor.
        BareMetal = "bare-metal",
        /// Its hypervisor is Xen.
        Xen = "xen",
    }
}

named! {
    /// The hypervisor of a virtual instance type.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Hypervisor;
    ///
    /// assert_eq!(Hypervisor::from_name("xen"), Some(Hypervisor::Xen));
    /// assert_eq!(Hypervisor::from_name("none"), None);
    /// ```
    #[non_exhaustive]
    Hypervisor {
        /// AWS Nitro.
        Nitro = "nitro",
        /// Xen, of older families.
        Xen = "xen",
    }
}

named! {
    /// A processor architecture, named as the EC2 API names it.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::Architecture;
    ///
    /// assert_eq!(Architecture::X86_64.name(), "x86_64");
    /// assert_eq!(Architecture::from_name("amd64"), None);
    /// ```
    #[non_exhaustive]
    Architecture {
        /// 64-bit Arm.
        Arm64 = "arm64",
        /// 64-bit Arm of a Mac, which runs macOS only.
        Arm64Mac = "arm64_mac",
        /// 32-bit x86.
        I386 = "i386",
        /// 64-bit x86, the only one with Windows images.
        X86_64 = "x86_64",
        /// 64-bit x86 of a Mac, which runs macOS only.
        X86_64Mac = "x86_64_mac",
    }
}

named! {
    /// A kind of accelerator on board.
    ///
    /// # Examples
    ///
    /// ```
    /// use winpod::instance::{self, Accelerator};
    ///
    /// assert_eq!(instance::find("g5.xlarge").map(|it| it.accelerators()), Some(&[Accelerator::Gpu][..]));
    /// assert_eq!(Accelerator::from_name("tpu"), None);
    /// ```
    #[non_exhaustive]
    Accelerator {
        /// A graphics processor.
        Gpu = "gpu",
        /// AWS Trainium or Inferentia, as the API's Neuron field has it.
        Neuron = "neuron",
        /// AWS Inferentia, as the API's older field has it.
        Inference = "inference",
        /// A field-programmable gate array.
        Fpga = "fpga",
        /// A video transcoder.
        Media = "media",
    }
}

mod table {
    #![allow(clippy::unreadable_literal, reason = "generated: hashes and sizes")]
    use super::{Accelerator, Architecture, Hypervisor, InstanceType, WindowsReason};

    include!(concat!(env!("OUT_DIR"), "/instance_types.rs"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn sorted_by_the_bytes_of_the_name() {
        let names: Vec<&str> = all().map(InstanceType::name).collect();
        assert!(names.is_sorted());
        assert!(names.iter().all(|name| name.len() <= table::LONGEST_NAME));
    }

    #[test]
    fn names_come_back() {
        fn check<T: Copy + PartialEq + core::fmt::Debug>(
            all: &[T],
            name: fn(T) -> &'static str,
            from: fn(&str) -> Option<T>,
        ) {
            for one in all {
                assert_eq!(from(name(*one)), Some(*one));
            }
            assert_eq!(from(""), None);
        }
        check(Verdict::ALL, Verdict::name, Verdict::from_name);
        check(WindowsReason::ALL, WindowsReason::name, WindowsReason::from_name);
        check(NitroReason::ALL, NitroReason::name, NitroReason::from_name);
        check(Hypervisor::ALL, Hypervisor::name, Hypervisor::from_name);
        check(Architecture::ALL, Architecture::name, Architecture::from_name);
        check(Accelerator::ALL, Accelerator::name, Accelerator::from_name);
    }
}
