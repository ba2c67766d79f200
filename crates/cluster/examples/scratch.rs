fn main() {
    let mut args = std::env::args().skip(1);
    let op = args.next().unwrap();
    let request = serde_json::from_str(&args.next().unwrap()).unwrap();
    match winpod_cluster::api::call(&op, request, &mut |_| std::ops::ControlFlow::Continue(())) {
        Ok(answer) => println!("{}", serde_json::to_string_pretty(&answer).unwrap()),
        Err(refusal) => println!("{refusal}"),
    }
}
