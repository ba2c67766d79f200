//! The two Go conversions that decide what a value of the ConfigMap, or a flag of kube-proxy, means.

/// Go's `strconv.ParseBool`: `None` where Go reports an error.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// What Go's `strconv.Atoi` gave on a 64-bit machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Atoi {
    Value(i64),
    /// Out of range: Go reports an error and hands back the nearest limit, which the controller keeps.
    Clamped(i64),
    /// Not a number: Go hands back 0.
    Syntax,
}

impl Atoi {
    pub(crate) fn value(self) -> i64 {
        match self {
            Self::Value(value) | Self::Clamped(value) => value,
            Self::Syntax => 0,
        }
    }
}

/// Go's `strconv.Atoi`: an optional sign and decimal digits, nothing trimmed.
pub(crate) fn atoi(text: &str) -> Atoi {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Atoi::Syntax;
    }
    match text.parse() {
        Ok(value) => Atoi::Value(value),
        // Only the range is left to fail.
        Err(_) if text.starts_with('-') => Atoi::Clamped(i64::MIN),
        Err(_) => Atoi::Clamped(i64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn atoi_is_gos() {
        for (text, expected) in [
            ("4", Atoi::Value(4)),
            ("+4", Atoi::Value(4)),
            ("-0", Atoi::Value(0)),
            ("007", Atoi::Value(7)),
            ("9223372036854775807", Atoi::Value(i64::MAX)),
            ("9223372036854775808", Atoi::Clamped(i64::MAX)),
            ("-9223372036854775809", Atoi::Clamped(i64::MIN)),
            ("00000000000000000000000000004", Atoi::Value(4)),
        ] {
            assert_eq!(atoi(text), expected, "{text}");
        }
        for text in ["", "+", "-", "+-4", " 4", "4 ", "4.0", "0x4", "1_000", "٤", "four"] {
            assert_eq!(atoi(text), Atoi::Syntax, "{text}");
        }
    }

    #[test]
    fn parse_bool_is_gos() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(parse_bool(text), Some(true));
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(parse_bool(text), Some(false));
        }
        for text in ["", "yes", "on", "tRUE", "true ", " true", "enabled", "2"] {
            assert_eq!(parse_bool(text), None, "{text}");
        }
    }
}
