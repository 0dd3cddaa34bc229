"""Faults of claims, of the two worlds and of credit, planted."""
from made_ledger import EXPIRES, RULES, Ledger, changed, date, nanos
from planted import DIGITAL, HIGHEST, SANDBOX_RULES, fault, returned, with_credit


# --- claims

PAPER = {"code": "042001900111", "number": "12345678", "digital_number": "25420000000012345678", "amount_fen": "9000"}


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


@fault("invoices")
def an_invoice_is_taken_before_its_claim_lapses(wrong):
    ledger, application = returned()
    if not wrong:
        ledger.timer("CORRECTION", nanos("2025-06-06 00:00"), "correction_lapsed", {"released_fen": "1000"}, 1, application)
    ledger.submit(1000, enterprise=2, invoices=[DIGITAL])
    return ledger


@fault("invoices")
def a_claim_that_has_lapsed_blocks_an_invoice(wrong):
    ledger, application = returned()
    if wrong:
        ledger.timer("CORRECTION", nanos("2025-06-06 00:00"), "correction_lapsed", {"released_fen": "1000"}, 1, application)
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


@fault("redemption")
def credit_pays_for_usage_that_ended_before_it_was_there(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "o1", usage=nanos("2025-05-26 08:00") if wrong else None)
    return ledger


@fault("redemption")
def a_bill_for_the_last_day_up_to_midnight_is_refused(wrong):
    ledger, account = with_credit()
    ledger.cut_off()
    ledger.now = EXPIRES + 3600 * 10 ** 9
    ledger.redeem(account, 1000, "o1", usage=EXPIRES, refusal="VOUCHER_EXPIRED" if wrong else None)
    return ledger


@fault("redemption")
def a_bill_for_usage_after_the_last_day_is_paid(wrong):
    ledger, account = with_credit()
    ledger.cut_off()
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


@fault("worlds")
def a_succession_that_is_undone_makes_another_enterprise(wrong):
    ledger = Ledger()
    for old, new in (("E1", "E9"), ("E9", "E1")):
        ledger.add("succeed_enterprise", {"uscc": old, "new_uscc": new}, "enterprise_succeeded", {"enterprise_number": "1"})
    ledger.submit(1000)
    if wrong:
        ledger.entries[-1]["event"]["application_submitted"]["enterprise_number"] = "3"
    return ledger


# --- refusals

def refused(reason, verb="submit_application", budget=1000000, rules=None, enterprise=1, ledger=None, **request):
    """A submission for a spend of 2,000, or an award, that is refused."""
    ledger = ledger or Ledger(rules, budget=budget)
    ledger.queues[1] += 1
    ask = {"program_id": "cloud-2025", "item_id": "cloud", "uscc": "E%d" % enterprise, "spend_fen": "2000",
           "project": {"project_id": "P"}}
    ledger.add(verb, dict(ask, **request), program=1, queue=ledger.queues[1], refusal=reason)
    return ledger


@fault("refusals")
def money_is_said_to_be_gone_that_is_there(wrong):
    return refused("BUDGET_EXHAUSTED", budget=1000 if wrong else 999)


@fault("refusals")
def an_award_is_refused_though_the_budget_has_it(wrong):
    items = [dict(RULES["items"][0], rate_bps=0, fixed_fen="1000"), RULES["items"][1]]
    return refused("BUDGET_EXHAUSTED", "award_grant", budget=1000 if wrong else 999, rules=changed(items=items))


@fault("refusals")
def a_quota_is_said_to_be_used_up_that_is_not(wrong):
    pool = {"scope": "POOL_SCOPE_DIVISION", "key": "420100", "amount_fen": "1000" if wrong else "999",
            "on_exhausted": "ON_EXHAUSTED_REJECT"}
    return refused("QUOTA_EXHAUSTED", rules=changed(pools=[pool]))


@fault("refusals")
def a_cap_is_said_to_be_reached_that_is_not(wrong):
    ledger = Ledger()
    ledger.submit(99999 if wrong else 100000)
    return refused("ENTERPRISE_CAP_REACHED", ledger=ledger)


@fault("refusals")
def a_higher_grant_is_said_to_stand_that_does_not(wrong):
    ledger = Ledger(HIGHEST)
    ledger.granted(999 if wrong else 1000, project="P")
    return refused("SUPERSEDED_BY_HIGHER", ledger=ledger)


@fault("refusals")
def an_appeal_is_refused_though_its_hold_fits(wrong):
    ledger = Ledger(budget=1000)
    application = ledger.submit(1000)
    ledger.add("review_application", {"application_id": str(application), "verdict": "REVIEW_VERDICT_REJECT"},
               "application_reviewed", {"state": "APPLICATION_STATE_REJECTED", "released_fen": "1000"}, 1)
    if not wrong:
        ledger.submit(1, enterprise=2, spend=2)
    ledger.add("review_application", {"application_id": str(application), "verdict": "REVIEW_VERDICT_UPHOLD_APPEAL"}, program=1,
               refusal="BUDGET_EXHAUSTED")
    return ledger


@fault("once")
def an_item_is_said_to_be_claimed_that_is_not(wrong):
    items = [dict(RULES["items"][0], once={"scope": "ONCE_SCOPE_PROJECT"}), RULES["items"][1]]
    ledger = Ledger(changed(items=items))
    ledger.submit(1000, project="q" if wrong else "p")
    return refused("ITEM_ALREADY_CLAIMED", ledger=ledger)


@fault("redemption")
def the_basket_refuses_what_it_allows(wrong):
    ledger, account = with_credit(changed(basket={"core_categories": ["SaaS"]}))
    ledger.product("gpu", category="AI")
    ledger.redeem(account, 1000, "o1", product="ecs" if wrong else "gpu", refusal="BASKET_RULE")
    return ledger


@fault("redemption")
def usage_is_said_to_be_too_early_that_is_not(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "o1", usage=None if wrong else nanos("2025-05-26 08:00"), refusal="USAGE_BEFORE_CREDIT")
    return ledger


@fault("redemption")
def too_little_credit_is_said_to_be_too_early(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 20001, "o1", refusal="USAGE_BEFORE_CREDIT" if wrong else "INSUFFICIENT_CREDIT")
    return ledger


@fault("redemption")
def a_product_is_said_not_to_be_approved_that_is(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 1000, "o1", product="ecs" if wrong else "other", refusal="PRODUCT_NOT_APPROVED")
    return ledger


@fault("refusals")
def a_provider_is_said_to_be_suspended_that_is_not(wrong):
    ledger, account = with_credit()
    for state in ("SUSPENDED", "ACTIVE")[:2 if wrong else 1]:
        ledger.add("set_provider_state", {"provider_id": "yun", "state": "PROVIDER_STATE_" + state}, "provider_state_set",
                   {"provider_number": "1"})
    ledger.redeem(account, 1000, "o1", refusal="PROVIDER_SUSPENDED")
    return ledger


@fault("refusals")
def a_voucher_is_said_to_hold_less_than_it_does(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(10000)
    ledger.order(voucher, ledger.account(), 10000 if wrong else 10001, refusal="INSUFFICIENT_CREDIT")
    return ledger


@fault("repeats")
def an_order_is_said_to_repeat_a_declined_one(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(20000)
    account = ledger.account()
    transfer = ledger.order(voucher, account, 10000, reference="T-1")
    if wrong:
        ledger.add("decline_transfer", {"transfer_id": str(transfer)}, "transfer_declined", {"returned_fen": "10000"}, 1)
    ledger.order(voucher, account, 10000, reference="T-1", refusal="ALREADY_BOOKED")
    return ledger


@fault("refusals")
def a_budget_is_said_not_to_have_what_is_taken_from_it(wrong):
    ledger = Ledger(budget=1000)
    ledger.add("appropriate", {"program_id": "cloud-2025", "amount_fen": "-1000" if wrong else "-1001", "fiscal_reference": "F-1"},
               program=1, refusal="BUDGET_EXHAUSTED")
    return ledger


# --- what goes back, what providers say

@fault("redemption")
def the_oldest_credit_goes_back_first(wrong):
    ledger = Ledger()
    application, voucher = ledger.granted(20000)
    account = ledger.account()
    ledger.credit(voucher, account, 10000)
    ledger.at("2025-06-02 09:00")
    ledger.credit(voucher, account, 10000, reference="T-2")
    ledger.add("accept_project", {"application_id": str(application), "actual_cost_fen": "20000"}, "project_accepted",
               {"released_fen": "10000"}, 1)
    # Of the two credits the one of May is left, which pays for usage of June 1.
    ledger.redeem(account, 10000, "o1", usage=nanos("2025-06-01 09:00"), exhausted=[voucher],
                  refusal="USAGE_BEFORE_CREDIT" if wrong else None)
    return ledger


@fault("money")
def a_silent_transfer_of_another_amount_is_confirmed(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(20000)
    account = ledger.account()
    ledger.order(voucher, account, 10000)
    ledger.add("reconcile_transfers", {"provider_id": "yun", "confirm_silent": True,
                                       "lines": [{"transfer_id": "1", "amount_fen": "9999" if wrong else "10000"}]},
               "transfers_reconciled", {"confirmed": 1, "lines": [{"finding": "RECONCILIATION_FINDING_SILENT", "transfer_id": "1",
                                                                   "ledger_fen": "10000", "credited_fen": "10000"}]})
    return ledger


@fault("money")
def a_declined_transfer_of_a_living_voucher_goes_to_the_budget(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(20000)
    transfer = ledger.order(voucher, ledger.account(), 10000)
    back = ("returned_fen", "released_fen")[wrong]
    ledger.add("decline_transfer", {"transfer_id": str(transfer)}, "transfer_declined", {back: "10000"}, 1)
    return ledger
