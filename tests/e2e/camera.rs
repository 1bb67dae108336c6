//! What a browser's camera sees: a film made of pictures, such as another browser's screenshots of its codes.

use image::{GrayImage, imageops};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

const WIDTH: u32 = 1280;
const HEIGHT: u32 = 720;
/// Pictures a second, and for how many of them each code stays.
const RATE: u32 = 10;
const HOLD: u32 = 4;

/// The film that Chromium plays for the camera, again and again. It is read when a page opens the camera.
pub struct Camera {
    pub file: PathBuf,
}

impl Camera {
    /// A camera that looks at a grey wall.
    pub fn at(file: PathBuf) -> Self {
        let camera = Self { file };
        if !camera.file.exists() {
            camera.film(&[GrayImage::from_pixel(8, 8, image::Luma([120]))]);
        }
        camera
    }

    /// Shows these PNG pictures in turn.
    pub fn shows(&self, pictures: &[Vec<u8>]) {
        let frames: Vec<GrayImage> =
            pictures.iter().map(|png| image::load_from_memory(png).expect("a picture").to_luma8()).collect();
        self.film(&frames);
    }

    /// Writes the film beside the old one and puts it in its place, so that no reader sees half of it.
    fn film(&self, pictures: &[GrayImage]) {
        let half = self.file.with_extension("half");
        let mut film = BufWriter::new(File::create(&half).unwrap());
        writeln!(film, "YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg").unwrap();
        let colourless = vec![128; (WIDTH * HEIGHT / 2) as usize];
        for picture in pictures {
            let frame = framed(picture);
            for _ in 0..HOLD {
                film.write_all(b"FRAME\n").unwrap();
                film.write_all(frame.as_raw()).unwrap();
                film.write_all(&colourless).unwrap();
            }
        }
        film.flush().unwrap();
        std::fs::rename(half, &self.file).unwrap();
    }
}

/// The picture as large as the frame allows, in its middle, on the grey of a desk.
fn framed(picture: &GrayImage) -> GrayImage {
    let scale = f64::min(
        f64::from(WIDTH - 40) / f64::from(picture.width()),
        f64::from(HEIGHT - 20) / f64::from(picture.height()),
    );
    let size = |length: u32| ((f64::from(length) * scale) as u32).max(1);
    let scaled =
        imageops::resize(picture, size(picture.width()), size(picture.height()), imageops::FilterType::Triangle);
    let mut frame = GrayImage::from_pixel(WIDTH, HEIGHT, image::Luma([200]));
    let (left, top) = ((WIDTH - scaled.width()) / 2, (HEIGHT - scaled.height()) / 2);
    imageops::overlay(&mut frame, &scaled, i64::from(left), i64::from(top));
    frame
}
