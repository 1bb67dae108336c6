//! Reading codes out of a picture: grey pixels in, texts out. Runs in the QR worker.

use std::collections::HashSet;

use rxing::common::HybridBinarizer;
use rxing::multi::MultipleBarcodeReader;
use rxing::qrcode::cpp_port::QrReader;
use rxing::{BarcodeFormat, BinaryBitmap, DecodeHints, Luma8LuminanceSource};

/// The most pixels that a picture may have: 50 million.
pub const PIXELS: usize = 50_000_000;

/// A picture below this many pixels on either side is not made smaller.
const SMALL: usize = 200;

/// The texts of all QR codes in a picture, each once. `luma` is one byte a pixel, row by row, 0 black.
///
/// Where nothing is found the picture is tried at half its size, which heals blur and noise; where several codes stand
/// together all that can be read are given. Empty for a picture that is none or too large.
pub fn decode(luma: &[u8], width: usize, height: usize) -> Vec<String> {
    if width == 0 || height == 0 || width.checked_mul(height) != Some(luma.len()) || luma.len() > PIXELS {
        return Vec::new();
    }
    let found = read(luma.to_vec(), width, height);
    if !found.is_empty() || width.min(height) < 2 * SMALL {
        return found;
    }
    let (half, width, height) = halve(luma, width, height);
    read(half, width, height)
}

fn read(luma: Vec<u8>, width: usize, height: usize) -> Vec<String> {
    let (Ok(w), Ok(h)) = (u32::try_from(width), u32::try_from(height)) else { return Vec::new() };
    let Ok(source) = Luma8LuminanceSource::new(luma, w, h) else { return Vec::new() };
    let hints = DecodeHints {
        TryHarder: Some(true),
        PossibleFormats: Some(HashSet::from([BarcodeFormat::QR_CODE])),
        ..DecodeHints::default()
    };
    let mut picture = BinaryBitmap::new(HybridBinarizer::new(source));
    let found = QrReader.decode_multiple_with_hints(&mut picture, &hints).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for one in found {
        let text = one.getText().to_owned();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    texts
}

/// Each pixel the mean of four.
fn halve(luma: &[u8], width: usize, height: usize) -> (Vec<u8>, usize, usize) {
    let (w, h) = (width / 2, height / 2);
    let mut out = Vec::with_capacity(w * h);
    for rows in luma.chunks_exact(width * 2).take(h) {
        let (upper, lower) = rows.split_at(width);
        let means = upper.chunks_exact(2).zip(lower.chunks_exact(2));
        out.extend(means.map(|(a, b)| (a.iter().chain(b).map(|p| u16::from(*p)).sum::<u16>() / 4) as u8));
    }
    (out, w, h)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
mod tests {
    use super::super::qr::{Code, Surface};
    use super::super::{Kind, Message, frame};
    use super::*;
    use proptest::prelude::*;

    /// A grey picture of a code: turned by an angle, scaled, blurred, with noise, as a hand-held camera gives it.
    struct Picture {
        luma: Vec<u8>,
        width: usize,
        height: usize,
    }

    impl Picture {
        fn blank(width: usize, height: usize) -> Picture {
            Picture { luma: vec![225; width * height], width, height }
        }

        fn draw(&mut self, code: &Code, centre: (f64, f64), module: f64, degrees: f64) {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let half = code.view() as f64 / 2.0;
            for y in 0..self.height {
                for x in 0..self.width {
                    // Four samples a pixel: soft edges.
                    let mut dark = 0;
                    let mut inside = 0;
                    for (dx, dy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                        let (px, py) = (x as f64 + dx - centre.0, y as f64 + dy - centre.1);
                        let (u, v) = ((px * cos + py * sin) / module + half, (py * cos - px * sin) / module + half);
                        if u < 0.0 || v < 0.0 || u >= 2.0 * half || v >= 2.0 * half {
                            continue;
                        }
                        inside += 1;
                        let (u, v) = (u as usize, v as usize);
                        dark += usize::from(u >= 4 && v >= 4 && code.dark(u - 4, v - 4));
                    }
                    if inside > 0 {
                        self.luma[y * self.width + x] = (235 - 190 * dark / 4) as u8;
                    }
                }
            }
        }

        fn blur_and_noise(&mut self, seed: u32) {
            let old = self.luma.clone();
            let mut state = seed;
            for y in 1..self.height - 1 {
                for x in 1..self.width - 1 {
                    let at = |dx: usize, dy: usize| u32::from(old[(y + dy - 1) * self.width + x + dx - 1]);
                    let cross = at(1, 0) + at(0, 1) + at(2, 1) + at(1, 2);
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let noise = (state >> 24) % 25;
                    self.luma[y * self.width + x] =
                        ((at(1, 1) * 4 + cross) / 8 + noise).saturating_sub(12).min(255) as u8;
                }
            }
        }

        fn check(&self, mut expected: Vec<String>) {
            let mut found = decode(&self.luma, self.width, self.height);
            found.sort();
            expected.sort();
            assert_eq!(found, expected);
        }
    }

    fn code(bytes: usize, seed: u8) -> (Code, String) {
        let body = (0..bytes).map(|i| (i as u8).wrapping_mul(37).wrapping_add(seed)).collect();
        let message = Message { kind: Kind::Static, body };
        let (head, digits) = message.parts();
        (Code::draw(&head, &digits, Surface::Screen).unwrap(), message.text())
    }

    #[test]
    fn our_own_codes_are_read_from_a_camera_frame() {
        for (bytes, degrees, seed) in [(200, 0.0, 1), (480, 4.0, 2), (800, -3.0, 3), (1_200, 2.0, 4), (1_236, 0.0, 5)] {
            let (code, text) = code(bytes, seed as u8);
            let module = 640.0 / code.view() as f64;
            let mut picture = Picture::blank(1280, 720);
            picture.draw(&code, (640.0, 360.0), module, degrees);
            picture.blur_and_noise(seed);
            picture.check(vec![text]);
        }
    }

    #[test]
    fn four_codes_in_one_picture_are_all_read() {
        let message = Message { kind: Kind::Grant, body: vec![0x5a; 1_500] };
        let frames = frame::split(&message, 400).unwrap();
        let mut picture = Picture::blank(1280, 1280);
        let mut texts = Vec::new();
        for (n, frame) in frames.iter().take(4).enumerate() {
            let code = Code::draw(frame::PREFIX, &frame.digits(), Surface::Screen).unwrap();
            let centre = (320.0 + 640.0 * (n % 2) as f64, 320.0 + 640.0 * (n / 2) as f64);
            picture.draw(&code, centre, 600.0 / code.view() as f64, 1.5);
            texts.push(format!("{}{}", frame::PREFIX, frame.digits()));
        }
        picture.blur_and_noise(9);
        picture.check(texts);
    }

    #[test]
    fn photographs_by_others_are_read() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/qr_photos");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "png") {
                let photo = image::open(&path).unwrap().to_luma8();
                let text = std::fs::read_to_string(path.with_extension("txt")).unwrap();
                let found = decode(photo.as_raw(), photo.width() as usize, photo.height() as usize);
                assert_eq!(found, [text.trim_end()], "{path:?}");
                seen += 1;
            }
        }
        assert_eq!(seen, 9);
    }

    #[test]
    fn what_is_no_picture_gives_nothing() {
        assert!(decode(&[], 0, 0).is_empty());
        assert!(decode(&[0; 10], 3, 4).is_empty());
        assert!(decode(&[0; 1], 1, 1).is_empty());
        assert!(decode(&[0; 12], usize::MAX, 2).is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn random_pixels_never_panic(luma in proptest::collection::vec(any::<u8>(), 0..10_000), width in 1usize..200) {
            let height = luma.len() / width;
            decode(&luma[..width * height], width, height);
        }
    }
}
