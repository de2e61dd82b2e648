//! Questions: what a phase's list, a group or a procedure asks, and what it comes to.

use super::{Verdict, worse};
use crate::eval::Context;
use crate::ir::{Ask, CountKind, GroupId, Level, NodeId};
use crate::value::{Cause, Truth, Why};

impl<'a> Context<'a> {
    /// A group's raw truth.
    pub(crate) fn group_truth(&mut self, id: GroupId) -> Truth {
        self.group(id, false).truth()
    }

    /// What a question comes to: satisfied includes waived, not applicable, and whatever is advisory.
    pub fn ask(&mut self, ask: &Ask) -> Verdict {
        self.answer(ask, true)
    }

    fn answer(&mut self, ask: &Ask, asked: bool) -> Verdict {
        match ask {
            Ask::Gate(gate) => {
                let found = self.gate(*gate);
                match (asked, found.level) {
                    (false, _) => found.verdict,
                    (true, Level::Advisory) => Verdict::Pass,
                    (true, Level::Hard | Level::Blocking) => found.asked,
                }
            }
            Ask::Group(group) => self.group(*group, asked),
            Ask::Approval(approval) => match self.people.approved(*approval) {
                true => Verdict::Pass,
                false => Verdict::Pending,
            },
            Ask::Cond(node) => self.truth(*node).into(),
            Ask::All(asks) => asks.iter().fold(Verdict::Pass, |all, ask| {
                let verdict = self.answer(ask, asked);
                let both = worse(all, verdict);
                match (both, verdict) {
                    (Verdict::Pass, Verdict::Waived) => Verdict::Waived,
                    (both, _) => both,
                }
            }),
            Ask::Any(asks) => {
                let mut best = Verdict::Fail;
                for ask in asks {
                    let verdict = self.answer(ask, asked);
                    let (a, b) = (hope(best), hope(verdict));
                    if b > a || best == Verdict::Waived && verdict == Verdict::Pass {
                        best = verdict;
                    }
                }
                best
            }
            Ask::Not(ask) => match self.answer(ask, asked) {
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => Verdict::Fail,
                Verdict::Fail => Verdict::Pass,
                other @ (Verdict::Unknown(_) | Verdict::Pending) => other,
            },
            Ask::Count(kind, n, asks) => self.count(*kind, *n, asks, asked),
        }
    }

    fn count(&mut self, kind: CountKind, n: u32, asks: &[Ask], asked: bool) -> Verdict {
        let (mut sure, mut maybe, mut open) = (0u32, 0u32, Verdict::Fail);
        for ask in asks {
            let verdict = self.answer(ask, asked);
            match verdict {
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => sure += 1,
                Verdict::Fail => {}
                Verdict::Unknown(_) | Verdict::Pending => {
                    maybe += 1;
                    if hope(verdict) > hope(open) {
                        open = verdict;
                    }
                }
            }
        }
        let most = sure + maybe;
        let (certain, possible) = match kind {
            CountKind::AtLeast => (sure >= n, most >= n),
            CountKind::AtMost => (most <= n, sure <= n),
            CountKind::Exactly => (sure == n && maybe == 0, sure <= n && n <= most),
        };
        match (certain, possible) {
            (true, _) => Verdict::Pass,
            (false, true) => open,
            (false, false) => Verdict::Fail,
        }
    }

    fn group(&mut self, id: GroupId, asked: bool) -> Verdict {
        let program = self.program;
        match (program.groups.get(id.ix()), self.deeper()) {
            (Some(group), true) => {
                let verdict = self.answer(&group.ask, asked);
                self.shallower();
                verdict
            }
            (_, deeper) => {
                if deeper {
                    self.shallower();
                }
                Verdict::Unknown(Why::at(Cause::Inconclusive, NodeId(0)))
            }
        }
    }
}

/// How near to satisfied a verdict may come.
fn hope(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Pending => 2,
        Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => 3,
    }
}
