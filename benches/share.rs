//! Frames and codes: what stands between a chosen record and a drawn code, and between a picture and its text.
//!
//! Run with `cargo bench --bench share`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use tessera::share::{Code, Heard, Inbox, Kind, Message, Surface, frame, scan, squeeze};

fn message(bytes: usize) -> Message {
    Message { kind: Kind::Static, body: (0..bytes).map(|i| (i * 31 + i / 251) as u8).collect() }
}

fn frames(c: &mut Criterion) {
    let room = Surface::Screen.room(20, frame::PREFIX.len());
    for bytes in [5_000, 100_000] {
        let message = message(bytes);
        c.bench_function(&format!("spread {bytes} bytes"), |b| b.iter(|| frame::split(black_box(&message), room)));
        let texts: Vec<String> = frame::split(&message, room)
            .into_iter()
            .flatten()
            .filter(|f| f.id % 3 != 1)
            .map(|f| format!("{}{}", frame::PREFIX, f.digits()))
            .collect();
        c.bench_function(&format!("collect {bytes} bytes, a third lost"), |b| {
            b.iter(|| {
                let mut inbox = Inbox::new();
                texts.iter().any(|t| matches!(inbox.feed(t), Heard::Whole(_)))
            })
        });
    }
}

fn codes(c: &mut Criterion) {
    for (version, bytes) in [(10, 200), (20, 800), (25, 1_200)] {
        let (head, digits) = message(bytes).parts();
        c.bench_function(&format!("draw version {version}"), |b| {
            b.iter(|| Code::draw(black_box(&head), &digits, Surface::Screen))
        });
        let Ok(code) = Code::draw(&head, &digits, Surface::Screen) else { continue };
        let (width, height, scale) = (1280, 720, 680 / code.view());
        let luma: Vec<u8> = (0..width * height)
            .map(|i| {
                let (x, y) = (i % width / scale, i / width / scale);
                if x >= 4 && y >= 4 && code.dark(x - 4, y - 4) { 40 } else { 220 }
            })
            .collect();
        assert!(!scan::decode(&luma, width, height).is_empty());
        c.bench_function(&format!("read version {version} from 1280×720"), |b| {
            b.iter(|| scan::decode(black_box(&luma), width, height))
        });
    }
    let blank = vec![220; 1280 * 720];
    c.bench_function("look at 1280×720 without a code", |b| b.iter(|| scan::decode(black_box(&blank), 1280, 720)));
}

fn compress(c: &mut Criterion) {
    let text = include_str!("../tests/data/fhir_r4/ips/IPS_IG-bundle-01.json");
    let squeezed = squeeze::squeeze(text.as_bytes()).unwrap_or_default();
    c.bench_function("compress 54 kB of FHIR", |b| b.iter(|| squeeze::squeeze(black_box(text.as_bytes()))));
    c.bench_function("expand it", |b| b.iter(|| squeeze::expand(black_box(&squeezed), 1, text.len())));
}

criterion_group!(benches, frames, codes, compress);
criterion_main!(benches);
