//! Policy text to program.
