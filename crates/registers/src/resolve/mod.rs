//! Resolve (解): what is done about what was said.

pub mod encounter;
pub mod reception;

#[cfg(test)]
mod tests;
