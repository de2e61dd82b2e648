//! What the server can tell an editor, as plain data. May not name the protocol.

pub mod hover;
