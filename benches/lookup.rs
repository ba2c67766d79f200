//! How long does it take to find an instance type by name, present or not, beside a `HashMap` of the
//! standard library and a sorted array?

use divan::{Bencher, black_box};
use std::collections::HashMap;
use winpod::InstanceType;
use winpod::instance;

fn main() {
    divan::main();
}

/// Every name once, far apart from its neighbours, so that no cache line helps.
fn hits() -> Vec<&'static str> {
    let names: Vec<&str> = instance::all().map(InstanceType::name).collect();
    (0..names.len()).map(|index| names[index * 619 % names.len()]).collect()
}

/// Names that are almost right.
fn misses() -> Vec<String> {
    hits().into_iter().map(|name| name.replace('.', "x.")).collect()
}

fn hash_map() -> HashMap<&'static str, &'static InstanceType> {
    instance::all().map(|row| (row.name(), row)).collect()
}

fn sorted() -> Vec<(&'static str, &'static InstanceType)> {
    instance::all().map(|row| (row.name(), row)).collect()
}

mod hit {
    use super::{Bencher, black_box, hash_map, hits, instance, sorted};

    #[divan::bench]
    fn winpod_find(bencher: Bencher<'_, '_>) {
        let names = hits();
        bencher
            .counter(names.len())
            .bench_local(|| names.iter().filter(|name| instance::find(black_box(name)).is_some()).count());
    }

    #[divan::bench]
    fn std_hash_map(bencher: Bencher<'_, '_>) {
        let (names, map) = (hits(), hash_map());
        bencher
            .counter(names.len())
            .bench_local(|| names.iter().filter(|name| map.contains_key(black_box(**name))).count());
    }

    #[divan::bench]
    fn sorted_array(bencher: Bencher<'_, '_>) {
        let (names, table) = (hits(), sorted());
        bencher.counter(names.len()).bench_local(|| {
            names
                .iter()
                .filter(|name| table.binary_search_by_key(black_box(*name), |row| row.0).is_ok())
                .count()
        });
    }
}

mod miss {
    use super::{Bencher, black_box, hash_map, instance, misses, sorted};

    #[divan::bench]
    fn winpod_find(bencher: Bencher<'_, '_>) {
        let names = misses();
        bencher
            .counter(names.len())
            .bench_local(|| names.iter().filter(|name| instance::find(black_box(name)).is_some()).count());
    }

    #[divan::bench]
    fn std_hash_map(bencher: Bencher<'_, '_>) {
        let (names, map) = (misses(), hash_map());
        bencher
            .counter(names.len())
            .bench_local(|| names.iter().filter(|name| map.contains_key(black_box(name.as_str()))).count());
    }

    #[divan::bench]
    fn sorted_array(bencher: Bencher<'_, '_>) {
        let (names, table) = (misses(), sorted());
        bencher.counter(names.len()).bench_local(|| {
            names
                .iter()
                .filter(|name| table.binary_search_by_key(&black_box(name.as_str()), |row| row.0).is_ok())
                .count()
        });
    }
}
