//! The catalogue of figures, each a query over the read tables.
