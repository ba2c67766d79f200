//! Kubernetes quantities: `500m`, `2`, `1.5Gi`, `1e3`.

/// A quantity in thousandths of its unit, rounded up as Kubernetes does; `None` if the text is none
/// or does not fit.
///
/// Decimal suffixes are `n u m k M G T P E`, binary ones `Ki Mi Gi Ti Pi Ei`; or a decimal exponent. Unverified: the
/// Kubernetes reference was not re-read for this.
pub fn millis(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(digits);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 30 {
        return None;
    }
    let mantissa: u128 = format!("{whole}{fraction}").parse().ok()?;
    let scale = u32::try_from(fraction.len()).ok()?;
    let (base, power): (u128, i32) = match suffix {
        "n" => (10, -9),
        "u" => (10, -6),
        "m" => (10, -3),
        "" => (10, 0),
        "k" => (10, 3),
        "M" => (10, 6),
        "G" => (10, 9),
        "T" => (10, 12),
        "P" => (10, 15),
        "E" => (10, 18),
        "Ki" => (1024, 1),
        "Mi" => (1024, 2),
        "Gi" => (1024, 3),
        "Ti" => (1024, 4),
        "Pi" => (1024, 5),
        "Ei" => (1024, 6),
        _ => (10, suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
    };
    let factor = base.checked_pow(power.unsigned_abs())?;
    let divisor = 10u128.checked_pow(scale)?;
    let thousandths = if power < 0 {
        mantissa.checked_mul(1000)?.div_ceil(divisor.checked_mul(factor)?)
    } else {
        mantissa.checked_mul(1000)?.checked_mul(factor)?.div_ceil(divisor)
    };
    u64::try_from(thousandths).ok()
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn reads_what_kubernetes_reads() {
        for (text, expected) in [
            ("500m", 500),
            ("2", 2000),
            ("1.5", 1500),
            ("0.1", 100),
            (".5", 500),
            ("5.", 5000),
            ("1e3", 1_000_000),
            ("1E3", 1_000_000),
            ("100u", 1),
            ("1n", 1),
            ("1Ki", 1_024_000),
            ("1.5Gi", 1_610_612_736_000),
            ("0", 0),
        ] {
            assert_eq!(millis(text), Some(expected), "{text}");
        }
        for text in [
            "",
            ".",
            "m",
            "-1",
            "1 Gi",
            "1gi",
            "1.2.3",
            "1e",
            "1E",
            "1e99",
            "one",
            "9999999999999999999999999999999",
        ] {
            assert_eq!(millis(text), None, "{text}");
        }
    }
}
