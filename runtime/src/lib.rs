//! The trusted core.
