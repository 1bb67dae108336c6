//! End-to-end tests: real Chromium, the release build, the headers of a real host.
//!
//! `cargo xtask test` serves dist/ and starts them; alone they say so and stop. One browser profile stands for one
//! device. Nothing sleeps for a fixed time: every wait is a poll with a deadline and a sentence.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code
)]

mod archive;
mod axe;
mod back;
mod bench;
mod browser;
mod camera;
mod carer;
mod delivery;
mod disk;
mod documents;
mod kills;
mod links;
mod network;
mod patient;
mod person;
mod pipeline;
mod places;
mod privacy;
mod quota;
mod refusals;
mod screen;
mod screens;
mod share;
mod site;
mod tasks;
mod unkept;

use std::future::Future;

/// Runs one journey on a runtime of its own.
fn journey(steps: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(steps);
}

/// A setting that `cargo xtask test` gives.
fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: start these tests with `cargo xtask e2e`"))
}

/// A file of tests/data.
#[allow(dead_code)]
fn data(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}
