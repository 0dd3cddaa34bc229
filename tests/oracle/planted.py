"""Faults that entries can show, each planted in a ledger made by hand: what their stories share."""
from made_ledger import Ledger, changed, nanos

FAULTS = []  # (check, story)
DIGITAL = {"number": "25420000000012345678", "amount_fen": "9000"}
WAITING = changed(on_exhausted="ON_EXHAUSTED_WAITLIST", waitlist_after_cutoff=True)
HIGHEST = changed(highest_only={"clause": "1"}, caps=[])
GATED = changed(acceptance={"gates_settlement": True}, caps=[])
SANDBOX_RULES = changed(program_id="try-2025", sandbox=True)


def fault(check):
    """A story(wrong) that makes a ledger, with a fault that the check must find if `wrong`."""
    def keep(story):
        FAULTS.append((check, story))
        return story
    return keep


def with_credit(rules=None, fen=20000, **grant):
    ledger = Ledger(rules)
    _, voucher = ledger.granted(fen, **grant)
    account = ledger.account()
    ledger.credit(voucher, account, fen)
    return ledger, account


def reclaimed_spending(fen):
    """A grant of enterprise 1 that was redeemed in full and reclaimed."""
    ledger = Ledger()
    application, voucher = ledger.granted(fen)
    account = ledger.account()
    ledger.credit(voucher, account, fen)
    ledger.redemption = ledger.redeem(account, fen, "o1", exhausted=[voucher])
    ledger.reclaim(application, receivable=fen)
    return ledger, application


def returned():
    """An application with an invoice that is sent back, and whose correction is due. Returns its number too."""
    ledger = Ledger(changed(correction={"days": 10}))
    application = ledger.submit(1000, invoices=[DIGITAL])
    ledger.add("return_application", {"application_id": str(application)}, "application_returned",
               {"due_unix_ns": str(nanos("2025-06-06 00:00"))}, 1)
    return ledger, application
