//! No start files; libc only for the `memcmp` that the compiler calls.
fn main() {
    for argument in ["-nostartfiles", "-lc"] {
        println!("cargo::rustc-link-arg-bins={argument}");
    }
}
