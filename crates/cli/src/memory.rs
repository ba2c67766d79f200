//! Amounts of memory as ec2-instance-selector reads them.

/// An amount in MiB.
///
/// A number and a unit: `mi`, `gi` or `ti` with or without `b`, or `m`, `g`, `t` with or without `b`, in any case;
/// all are powers of two, and without a unit it is GiB. GiB and TiB take up to three decimals, MiB none.
pub(crate) fn parse(text: &str) -> Result<i64, String> {
    let expected =
        || "a number with MiB, GiB (without a unit too) or TiB, such as 8, 8GiB or 512MiB".to_owned();
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let unit: i64 = match unit.trim_start() {
        "m" | "mi" | "mb" | "mib" => 1,
        "" | "g" | "gi" | "gb" | "gib" => 1 << 10,
        "t" | "ti" | "tb" | "tib" => 1 << 20,
        _ => return Err(expected()),
    };
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || decimals.len() > 3 || decimals.contains('.') {
        return Err(expected());
    }
    let whole: i64 = whole.parse().map_err(|_| expected())?;
    let thousandths: i64 = format!("{decimals:0<3}").parse().map_err(|_| expected())?;
    if unit == 1 && thousandths > 0 {
        return Err("a whole number of MiB".to_owned());
    }
    whole.checked_mul(unit).and_then(|mib| mib.checked_add(thousandths * unit / 1000)).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn units_are_powers_of_two_and_gib_is_the_default() {
        for (text, mib) in [
            ("8", 8192),
            ("8GiB", 8192),
            ("8 gb", 8192),
            ("8g", 8192),
            ("512MiB", 512),
            ("512mb", 512),
            ("0.5", 512),
            ("3.75", 3840),
            ("1.5ti", 1_572_864),
            ("4.", 4096),
            ("512.0m", 512),
        ] {
            assert_eq!(parse(text), Ok(mib), "{text}");
        }
        for text in
            ["", "GiB", "-1", "1.5m", "1.2345", "8kb", "8 GiB RAM", "1..2", "99999999999999999999", "9e3"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
