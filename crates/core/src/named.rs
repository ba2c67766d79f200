//! Enums whose variants have one written name, the same in text and in JSON.

/// Defines an enum with `ALL`, `name`, `from_name`, `Display` and, with feature `serde`, its name as text.
macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns its name as texts, tables and JSON write it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Finds the one with this name; `None` for any other text, in other letter case too.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.name())
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::named::deserialize(deserializer, concat!("the name of a ", stringify!($name)), Self::from_name)
            }
        }
    };
}

pub(crate) use named;

/// Reads a text and finds what it names.
#[cfg(feature = "serde")]
pub(crate) fn deserialize<'de, T, D: serde::Deserializer<'de>>(
    deserializer: D,
    expected: &'static str,
    find: fn(&str) -> Option<T>,
) -> Result<T, D::Error> {
    struct Name<T> {
        expected: &'static str,
        find: fn(&str) -> Option<T>,
    }

    impl<T> serde::de::Visitor<'_> for Name<T> {
        type Value = T;

        fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
            f.write_str(self.expected)
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            (self.find)(text).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Name { expected, find })
}
