#!/usr/bin/python3
"""Each fault that entries can show, planted in a ledger made by hand: the oracle must report that check and no other, and
nothing on the same ledger without the fault."""
import copy
import json
import os
import tempfile
import unittest

import judge
import oracle
from findings import CHECKS
from made_ledger import EXPIRES, REIMBURSED, RULES, Ledger, changed, date, nanos

FAULTS = []  # (check, story, keywords)
COMPETITIVE = changed(allocation="ALLOCATION_COMPETITIVE", caps=[])
WAITING = changed(on_exhausted="ON_EXHAUSTED_WAITLIST", waitlist_after_cutoff=True)
HIGHEST = changed(highest_only={"clause": "1"}, caps=[])
SANDBOX_RULES = changed(program_id="try-2025", sandbox=True)


def fault(check):
    """A story(wrong) that makes a ledger, with a fault that the check must find if `wrong`."""
    def keep(story):
        FAULTS.append((check, story))
        return story
    return keep


# --- order, queue, cutoff

@fault("order")
def an_entry_is_missing(wrong):
    ledger = Ledger()
    ledger.account()
    ledger.account()
    if wrong:
        for entry in ledger.entries[-1:]:
            entry["sequence"] = str(int(entry["sequence"]) + 1)
    return ledger


@fault("queue")
def a_place_in_the_queue_is_left_out(wrong):
    ledger = Ledger()
    ledger.submit(1000)
    if wrong:
        ledger.queues[1] += 1
    ledger.submit(1000)
    return ledger


@fault("cutoff")
def one_is_accepted_at_the_first_instant_after_the_last_day(wrong):
    ledger = Ledger()
    ledger.now = nanos("2025-11-01 00:00") - (1 if wrong else 2) * 10 ** 9
    ledger.submit(1000)
    return ledger


@fault("cutoff")
def one_is_accepted_while_the_program_is_suspended(wrong):
    ledger = Ledger()
    ledger.state("cloud-2025", "SUSPENDED")
    if not wrong:
        ledger.state("cloud-2025", "OPEN")
    ledger.submit(1000)
    return ledger


# --- identity

@fault("identity")
def a_revision_flips_sandbox(wrong):
    ledger = Ledger()
    ledger.publish(changed(sandbox=wrong), program=1)
    return ledger


@fault("identity")
def a_revision_has_another_fiscal_year(wrong):
    ledger = Ledger()
    ledger.publish(changed(fiscal_year=2026 if wrong else 2025), program=1)
    return ledger


@fault("identity")
def a_revision_drops_an_item_that_was_applied_for(wrong):
    ledger = Ledger()
    ledger.submit(1000, spend=5000 if wrong else 2000, item=2 if wrong else 1)
    ledger.publish(changed(items=RULES["items"][:1]), program=1)
    return ledger


# --- amounts, caps, pools

@fault("amounts")
def a_grant_is_rounded_up(wrong):
    ledger = Ledger()
    ledger.submit(1001 if wrong else 1000, spend=2001)
    return ledger


@fault("amounts")
def a_grant_is_clipped_though_no_cap_clips_it(wrong):
    ledger = Ledger()
    ledger.submit(60000)
    ledger.submit(39999 if wrong else 40000, spend=200000)
    return ledger


@fault("caps")
def a_grant_is_above_the_yearly_cap(wrong):
    ledger = Ledger()
    ledger.submit(60000)
    ledger.submit(40001 if wrong else 40000, spend=80002)
    return ledger


@fault("caps")
def a_revision_sets_a_cap_below_what_stands(wrong):
    ledger = Ledger(changed(caps=[]))
    ledger.granted(290000)
    amount = "200000" if wrong else "290000"
    ledger.publish(changed(caps=[{"scope": "CAP_SCOPE_ENTERPRISE_YEAR", "amount_fen": amount}]), program=1)
    return ledger


@fault("caps")
def what_was_granted_before_a_cap_appeared_counts_as_nothing(wrong):
    ledger = Ledger(changed(caps=[]))
    ledger.granted(290000)
    ledger.publish(changed(caps=[{"scope": "CAP_SCOPE_ENTERPRISE_YEAR", "amount_fen": "300000"}]), program=1)
    ledger.submit(90000 if wrong else 10000, spend=180000)
    return ledger


@fault("caps")
def a_revision_lowers_a_cap_that_another_item_has_passed(wrong):
    def items(cap):
        capped = dict(RULES["items"][0], cap_scope="CAP_SCOPE_PROJECT", cap_fen=str(cap))
        return changed(caps=[], items=[capped, {"item_id": "tools", "number": 2, "rate_bps": 5000}])
    ledger = Ledger(items(50000))
    ledger.submit(60000, item=2)
    ledger.publish(items(49999 if wrong else 50000), program=1)
    return ledger


@fault("caps")
def a_project_is_granted_more_than_its_cap_by_another_spelling(wrong):
    ledger = Ledger(changed(caps=[{"scope": "CAP_SCOPE_PROJECT", "amount_fen": "50000"}]))
    ledger.submit(40000, project="Plant-A")
    ledger.submit(20000 if wrong else 10000, spend=40000, project="plant-a")
    return ledger


@fault("pools")
def a_revision_sets_a_quota_below_what_stands(wrong):
    ledger = Ledger(changed(caps=[]))
    ledger.submit(480000)
    pool = {"scope": "POOL_SCOPE_DIVISION", "key": "420100", "amount_fen": "100000" if wrong else "480000",
            "on_exhausted": "ON_EXHAUSTED_REJECT"}
    ledger.publish(changed(caps=[], pools=[pool]), program=1)
    return ledger


@fault("pools")
def the_budget_is_oversold(wrong):
    ledger = Ledger(budget=50000)
    ledger.submit(30000)
    ledger.submit(20001 if wrong else 20000, enterprise=2)
    return ledger


@fault("pools")
def a_quota_is_escaped_by_a_transfer_to_another_provider(wrong):
    pool = {"scope": "POOL_SCOPE_PROVIDER", "key": "yun", "amount_fen": "100000", "on_exhausted": "ON_EXHAUSTED_REJECT"}
    ledger = Ledger(changed(pools=[pool]))
    _, voucher = ledger.granted(10000, providers=("2",) if wrong else ("1",))
    ledger.credit(voucher, ledger.account(), 10000)
    return ledger


# --- waitlist, ranking

@fault("waitlist")
def one_is_let_past_the_head(wrong):
    ledger = Ledger(WAITING, budget=10000)
    first = ledger.submit(0, wanted=20000, state="WAITLISTED")
    second = ledger.submit(0, wanted=20000, state="WAITLISTED", enterprise=2)
    promoted = {"application_id": str(second if wrong else first), "granted_fen": "20000", "state": "APPLICATION_STATE_HELD"}
    ledger.add("appropriate", {"program_id": "cloud-2025", "amount_fen": "10000", "fiscal_reference": "F-1"}, "appropriated",
               {"budget_fen": "20000"}, 1, waitlist={"promotions": [promoted]})
    return ledger


@fault("waitlist")
def a_tranche_is_booked_before_the_waitlist_goes_on(wrong):
    ledger = Ledger(WAITING, budget=1000)
    first = ledger.submit(0, wanted=2000, state="WAITLISTED")
    ledger.add("appropriate", {"program_id": "cloud-2025", "amount_fen": "1000", "fiscal_reference": "F-1"}, "appropriated",
               {"budget_fen": "2000"}, 1, waitlist={"continues": True})
    if wrong:
        ledger.appropriate(1, 2001, "F-2")
    step = {"promotions": [{"application_id": str(first), "granted_fen": "2000", "state": "APPLICATION_STATE_HELD"}]}
    ledger.timer(ledger.now, "waitlist_continued", {}, 1, at=1, waitlist=step)
    if not wrong:
        ledger.appropriate(1, 1, "F-2")
    return ledger


def contest(grants, states=("HELD", "HELD", "PASSED_OVER")):
    """Three applications for 40,000 each, scored 90, 80 and 80, and a budget of 100,000."""
    ledger = Ledger(COMPETITIVE, budget=100000)
    applications = [ledger.submit(0, wanted=40000, state="COLLECTED", enterprise=1 + at % 2) for at in range(3)]
    for application, score in zip(applications, (8000, 9000, 8000)):
        ledger.add("review_application", {"application_id": str(application), "verdict": "REVIEW_VERDICT_PASS", "score": score},
                   "application_reviewed", {"state": "APPLICATION_STATE_SCORED", "score": score}, 1)
    ranks = [{"application_id": str(applications[at]), "rank": place + 1, "granted_fen": str(fen),
              "state": "APPLICATION_STATE_" + state}
             for place, ((at, fen), state) in enumerate(zip(grants, states))]
    ledger.add("rank_applications", {"program_id": "cloud-2025"}, "applications_ranked", {"ranks": ranks}, 1)
    return ledger


@fault("ranking")
def a_tie_goes_to_the_later(wrong):
    return contest([(1, 40000), (2, 40000), (0, 0)] if wrong else [(1, 40000), (0, 40000), (2, 0)])


@fault("ranking")
def one_behind_the_edge_gets_money(wrong):
    return contest([(1, 40000), (0, 0), (2, 40000)] if wrong else [(1, 40000), (0, 40000), (2, 0)],
                   ("HELD", "PASSED_OVER", "HELD") if wrong else ("HELD", "HELD", "PASSED_OVER"))


# --- money, debts, settlement

@fault("money")
def an_approval_loses_a_fen(wrong):
    ledger = Ledger()
    application = ledger.submit(10000)
    ledger.approve(application, 9000, 999 if wrong else 1000)
    return ledger


@fault("money")
def the_budget_told_is_not_what_was_left(wrong):
    ledger = Ledger()
    ledger.submit(10000)
    ledger.appropriate(5000, 995001 if wrong else 995000)
    return ledger


@fault("money")
def a_terminated_reimbursement_stays_payable(wrong):
    ledger = Ledger()
    application, _ = ledger.granted(10000, mode=REIMBURSED)
    ledger.add("terminate_project", {"application_id": str(application)}, "project_terminated",
               {"released_fen": "0", "unsettled_fen": "0" if wrong else "10000"}, 1)
    ledger.appropriate(1000, 1001000 if not wrong else 991000)
    return ledger


@fault("money")
def an_archived_program_spends(wrong):
    ledger = Ledger()
    application = ledger.submit(10000)
    ledger.add("withdraw_application", {"application_id": str(application)}, "application_withdrawn", {"released_fen": "10000"}, 1)
    ledger.state("cloud-2025", "CLOSED")
    ledger.add("archive_program", {"program_id": "cloud-2025"}, "program_archived",
               {"returned_fen": "1000000"}, 1)
    if wrong:
        ledger.appropriate(1000, 1000)
    return ledger


@fault("money")
def a_grant_that_is_kept_back_in_full_stays_open(wrong):
    ledger, _ = reclaimed_spending(10000)
    other = ledger.submit(5000)
    ledger.approve(other, 5000, set_off=5000, settles_application=not wrong)
    return ledger


@fault("money")
def a_reversal_leaves_credit_in_an_archived_program(wrong):
    ledger, account = with_credit()
    redemption = ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.at("2025-07-01 09:00")
    ledger.disburse(ledger.statement(6, 20000, booked_fen="20000"), 20000, 0)
    ledger.state("cloud-2025", "CLOSED")
    ledger.add("archive_program", {"program_id": "cloud-2025"}, "program_archived", {"returned_fen": "980000"}, 1)
    ledger.reverse(redemption, 5000, released=0 if wrong else 5000)
    return ledger


def reclaimed_spending(fen):
    """A grant of enterprise 1 that was redeemed in full and reclaimed."""
    ledger = Ledger()
    application, voucher = ledger.granted(fen)
    account = ledger.account()
    ledger.credit(voucher, account, fen)
    ledger.redemption = ledger.redeem(account, fen, "o1", exhausted=[voucher])
    ledger.reclaim(application, receivable=fen)
    return ledger, application


@fault("money")
def a_statement_with_nothing_due_leaves_its_applications_open(wrong):
    ledger = Ledger()
    reimbursed, _ = ledger.granted(5000, mode=REIMBURSED)
    application, voucher = ledger.granted(10000)
    account = ledger.account()
    ledger.credit(voucher, account, 10000)
    ledger.redeem(account, 10000, "o1", exhausted=[voucher])
    ledger.reclaim(application, receivable=10000)
    ledger.at("2025-06-02 09:00")
    line = {"application_id": str(reimbursed), "set_off_fen": "5000"}
    ledger.statement(5, 0, lines=[line], set_off_fen="5000", settled=[] if wrong else [reimbursed])
    return ledger


@fault("debts")
def what_was_paid_back_is_recovered_again_by_a_reversal(wrong):
    ledger, _ = reclaimed_spending(50000)
    ledger.recover(50000, 0)
    ledger.reverse(ledger.redemption, 50000, released=50000, refunded=0 if wrong else 50000)
    return ledger


@fault("debts")
def a_debtor_gets_a_new_voucher_in_full(wrong):
    ledger, _ = reclaimed_spending(50000)
    application = ledger.submit(20000)
    ledger.approve(application, 20000, set_off=0 if wrong else 20000, settles_application=not wrong)
    return ledger


@fault("debts")
def a_debtor_is_reimbursed_in_full(wrong):
    ledger, _ = reclaimed_spending(50000)
    application, _ = ledger.granted(20000, mode=REIMBURSED)
    ledger.at("2025-06-02 09:00")
    line = {"application_id": str(application), "due_fen": "20000" if wrong else "0", "set_off_fen": "0" if wrong else "20000"}
    settled = [] if wrong else [application]
    ledger.statement(5, 20000 if wrong else 0, lines=[line], set_off_fen=line["set_off_fen"], settled=settled)
    return ledger


@fault("debts")
def a_reimbursement_is_kept_back_before_it_is_due(wrong):
    ledger, _ = reclaimed_spending(50000)
    application = ledger.submit(20000, mode=REIMBURSED)
    ledger.approve(application, 20000, mode=REIMBURSED, set_off=20000 if wrong else 0, settles_application=wrong)
    return ledger


def accepted_with_a_debt():
    """A grant of 50,000 of which 45,000 were spent, and 40,000 are the rate of the actual cost. Returns its redemption too."""
    ledger = Ledger()
    application, voucher = ledger.granted(50000)
    account = ledger.account()
    ledger.credit(voucher, account, 50000)
    redemption = ledger.redeem(account, 45000, "o1")
    ledger.add("accept_project", {"application_id": str(application), "actual_cost_fen": "80000"}, "project_accepted",
               {"released_fen": "5000", "receivable_fen": "5000"}, 1)
    return ledger, redemption


@fault("debts")
def a_debt_above_the_actual_cost_outlives_the_reversal_of_what_was_spent(wrong):
    ledger, redemption = accepted_with_a_debt()
    ledger.reverse(redemption, 3000, released=3000)
    ledger.recover(2000, 3000 if wrong else 0)
    return ledger


@fault("money")
def what_is_owed_no_more_comes_back_as_credit(wrong):
    ledger, redemption = accepted_with_a_debt()
    ledger.reverse(redemption, 6000, released=0 if wrong else 5000)
    return ledger


@fault("debts")
def more_is_reclaimed_than_was_spent(wrong):
    ledger = Ledger()
    application, voucher = ledger.granted(10000)
    account = ledger.account()
    ledger.credit(voucher, account, 10000)
    ledger.redeem(account, 4000, "o1")
    ledger.reclaim(application, released=6000, receivable=10000 if wrong else 4000)
    return ledger


@fault("settlement")
def a_bill_is_stated_twice(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(10000)
    account = ledger.account()
    ledger.credit(voucher, account, 10000)
    ledger.redeem(account, 4000, "o1")
    ledger.at("2025-07-01 09:00")
    ledger.statement(5, 4000, booked_fen="4000")
    ledger.statement(6, 4000 if wrong else 0, booked_fen="4000" if wrong else "0")
    return ledger


@fault("settlement")
def more_is_paid_than_is_due(wrong):
    ledger = Ledger()
    application, _ = ledger.granted(10000, mode=REIMBURSED)
    ledger.at("2025-06-02 09:00")
    line = {"application_id": str(application), "due_fen": "10000"}
    statement = ledger.statement(5, 10000, lines=[line])
    ledger.disburse(statement, 6000, 4000, "Z-1")
    ledger.disburse(statement, 4001 if wrong else 4000, -1 if wrong else 0, "Z-2")
    return ledger


# --- claims

PAPER = {"code": "042001900111", "number": "12345678", "digital_number": "25420000000012345678", "amount_fen": "9000"}
DIGITAL = {"number": "25420000000012345678", "amount_fen": "9000"}


@fault("invoices")
def two_forms_of_one_invoice_are_two_claims(wrong):
    ledger = Ledger()
    ledger.submit(1000, invoices=[PAPER])
    ledger.submit(1000, enterprise=2, invoices=[DIGITAL if wrong else dict(DIGITAL, number="25420000000012345679")])
    return ledger


@fault("invoices")
def code_and_number_in_one_are_another_invoice(wrong):
    ledger = Ledger()
    ledger.submit(1000, invoices=[PAPER])
    number = PAPER["code"] + ("12345678" if wrong else "12345679")
    ledger.submit(1000, enterprise=2, invoices=[{"number": number, "amount_fen": "9000"}])
    return ledger


def returned():
    """An application with an invoice that is sent back, and whose correction is due. Returns its number too."""
    ledger = Ledger(changed(correction={"days": 10}))
    application = ledger.submit(1000, invoices=[DIGITAL])
    ledger.add("return_application", {"application_id": str(application)}, "application_returned",
               {"due_unix_ns": str(nanos("2025-06-06 00:00"))}, 1)
    return ledger, application


@fault("invoices")
def an_invoice_is_taken_before_its_claim_lapses(wrong):
    ledger, _ = returned()
    ledger.now = nanos("2025-06-06 00:00") - (2 if wrong else 1) * 10 ** 9
    ledger.submit(1000, enterprise=2, invoices=[DIGITAL])
    return ledger


@fault("invoices")
def a_claim_that_has_lapsed_blocks_an_invoice(wrong):
    ledger, _ = returned()
    ledger.now = nanos("2025-06-06 00:00") - (1 if wrong else 2) * 10 ** 9
    request = {"program_id": "cloud-2025", "item_id": "cloud", "uscc": "E2", "evidence": {"invoices": [DIGITAL]}}
    ledger.queues[1] += 1
    ledger.add("submit_application", request, program=1, queue=ledger.queues[1], refusal="INVOICE_ALREADY_CLAIMED")
    return ledger


def bill(fen, number=1):
    """An invoice that bills order o1."""
    return {"number": "2542%016d" % number, "amount_fen": str(fen), "order": {"provider_id": "yun", "order_number": "o1"}}


def paid_by_credit(rules=None, **grant):
    """Order o1 was paid by 8,000 of credit. Returns its redemption too."""
    ledger, account = with_credit(rules, 8000, **grant)
    return ledger, ledger.redeem(account, 8000, "o1", exhausted=[1])


@fault("invoices")
def an_order_paid_by_credit_is_claimed_as_own_spend(wrong):
    items = [dict(RULES["items"][0], invoices_required=True), RULES["items"][1]]
    ledger, _ = paid_by_credit(changed(items=items), invoices=[{"number": "25420000000000000099", "amount_fen": "16000"}])
    ledger.submit(1000, spend=2000, invoices=[bill(8000 if wrong else 10000)])
    return ledger


@fault("invoices")
def an_order_paid_by_credit_is_claimed_where_no_invoice_is_needed(wrong):
    ledger, _ = paid_by_credit()
    # Two invoices for one order: credit paid it once.
    ledger.submit(1000, spend=2000, invoices=[bill(4000), bill(5999 if wrong else 6000, 2)])
    return ledger


@fault("invoices")
def more_is_claimed_than_was_reversed_of_an_order(wrong):
    ledger, redemption = paid_by_credit()
    ledger.reverse(redemption, 1999 if wrong else 2000)
    ledger.submit(1000, spend=2000, invoices=[bill(8000)])
    return ledger


@fault("invoices")
def an_order_supports_two_applications(wrong):
    ledger = Ledger()
    first = ledger.submit(1000, invoices=[bill(2000)])
    if not wrong:
        ledger.add("withdraw_application", {"application_id": str(first)}, "application_withdrawn", {"released_fen": "1000"}, 1)
    ledger.submit(1000, enterprise=2, invoices=[bill(2000, 2)])
    return ledger


@fault("worlds")
def an_invoice_of_a_sandbox_blocks_a_real_one(wrong):
    ledger = Ledger()
    trial = ledger.publish(SANDBOX_RULES, 100000)
    of_trial = {"program": trial, "program_id": "try-2025", "sandbox": True}
    ledger.submit(1000, invoices=[DIGITAL], **of_trial)
    if wrong:
        request = {"program_id": "cloud-2025", "item_id": "cloud", "uscc": "E1", "evidence": {"invoices": [DIGITAL]}}
        ledger.queues[1] += 1
        ledger.add("submit_application", request, program=1, queue=ledger.queues[1], refusal="INVOICE_ALREADY_CLAIMED")
    else:
        ledger.submit(1000, invoices=[DIGITAL])
    return ledger


@fault("worlds")
def a_sandbox_takes_a_real_number(wrong):
    ledger = Ledger()
    trial = ledger.publish(SANDBOX_RULES, 100000)
    ledger.submit(1000)
    ledger.submit(1000, program=trial, program_id="try-2025", sandbox=not wrong)
    return ledger


@fault("worlds")
def an_approval_in_a_sandbox_supersedes_a_real_grant(wrong):
    ledger = Ledger(HIGHEST)
    trial = ledger.publish(changed(HIGHEST, program_id="try-2025", sandbox=True), 100000)
    real, _ = ledger.granted(10000, project="P")
    copy_of_it = ledger.submit(20000, project="P", program=trial, program_id="try-2025", sandbox=True)
    told = [{"application_id": str(real), "counted_fen": "0", "released_fen": "10000"}] if wrong else []
    ledger.approve(copy_of_it, 20000, program=trial, sandbox=True, superseded=told)
    return ledger


@fault("worlds")
def a_blacklisting_in_the_sandbox_bars_a_real_one(wrong):
    ledger = Ledger()
    ledger.blacklist(sandbox=wrong, reason="fraud")
    ledger.queues[1] += 1
    ledger.add("submit_application", {"program_id": "cloud-2025", "item_id": "cloud", "uscc": "E1"}, program=1,
               queue=ledger.queues[1], refusal="BLACKLISTED")
    return ledger


@fault("worlds")
def real_credit_goes_into_an_account_of_the_sandbox(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(10000)
    ledger.credit(voucher, ledger.account(sandbox=wrong), 10000)
    return ledger


@fault("orders")
def an_order_is_redeemed_twice(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "o1")
    ledger.redeem(account, 1000, "o1" if wrong else "o2")
    return ledger


@fault("orders")
def a_retried_order_is_told_that_there_is_no_credit(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.redeem(account, 20000, "o1", refusal="INSUFFICIENT_CREDIT" if wrong else "ORDER_ALREADY_REDEEMED")
    return ledger


@fault("once")
def an_item_is_claimed_twice(wrong):
    items = [dict(RULES["items"][0], once={"scope": "ONCE_SCOPE_PROJECT"}), RULES["items"][1]]
    ledger = Ledger(changed(items=items))
    ledger.submit(1000, project="P")
    ledger.submit(2000, project="p" if wrong else "q")
    return ledger


@fault("highest")
def a_lower_application_that_can_never_be_approved_holds_money(wrong):
    ledger = Ledger(HIGHEST)
    ledger.granted(20000, project="P")
    ledger.submit(19000 if wrong else 21000, project="P")
    return ledger


@fault("settlement")
def what_was_used_of_a_superseded_grant_still_waits_for_acceptance(wrong):
    ledger = Ledger(changed(HIGHEST, acceptance={"gates_settlement": True}))
    first, voucher = ledger.granted(30000, project="P")
    account = ledger.account()
    ledger.credit(voucher, account, 30000)
    ledger.redeem(account, 30000, "o1", exhausted=[voucher])
    second = ledger.submit(40000, project="P")
    ledger.approve(second, 10000, released=30000,
                   superseded=[{"application_id": str(first), "counted_fen": "30000", "released_fen": "0"}])
    ledger.at("2025-07-01 09:00")
    ledger.statement(6, 0 if wrong else 30000, booked_fen="0" if wrong else "30000")
    return ledger


@fault("highest")
def a_grant_that_was_terminated_after_it_was_paid_is_forgotten(wrong):
    ledger = Ledger(HIGHEST)
    first, voucher = ledger.granted(30000, project="P")
    account = ledger.account()
    ledger.credit(voucher, account, 30000)
    ledger.redeem(account, 30000, "o1", exhausted=[voucher])
    ledger.add("terminate_project", {"application_id": str(first)}, "project_terminated", {}, 1)
    second = ledger.submit(40000, project="P")
    if wrong:
        ledger.approve(second, 40000)
    else:
        ledger.approve(second, 10000, released=30000,
                       superseded=[{"application_id": str(first), "counted_fen": "30000", "released_fen": "0"}])
    return ledger


# --- credit

def with_credit(rules=None, fen=20000, **grant):
    ledger = Ledger(rules)
    _, voucher = ledger.granted(fen, **grant)
    account = ledger.account()
    ledger.credit(voucher, account, fen)
    return ledger, account


@fault("redemption")
def credit_pays_for_usage_that_ended_before_it_was_there(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "o1", usage=nanos("2025-05-26 08:00") if wrong else None)
    return ledger


@fault("redemption")
def a_bill_for_the_last_day_up_to_midnight_is_refused(wrong):
    ledger, account = with_credit()
    ledger.now = EXPIRES + 3600 * 10 ** 9
    ledger.redeem(account, 1000, "o1", usage=EXPIRES, refusal="VOUCHER_EXPIRED" if wrong else None)
    return ledger


@fault("redemption")
def a_bill_for_usage_after_the_last_day_is_paid(wrong):
    ledger, account = with_credit()
    ledger.now = EXPIRES + 3600 * 10 ** 9
    ledger.redeem(account, 1000, "o1", usage=EXPIRES + (10 ** 9 if wrong else 0))
    return ledger


@fault("redemption")
def a_product_is_bought_after_its_last_day(wrong):
    ledger, account = with_credit()
    ledger.product("old", until="2025-05-31")
    ledger.at("2025-06-02 09:00")
    ledger.redeem(account, 1000, "o1", product="old", usage=nanos("2025-06-01 00:00") + (10 ** 9 if wrong else 0))
    return ledger


@fault("redemption")
def a_revision_frees_vouchers_of_what_they_can_be_spent_on(wrong):
    items = [dict(RULES["items"][0], spendable_categories=["SaaS"]), RULES["items"][1]]
    ledger, account = with_credit(changed(items=items))
    ledger.publish(RULES, program=1)
    ledger.product("gpu", category="AI")
    ledger.redeem(account, 1000, "o1", product="gpu" if wrong else "ecs")
    return ledger


@fault("redemption")
def an_add_on_comes_before_a_core_product(wrong):
    ledger, account = with_credit(changed(basket={"core_categories": ["SaaS"]}))
    ledger.product("gpu", category="AI")
    if not wrong:
        ledger.redeem(account, 1000, "o1")
    ledger.redeem(account, 1000, "o2", product="gpu")
    return ledger


@fault("redemption")
def credit_goes_into_the_account_of_another(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(10000)
    ledger.credit(voucher, ledger.account(enterprise=2 if wrong else 1), 10000)
    return ledger


@fault("terms")
def a_voucher_has_the_terms_of_a_later_revision(wrong):
    ledger = Ledger()
    application = ledger.submit(10000)
    later = dict(RULES["voucher_terms"], expires_on=date("2026-04-30"))
    ledger.publish(changed(voucher_terms=later), program=1)
    ledger.approve(application, 10000, expires=EXPIRES + (30 * 86400 * 10 ** 9 if wrong else 0))
    return ledger


@fault("terms")
def a_notice_does_not_follow_a_holiday_that_was_moved(wrong):
    ledger = Ledger(changed(notice={"days": 5, "unit": "DAY_UNIT_WORKING"}))
    ledger.add("publish_calendar", {"first_year": 2025, "last_year": 2025}, "calendar_published", {"revision": 1})
    application = ledger.submit(10000)
    end, later = nanos("2025-06-04 00:00"), nanos("2025-06-05 00:00")
    ledger.at("2025-05-27 09:00")
    ledger.add("publish_notice", {"program_id": "cloud-2025", "application_ids": [str(application)]}, "notice_published",
               {"notice_id": "1", "ends_unix_ns": str(end)}, 1)
    holiday = {"date": date("2025-06-02"), "working": False}
    extended = [] if wrong else [{"notice_id": "1", "ends_unix_ns": str(later)}]
    ledger.add("publish_calendar", {"first_year": 2025, "last_year": 2025, "days": [holiday]}, "calendar_published",
               {"revision": 2, "extended_notices": extended})
    ledger.now = later
    ledger.approve(application, 10000)
    return ledger


@fault("terms")
def a_correction_is_due_a_day_late(wrong):
    ledger, _ = returned()
    if wrong:
        ledger.entries[-1]["event"]["application_returned"]["due_unix_ns"] = str(nanos("2025-06-07 00:00"))
    return ledger


# --- plans

CLUSTERS = changed(clusters={"minimum_members": 1, "pool_fen": "5000000", "on_exhausted": "ON_EXHAUSTED_REJECT"}, caps=[])


def cluster(requested, planned):
    ledger = Ledger(CLUSTERS)
    plan = {"program_id": "cloud-2025", "cluster_id": "c", "requested_fen": str(requested),
            "members": [{"uscc": "E1", "planned_cost_fen": str(planned)}, {"uscc": "E2", "planned_cost_fen": "20000"}]}
    ledger.add("put_cluster", {"cluster": plan}, "cluster_put",
               {"cluster_number": "1", "created": True, "enterprise_numbers": ["1", "2"]}, 1)
    ledger.add("review_cluster", {"program_id": "cloud-2025", "cluster_id": "c", "score": 9000}, "cluster_reviewed",
               {"cluster_number": "1", "state": "CLUSTER_STATE_SCORED"}, 1)
    ledger.add("rank_clusters", {"program_id": "cloud-2025"}, "clusters_ranked",
               {"ranks": [{"cluster_number": "1", "rank": 1, "pool_fen": str(requested)}]}, 1)
    return ledger


@fault("plans")
def a_cluster_asks_for_more_than_its_plans_give(wrong):
    return cluster(60001 if wrong else 60000, 100000)


@fault("plans")
def a_member_gets_more_than_the_rate_of_its_planned_cost(wrong):
    ledger = cluster(60000, 100000)
    ledger.submit(30000, cluster=1)
    ledger.submit(20001 if wrong else 20000, cluster=1)
    return ledger


@fault("plans")
def what_exceeds_the_rate_of_the_actual_cost_is_kept(wrong):
    ledger = cluster(50000, 100000)
    application, _ = ledger.granted(50000, cluster=1)
    ledger.add("accept_project", {"application_id": str(application), "actual_cost_fen": "80000"}, "project_accepted",
               {"released_fen": "0" if wrong else "10000"}, 1)
    return ledger


@fault("plans")
def an_earlier_grant_of_the_project_takes_no_part_of_the_actual_cost(wrong):
    ledger = Ledger(changed(caps=[]))
    for fen, released in ((30000, 0), (25000, 0 if wrong else 15000)):
        application, _ = ledger.granted(fen, project="P")
        ledger.add("accept_project", {"application_id": str(application), "actual_cost_fen": "80000"}, "project_accepted",
                   {"released_fen": str(released)}, 1)
    return ledger


# --- acts, bars

@fault("repeats")
def an_appropriation_is_booked_twice(wrong):
    ledger = Ledger()
    first = ledger.appropriate(1000, 1001000)
    ledger.appropriate(1000, 1002000, repeats="0" if wrong else str(first))
    return ledger


@fault("repeats")
def an_application_is_taken_twice(wrong):
    ledger = Ledger()
    ledger.submit(1000, project="P")
    ledger.submit(1000 if wrong else 1001, project="P")
    return ledger


@fault("repeats")
def a_disbursement_is_booked_twice(wrong):
    ledger = Ledger()
    application, _ = ledger.granted(10000, mode=REIMBURSED)
    ledger.at("2025-06-02 09:00")
    statement = ledger.statement(5, 10000, lines=[{"application_id": str(application), "due_fen": "10000"}])
    ledger.disburse(statement, 4000, 6000)
    ledger.disburse(statement, 4000, 2000, reference="Z-1" if wrong else "Z-2")
    return ledger


@fault("repeats")
def a_recovery_is_booked_twice(wrong):
    ledger, _ = reclaimed_spending(50000)
    ledger.recover(20000, 30000)
    ledger.recover(20000, 10000, reference="K-1" if wrong else "K-2")
    return ledger


@fault("repeats")
def an_incident_is_recorded_twice(wrong):
    ledger = Ledger()
    for kind in ("INCIDENT_KIND_SAFETY", "INCIDENT_KIND_SAFETY" if wrong else "INCIDENT_KIND_QUALITY"):
        incident = {"kind": kind, "date": date("2025-05-01"), "reference": "A-1"}
        ledger.add("record_incident", {"uscc": "E1", "incident": incident}, "incident_recorded", {"enterprise_number": "1"})
    return ledger


@fault("repeats")
def an_order_number_has_a_space_behind_it(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "A1")
    ledger.redeem(account, 1000, "A1 " if wrong else "A2")
    return ledger


@fault("bars")
def a_blacklisting_for_one_program_erases_that_for_all(wrong):
    ledger = Ledger()
    first = ledger.blacklist(reason="fraud")
    ledger.blacklist(reason="late", program_ids=["other-2025"])
    if not wrong:
        ledger.add("end_record", {"uscc": "E1", "sequence": str(first), "last_day": date("2025-05-25")}, "record_ended",
                   {"enterprise_number": "1"})
    ledger.submit(1000)
    return ledger


@fault("bars")
def a_blacklisted_enterprise_is_approved(wrong):
    ledger = Ledger()
    application = ledger.submit(1000)
    ledger.blacklist(reason="fraud", until=date("2025-06-30"))
    ledger.at("2025-06-30 23:59" if wrong else "2025-07-01 00:00")
    ledger.approve(application, 1000)
    return ledger


@fault("bars")
def a_list_of_two_years_ago_is_forgotten(wrong):
    listing = {"kinds": ["LISTING_KIND_SERIOUS_DISHONESTY"], "years": 3}
    ledger = Ledger(changed(eligibility={"listing": listing}))
    until = date("2023-05-01" if wrong else "2022-05-01")
    ledger.add("set_listing", {"uscc": "E1", "kind": "LISTING_KIND_SERIOUS_DISHONESTY", "listed": True,
                               "from": date("2022-01-01"), "until": until}, "listing_set", {"enterprise_number": "1"})
    ledger.submit(1000)
    return ledger


class Oracle(unittest.TestCase):
    def failed(self, ledger):
        found, entries = judge.judge(lambda: copy.deepcopy(ledger.entries))
        self.assertEqual(entries, len(ledger.entries))
        return found.failed(), list(found.lines())

    def test_each_fault_is_reported_as_itself_and_its_ledger_without_it_is_good(self):
        for check, story in FAULTS:
            with self.subTest(story.__name__):
                names, lines = self.failed(story(False))
                self.assertEqual(names, [], lines)
                names, lines = self.failed(story(True))
                self.assertEqual(names, [check], lines)

    def test_each_check_is_seen_red(self):
        self.assertEqual(sorted({check for check, _ in FAULTS}), sorted(CHECKS))

    def test_an_export_is_read_over_its_files_and_postings_are_not_looked_at(self):
        ledger = Ledger()
        ledger.submit(1000)
        for entry in ledger.entries:
            entry.get("event", {})["postings"] = ["not looked at"]
        with tempfile.TemporaryDirectory() as directory:
            for at, part in enumerate((ledger.entries[:3], ledger.entries[3:]), 1):
                with open(os.path.join(directory, "entries-%06d.jsonl" % at), "w", encoding="utf-8") as lines:
                    lines.writelines(json.dumps(entry) + "\n" for entry in part)
            self.assertEqual(oracle.exports(os.path.dirname(directory)).count(directory), 1)
            _, entries, names, found = oracle.judged(directory)
            self.assertEqual((entries, names, found), (len(ledger.entries), [], []))

    def test_what_the_oracle_cannot_follow_is_no_pass(self):
        with tempfile.TemporaryDirectory() as directory:
            with open(os.path.join(directory, "entries-000001.jsonl"), "w", encoding="utf-8") as lines:
                lines.write('{"sequence":"1"}\n')
            _, _, names, _ = oracle.judged(directory)
            self.assertEqual(names, list(CHECKS))


if __name__ == "__main__":
    unittest.main()
