"""Faults of money that is delivered, owed and paid, planted."""
from made_ledger import LAPSES, REIMBURSED, Ledger, changed
from planted import GATED, HIGHEST, fault, reclaimed_spending, with_credit


# --- money, debts, settlement

@fault("money")
def an_approval_loses_a_fen(wrong):
    ledger = Ledger()
    application = ledger.submit(10000)
    ledger.approve(application, 9000, 999 if wrong else 1000, asked=9000)
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


@fault("settlement")
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
    ledger.disburse(ledger.statement(6, 20000, booked_fen="20000"), 20000, 0, settled=["1"])
    ledger.state("cloud-2025", "CLOSED")
    ledger.add("archive_program", {"program_id": "cloud-2025"}, "program_archived", {"returned_fen": "980000"}, 1)
    ledger.reverse(redemption, 5000, released=0 if wrong else 5000)
    return ledger


@fault("settlement")
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
    ledger.disburse(statement, 4001 if wrong else 4000, -1 if wrong else 0, "Z-2", settled=[] if wrong else [application])
    return ledger


# --- exact amounts

@fault("money")
def an_approval_pays_half(wrong):
    ledger = Ledger()
    application = ledger.submit(10000)
    ledger.approve(application, 5000, 5000, asked=0 if wrong else 5000)
    return ledger


@fault("money")
def money_that_was_kept_back_of_a_reimbursement_is_returned(wrong):
    ledger = Ledger()
    application, _ = ledger.granted(10000, mode=REIMBURSED)
    ledger.reclaim(application, set_off=10000)
    ledger.appropriate(1000, 991000 if wrong else 1001000)
    return ledger


@fault("debts")
def what_was_spent_is_no_debt_after_a_reclaim(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 4000, "o1")
    ledger.reclaim(1, released=16000, receivable=0 if wrong else 4000)
    return ledger


@fault("plans")
def an_acceptance_takes_back_more_than_the_excess(wrong):
    ledger = Ledger()
    application, _ = ledger.granted(50000)
    ledger.accept(application, 80000, released_fen=11000 if wrong else 10000)
    return ledger


@fault("plans")
def an_acceptance_makes_a_debt_without_a_cost(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.accept(1, receivable_fen=1000 if wrong else 0)
    return ledger


@fault("settlement")
def an_acceptance_opens_less_than_waited(wrong):
    ledger, account = with_credit(GATED)
    ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.accept(1, settleable_fen=19999 if wrong else 20000)
    return ledger


@fault("debts")
def a_provider_pays_back_more_than_it_owes(wrong):
    ledger, account = with_credit()
    redemption = ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.at("2025-06-02 09:00")
    ledger.disburse(ledger.statement(5, 20000, booked_fen="20000"), 20000, 0, settled=["1"])
    ledger.reverse(redemption, 5000)
    ledger.add("record_recovery", {"program_id": "cloud-2025", "provider_id": "yun", "fiscal_reference": "K-1",
                                   "amount_fen": "10000" if wrong else "5000"}, "recovery_recorded", {"party_number": "1"}, 1)
    return ledger


def two_reimbursements():
    ledger = Ledger()
    applications = [ledger.granted(10000, mode=REIMBURSED, enterprise=at)[0] for at in (1, 2)]
    ledger.at("2025-06-02 09:00")
    return ledger, [{"application_id": str(at), "due_fen": "10000"} for at in applications]


@fault("settlement")
def a_statement_leaves_out_a_line(wrong):
    ledger, lines = two_reimbursements()
    ledger.statement(5, 10000 if wrong else 20000, lines=lines[:1 if wrong else 2])
    return ledger


@fault("settlement")
def a_statement_states_half_a_line(wrong):
    ledger, lines = two_reimbursements()
    lines[1]["due_fen"] = "5000" if wrong else "10000"
    ledger.statement(5, 15000 if wrong else 20000, lines=lines)
    return ledger


@fault("settlement")
def a_statement_states_what_was_approved_after_its_month(wrong):
    ledger = Ledger()
    ledger.at("2025-06-01 00:00" if wrong else "2025-05-31 23:00")
    application, _ = ledger.granted(10000, mode=REIMBURSED)
    ledger.at("2025-06-02 09:00")
    ledger.statement(5, 10000, lines=[{"application_id": str(application), "due_fen": "10000"}])
    return ledger


@fault("settlement")
def an_application_whose_money_is_all_out_stays_open(wrong):
    ledger, lines = two_reimbursements()
    statement = ledger.statement(5, 20000, lines=lines)
    ledger.disburse(statement, 20000, 0, settled=["1"] if wrong else ["1", "2"])
    return ledger


@fault("settlement")
def a_voucher_with_something_left_is_settled_by_a_payment(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 5000, "o1")
    ledger.at("2025-06-02 09:00")
    ledger.disburse(ledger.statement(5, 5000, booked_fen="5000"), 5000, 0, settled=["1"] if wrong else [])
    return ledger


@fault("settlement")
def a_refund_settles_an_application(wrong):
    ledger, account = with_credit()
    redemption = ledger.redeem(account, 15000, "o1")
    ledger.accept(1, 20000, released_fen=5000, receivable_fen=5000)
    ledger.recover(5000, 0)
    ledger.reverse(redemption, 5000, released=5000, refunded=5000)
    ledger.at("2025-06-02 09:00")
    ledger.statement(5, 10000, booked_fen="15000", reversed_fen="5000")
    statement = ledger.statement(5, 5000, lines=[{"application_id": "1", "due_fen": "5000"}])
    ledger.disburse(statement, 5000, 0, settled=["1"] if wrong else [])
    return ledger


@fault("settlement")
def a_reversal_that_leaves_nothing_leaves_its_application_open(wrong):
    ledger, account = with_credit()
    redemption = ledger.redeem(account, 5000, "o1")
    ledger.cut_off()
    ledger.expire(1, 15000)
    ledger.reverse(redemption, 5000, released=5000, settled=[] if wrong else ["1"])
    return ledger


@fault("settlement")
def a_reversal_after_the_end_of_a_used_up_voucher_leaves_its_application_open(wrong):
    ledger, account = with_credit()
    redemption = ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.cut_off()
    ledger.now = LAPSES
    ledger.reverse(redemption, 20000, released=20000, settled=[] if wrong else ["1"])
    return ledger


# --- replaced grants of a project that waits for its acceptance

def replaced():
    """A lower grant of 30,000, all spent, that waits with the higher one that replaced it."""
    ledger, account = with_credit(changed(GATED, highest_only={"clause": "1"}), 30000, project="P")
    ledger.redeem(account, 30000, "o1", exhausted=[1])
    higher = ledger.submit(40000, project="P")
    ledger.approve(higher, 10000, released=30000,
                   superseded=[{"application_id": "1", "counted_fen": "30000", "released_fen": "0"}])
    return ledger, higher


@fault("settlement")
def what_was_used_of_a_replaced_grant_is_settled_before_the_higher_one_is_accepted(wrong):
    ledger, higher = replaced()
    if not wrong:
        ledger.add("accept_project", {"application_id": str(higher)}, "project_accepted",
                   {"replaced": [{"application_id": "1", "settleable_fen": "30000"}]}, 1)
    ledger.at("2025-07-01 09:00")
    ledger.statement(6, 30000, booked_fen="30000")
    return ledger


@fault("settlement")
def what_was_used_of_a_replaced_grant_waits_for_ever(wrong):
    ledger, higher = replaced()
    told = {} if wrong else {"replaced": [{"application_id": "1", "released_fen": "30000"}]}
    ledger.add("terminate_project", {"application_id": str(higher)}, "project_terminated", dict(told, released_fen="10000"), 1)
    return ledger


@fault("settlement")
def a_reclaim_of_the_higher_grant_leaves_the_provider_of_the_lower_one_waiting(wrong):
    ledger, higher = replaced()
    told = [] if wrong else [{"application_id": "1", "settleable_fen": "30000"}]
    ledger.reclaim(higher, released=10000, told={"replaced": told})
    return ledger


@fault("settlement")
def an_acceptance_forgets_the_debt_of_what_was_replaced(wrong):
    ledger, higher = replaced()
    # 10,000 and 30,000 were granted for the project, and 25,000 are the rate of its cost.
    line = {"application_id": "1", "settleable_fen": "30000", "receivable_fen": "0" if wrong else "5000"}
    ledger.add("accept_project", {"application_id": str(higher), "actual_cost_fen": "50000"}, "project_accepted",
               {"released_fen": "10000", "replaced": [line], "settles_application": True}, 1)
    return ledger


@fault("highest")
def what_is_owed_back_of_a_lower_grant_counts(wrong):
    ledger, account = with_credit(changed(HIGHEST, set_off=None), project="P")
    ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.accept(1, 20000, receivable_fen=10000)
    higher = ledger.submit(15000, project="P")
    # Of the lower one 20,000 were spent and 10,000 are owed back: 10,000 count.
    told = [{"application_id": "1", "counted_fen": "20000" if wrong else "10000", "released_fen": "0"}]
    ledger.approve(higher, 5000, 10000, superseded=told)
    return ledger
