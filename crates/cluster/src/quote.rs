//! Quoting of what is rendered for where it goes.

use std::borrow::Cow;

/// A word of a POSIX shell that means exactly this text.
///
/// # Examples
/// ```
/// use winpod_cluster::quote::shell;
///
/// assert_eq!(shell("subnet-0a1"), "subnet-0a1");
/// assert_eq!(shell("a'; rm x"), r"'a'\''; rm x'");
/// ```
pub fn shell(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=@%+,".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) && !text.starts_with('-') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("'{}'", text.replace('\'', r"'\''")))
}
