//! 聊 Listen: talk meetings, and later notebooks, pairings, visits, campaigns and research.

pub mod meeting;
pub mod opinion;

#[cfg(test)]
mod tests;
