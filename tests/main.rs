//! The one integration binary.

mod outcomes;
