//! What events make of their session's alerts, also when they come late.

use std::collections::BTreeSet;

use super::{Fold, FoldError};
use crate::projection::{
    alerts::{Alert, Change, Replayed, Slim},
    node::{No, Stale},
    recorded::Recorded,
    session::Applied,
    store::alert,
};

impl Fold {
    /// Session `no` took in `event`, and `applied` is what came of it.
    pub(super) fn watch(
        &mut self,
        no: No,
        event: &Recorded<'_>,
        applied: Applied,
    ) -> Result<(), FoldError> {
        let node = self.nodes.get_mut(no)?;
        if !applied.replay {
            if let Some(recent) = &mut node.recent {
                recent.push(&Slim::read(event));
            }
            self.take_alerts(no, applied.alerts);
            return Ok(());
        }
        let change = node.recent.as_mut().and_then(|recent| recent.insert(&Slim::read(event)));
        let Some(Change { watch, alerts, gone }) = change else {
            node.recent = None;
            self.late.insert(no);
            return Ok(());
        };
        node.session.replayed(watch);
        for (rule, first) in gone {
            self.rows.alerts.remove(&(no, rule, first));
            self.rows.alerts_gone.insert((no, rule, first));
        }
        self.take_alerts(no, alerts);
        Ok(())
    }

    /// The sessions whose alerts have to be found again before the batch is finished.
    pub(in super::super) fn late(&mut self) -> BTreeSet<No> {
        std::mem::take(&mut self.late)
    }

    /// Takes what a replay of session `no` found.
    pub(in super::super) fn replayed(
        &mut self,
        no: No,
        replayed: Replayed,
    ) -> Result<(), FoldError> {
        let Replayed { watch, recent, alerts } = replayed;
        self.forget_alerts(no)?;
        let node = self.nodes.mark(no, Stale::Row)?;
        node.session.replayed(watch);
        node.recent = Some(Box::new(recent));
        self.rows.alerts_replaced.insert(no);
        self.take_alerts(no, alerts);
        Ok(())
    }

    /// What this batch said of the alerts of session `no` does not count.
    pub(super) fn forget_alerts(&mut self, no: No) -> Result<(), FoldError> {
        self.late.remove(&no);
        self.nodes.get_mut(no)?.recent = None;
        self.rows.alerts.retain(|(of, _, _), _| *of != no);
        self.rows.alerts_gone.retain(|(of, _, _)| *of != no);
        Ok(())
    }

    fn take_alerts(&mut self, no: No, alerts: Vec<Alert>) {
        for alert in alerts {
            let name = (no, alert.rule, alert.first);
            self.rows.alerts_gone.remove(&name);
            self.rows.alerts.insert(name, alert::row(alert));
        }
    }
}
