//! The pages of registers: what is listed, a record on one page, and its acts. A page is made from what the register
//! declares; what it says stands in the register's [`Face`].

mod face;
mod form;
pub(crate) mod lecture;
pub(crate) mod meeting;
pub(crate) mod page;
pub(crate) mod stream;

pub(crate) use face::{Asked, Face, Happened, Scene};

/// The face of every register that has pages here.
static FACES: &[&dyn Face] = &[&lecture::LectureFace, &meeting::MeetingFace];

/// The face of a register by the name that stands in its addresses: `lectures`.
fn face_of(plural: &str) -> Option<&'static dyn Face> {
    FACES.iter().copied().find(|face| face.plural() == plural)
}
