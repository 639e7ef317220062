//! Derived reading of texts: suggestions and near-duplicates. May be deleted at any time.
