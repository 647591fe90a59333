//! A wide tree: one dispatcher, a dozen small workers, some of which time out or never speak.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Doubt, Fail, Service, Think},
    manner::{CAREFUL, Manner, SILENT},
};

/// What the customers ask, and what becomes of it.
const TICKETS: [(&str, Fate); 12] = [
    ("Charged twice for order 88-1031", Fate::Refunded),
    ("Parcel says delivered, nothing arrived", Fate::Escalated),
    ("Cannot change my e-mail address", Fate::Answered),
    ("Invoice without VAT number", Fate::Answered),
    ("Voucher WINTER26 is refused", Fate::Refunded),
    ("App crashes on the payment page (Android 17)", Fate::Stuck),
    ("Where is my refund from October?", Fate::Refunded),
    ("Delete my account, please", Fate::Silent),
    ("Wrong size, exchange possible?", Fate::Answered),
    ("Envío a Canarias: ¿cuánto tarda?", Fate::Answered),
    ("商品が壊れていました", Fate::Escalated),
    ("هل يمكنني تغيير عنوان التسليم؟", Fate::Answered),
];

/// What becomes of a ticket.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Answered,
    Refunded,
    Escalated,
    /// The worker runs out of time.
    Stuck,
    /// The worker never speaks.
    Silent,
}

const QUICK: Manner = Manner { pace_ms: 1_200, ..SILENT };

/// Plays the story from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut desk = Agent::root(stage, "support-desk", Manner { pace_ms: 1_600, ..CAREFUL }, at);
    desk.start(stage, "Work through the twelve tickets that came in overnight");
    desk.perform(stage, &[
        Service("zendesk", "GET", "/api/v2/tickets?status=new", 200),
        Think("Twelve tickets, four languages. One worker for each, and I only look at what they cannot decide."),
    ]);
    let mut workers = Vec::new();
    for (ticket, fate) in TICKETS {
        let mut worker = Agent::root(stage, "ticket-worker", QUICK, desk.now);
        desk.announce(stage, &mut worker, ticket);
        workers.extend(work(stage, worker, fate));
    }
    desk.join(stage, &workers);
    desk.end(
        stage,
        Ending::Completed(
            "Twelve tickets: 5 answered, 3 refunds, 2 escalated, 1 timed out, 1 not taken up.",
        ),
    );
}

fn work(stage: &mut Stage, worker: Agent, fate: Fate) -> Option<Agent> {
    if matches!(fate, Fate::Silent) {
        return None;
    }
    let mut worker = worker.wake(stage);
    worker.perform(stage, &[Call("Crm", "customer by ticket", "1 customer, 3 orders")]);
    let ending = match fate {
        Fate::Answered | Fate::Silent => {
            worker.perform(stage, &[Call("Reply", "template: friendly, short", "sent")]);
            Ending::Completed("Answered.")
        }
        Fate::Refunded => {
            worker.perform(
                stage,
                &[
                    Call("Ledger", "payments of the order", "2 payments, same amount, 3 s apart"),
                    Service("stripe", "POST", "/v1/refunds", 200),
                    Call("Reply", "template: refund", "sent"),
                ],
            );
            Ending::Completed("Refunded and answered.")
        }
        Fate::Escalated => {
            worker.perform(
                stage,
                &[
                    Fail("Carrier", "proof of delivery", "404: no scan after the depot"),
                    Doubt("Whether the parcel is lost or only unscanned"),
                ],
            );
            Ending::Failed("Needs a person: the carrier has no proof of delivery.")
        }
        Fate::Stuck => {
            worker.perform(
                stage,
                &[Fail("Device", "emulator android-17 boot", "timed out after 60 s")],
            );
            worker.now += 25_000;
            Ending::TimedOut("The emulator never booted.")
        }
    };
    Some(worker.end(stage, ending))
}
