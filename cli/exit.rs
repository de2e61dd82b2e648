//! The exit codes. Knows what each promises to a script; knows nothing of how the tool got there.

/// How a run ends. The numbers are part of the interface and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Advance, complete, or nothing found.
    Clean = 0,
    /// Hold, frozen, blocked, halted, or findings that were asked to count.
    Held = 1,
    /// A wrong flag, argument or path.
    Usage = 2,
    /// The policy or the compiled program is invalid.
    Invalid = 3,
    /// Blocked only because something is unknown.
    Unknown = 4,
    /// A rollback or switch is under way.
    Rollback = 5,
    /// The bundle or the state is unreadable, absent or of another program.
    Unreadable = 6,
    /// A fault of the tool itself.
    Fault = 70,
}

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }
}

/// What the numbers mean, for `--help`.
pub const TABLE: &str = "\
Exit codes:
  0   advance, complete, or nothing found
  1   hold, frozen, blocked, halted, or findings that `--deny` names
  2   wrong flag, argument or path
  3   the policy is invalid
  4   blocked only because something is unknown
  5   rollback
  6   evidence bundle or state unreadable, absent or of another program
  70  a fault of rolloutc itself";
