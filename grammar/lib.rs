//! The text shape of the language.
