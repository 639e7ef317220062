//! Photos: every picture is drawn anew, so that nothing travels with it, least of all the place where it was taken.

use crate::app::App;
use crate::form::Sent;
use crate::problem::Problem;
use axum::body::Bytes;
use domain::case::{Event, PHOTOS_MOST};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use std::io::Cursor;
use std::net::IpAddr;
use tokio::sync::Semaphore;

/// The kind of every photo that is kept.
pub(crate) const KIND: &str = "image/jpeg";
/// The longest side of a kept photo, in pixels.
const SIDE_MOST: u32 = 1600;
/// The largest picture that is read: as the largest phones take them.
const PIXELS_MOST: u64 = 50_000_000;
/// The most bytes that a picture may be while it is read: as many pixels in colour, at the depth at which cameras take
/// them. What has twice the depth costs twice the work, for nothing that anybody sees.
const BYTES_MOST: u64 = 160_000_000;
/// The most memory for reading one, in bytes.
const MEMORY_MOST: u64 = 256 * 1024 * 1024;
/// JPEG quality, of 100.
const QUALITY: u8 = 82;
/// One picture at a time: a large one takes as much memory as all the rest of the server.
static TURN: Semaphore = Semaphore::const_new(1);
/// How many may wait for it.
static QUEUE: Semaphore = Semaphore::const_new(24);
/// When whoever finds the queue full may come again, in seconds.
const COME_AGAIN: u64 = 20;

/// Why a photo was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PhotoFault {
    /// It has more pixels than we read.
    TooLarge,
    /// It is no JPEG, PNG or WebP, or a broken one.
    Unreadable,
}

/// Why photos were not taken.
pub(crate) enum NotTaken {
    /// What is wrong with them: a message.
    Wrong(&'static str),
    /// It was too much for now.
    Later(Problem),
}

impl std::convert::From<PhotoFault> for NotTaken {
    fn from(fault: PhotoFault) -> NotTaken {
        NotTaken::Wrong(match fault {
            PhotoFault::TooLarge => "raise-photos-large",
            PhotoFault::Unreadable => "raise-photos-unreadable",
        })
    }
}

impl From<ImageError> for PhotoFault {
    fn from(error: ImageError) -> PhotoFault {
        if matches!(error, ImageError::Limits(_)) { PhotoFault::TooLarge } else { PhotoFault::Unreadable }
    }
}

/// What reads a picture, within our limits; and how many bytes it will be while it is read.
fn decoder(bytes: &[u8]) -> Result<(impl ImageDecoder + '_, u64), PhotoFault> {
    let mut reader = ImageReader::new(Cursor::new(bytes));
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MOST);
    reader.limits(limits);
    let decoder = reader.with_guessed_format().map_err(|_| PhotoFault::Unreadable)?.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let weight = decoder.total_bytes();
    if u64::from(width) * u64::from(height) > PIXELS_MOST || weight > BYTES_MOST {
        return Err(PhotoFault::TooLarge);
    }
    Ok((decoder, weight))
}

/// A picture as an upright JPEG of at most 1600 pixels a side, with nothing in it but the picture.
///
/// # Errors
/// A [`PhotoFault`]. A picture that is too large is refused by its head, before anything of it is read.
pub(crate) fn redraw(bytes: &[u8]) -> Result<Vec<u8>, PhotoFault> {
    let (mut decoder, _) = decoder(bytes)?;
    let (width, height) = decoder.dimensions();
    // A broken note on how the phone was held is no reason to refuse the picture.
    let turn = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder)?;
    if width.max(height) > SIDE_MOST {
        picture = picture.resize(SIDE_MOST, SIDE_MOST, FilterType::Triangle);
    }
    picture.apply_orientation(turn);
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&picture.into_rgb8())?;
    Ok(out)
}

/// [`redraw`] on a thread that may block, when it is this picture's turn.
async fn redraw_later(bytes: Bytes) -> Result<Vec<u8>, NotTaken> {
    let busy = || NotTaken::Later(Problem::busy(COME_AGAIN));
    let _waits = QUEUE.try_acquire().map_err(|_| busy())?;
    let turn = TURN.acquire().await.map_err(|_| busy())?;
    let redrawn = move || {
        // A caller that goes away ends no work that has begun, and gives its turn to nobody before.
        let _turn = turn;
        redraw(&bytes)
    };
    Ok(tokio::task::spawn_blocking(redrawn).await.unwrap_or(Err(PhotoFault::Unreadable))?)
}

/// Photos drawn anew. Whoever sends `from` an address without being signed in has a budget there: of work, and of what is
/// kept for ever.
async fn redraw_all(app: &App, from: Option<IpAddr>, files: Vec<Bytes>) -> Result<Vec<(String, Vec<u8>)>, NotTaken> {
    let mut work = 0;
    for bytes in &files {
        work += decoder(bytes)?.1;
    }
    if let Some(from) = from {
        app.limits().count_photo_work(from, work).map_err(NotTaken::Later)?;
    }
    let mut photos = Vec::new();
    for bytes in files {
        let drawn = redraw_later(bytes).await?;
        if let Some(from) = from {
            app.limits().count_photo_kept(from, drawn.len() as u64).map_err(NotTaken::Later)?;
        }
        photos.push((KIND.to_owned(), drawn));
    }
    Ok(photos)
}

/// The photos of a form, drawn anew.
pub(crate) async fn of_form(app: &App, from: Option<IpAddr>, sent: &Sent) -> Result<Vec<(String, Vec<u8>)>, NotTaken> {
    let files: Vec<_> = sent.files("photos").cloned().collect();
    if files.len() > PHOTOS_MOST {
        return Err(NotTaken::Wrong("raise-photos-many"));
    }
    redraw_all(app, from, files).await
}

/// The hash of the n-th photo, from 1, of the event that raised a case.
pub(crate) fn hash_of(raised: Option<&Event>, n: usize) -> Option<[u8; 32]> {
    let Some(Event::Raised { photos, .. }) = raised else { return None };
    parse_hash(photos.get(n.checked_sub(1)?)?)
}

/// A hash in hex digits.
fn parse_hash(text: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (n, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * n..2 * n + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{Rgb, RgbImage};

    /// A JPEG of this size, left half red, right half blue.
    fn jpeg(width: u32, height: u32) -> Vec<u8> {
        let halves = |x: u32| if x < width / 2 { Rgb([200, 20, 20]) } else { Rgb([20, 20, 200]) };
        let picture = RgbImage::from_fn(width, height, |x, _| halves(x));
        let mut out = Vec::new();
        JpegEncoder::new_with_quality(&mut out, 90).encode_image(&picture).unwrap();
        out
    }

    /// With an EXIF note: turned by 90 degrees, and taken at a place that is written into it.
    fn with_place(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"); // orientation 6
        tiff.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26"); // where the position stands
        tiff.extend(b"\0\0\0\0\0\x01\0\x01\0\x02\0\0\0\x12\0\0\0\x38\0\0\0\0N 39.1172 E117.2145");
        let mut out = jpeg[..2].to_vec();
        out.extend(b"\xff\xe1");
        out.extend(u16::try_from(tiff.len() + 8).unwrap().to_be_bytes());
        out.extend(b"Exif\0\0");
        out.extend(&tiff);
        out.extend(&jpeg[2..]);
        out
    }

    #[test]
    fn the_place_where_a_photo_was_taken_is_gone_and_the_photo_stands_upright() {
        let taken = with_place(&jpeg(80, 40));
        assert!(taken.windows(7).any(|w| w == b"39.1172"));
        let kept = redraw(&taken).unwrap();
        assert!(!kept.windows(7).any(|w| w == b"39.1172") && !kept.windows(4).any(|w| w == b"Exif"));
        let picture = image::load_from_memory(&kept).unwrap().into_rgb8();
        assert_eq!(picture.dimensions(), (40, 80), "turned as the phone was held");
        assert!(picture.get_pixel(20, 10).0[0] > 150 && picture.get_pixel(20, 70).0[2] > 150, "red is on top now");
    }

    #[test]
    fn a_large_photo_is_kept_at_1600_pixels_a_side() {
        let kept = redraw(&jpeg(3200, 1000)).unwrap();
        assert_eq!(image::load_from_memory(&kept).unwrap().into_rgb8().dimensions(), (1600, 500));
        assert_eq!(redraw(&jpeg(30, 10)).map(|k| image::load_from_memory(&k).unwrap().width()), Ok(30), "not blown up");
    }

    #[test]
    fn a_photo_that_says_to_be_huge_is_refused_by_its_head() {
        let mut huge = jpeg(64, 64);
        let head = huge.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
        huge[head + 5..head + 9].copy_from_slice(&[0x3f, 0xff, 0x3f, 0xff]);
        assert_eq!(redraw(&huge), Err(PhotoFault::TooLarge));
    }

    #[test]
    fn a_picture_of_twice_the_depth_is_twice_as_large_and_refused_by_its_head() {
        let png = |picture: DynamicImage| {
            let mut out = Cursor::new(Vec::new());
            picture.write_to(&mut out, image::ImageFormat::Png).unwrap();
            out.into_inner()
        };
        let (plain, deep) = (png(DynamicImage::new_rgb8(40, 40)), png(DynamicImage::new_rgb16(40, 40)));
        let weight = |bytes: &[u8]| decoder(bytes).map(|(_, weight)| weight);
        assert_eq!((weight(&plain), weight(&deep)), (Ok(4800), Ok(9600)));
        // The head says how large it is: 5700 pixels a side, as phones take them, and the same in 16 bit.
        let sized = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            bytes[16..24].copy_from_slice(&[0, 0, 0x16, 0x44, 0, 0, 0x16, 0x44]);
            let sum = crc(&bytes[12..29]);
            bytes[29..33].copy_from_slice(&sum.to_be_bytes());
            bytes
        };
        assert_eq!(weight(&sized(&plain)), Ok(97_470_000));
        assert_eq!(weight(&sized(&deep)), Err(PhotoFault::TooLarge));
    }

    /// The check sum of a part of a PNG.
    fn crc(bytes: &[u8]) -> u32 {
        let step = |crc: u32| if crc & 1 == 1 { 0xedb8_8320 ^ (crc >> 1) } else { crc >> 1 };
        !bytes.iter().fold(!0, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |crc, _| step(crc)))
    }

    #[test]
    fn what_is_no_photo_is_refused() {
        for bytes in [&b""[..], b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", &jpeg(40, 40)[..120]] {
            assert_eq!(redraw(bytes), Err(PhotoFault::Unreadable));
        }
    }
}
