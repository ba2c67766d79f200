use super::plan_of;

#[test]
fn show() {
    let answer = plan_of(concat!(env!("CARGO_MANIFEST_DIR"), "/inputs/payments-prod"));
    println!("{answer:#}");
}
