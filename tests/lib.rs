//! Tests only: see `README.md` here.
