//! 讲 Tell: lectures, and later study sessions, evening talks, troupes, teaching sites, audio stations and exhibitions.

pub mod lecture;
