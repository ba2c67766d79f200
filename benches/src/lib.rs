//! Benchmarks only: see `README.md` here.
