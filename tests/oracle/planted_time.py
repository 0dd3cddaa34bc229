"""Faults of time, planted: deadlines that are not booked, or not when they are to be."""
from made_ledger import EXPIRES, LAPSES, Ledger, changed, date, nanos
from planted import GATED, WAITING, fault, returned, with_credit

PROJECT = changed(GATED, project={"months": 1, "extension_months": 2})


def afterwards(ledger, instant):
    """A command that was received at an instant and has nothing to do with anything."""
    ledger.now = max(ledger.now, instant - 10 ** 9)
    ledger.blacklist(2, reason="late", until=date("2027-12-31"))
    return ledger


@fault("deadlines")
def a_window_that_is_over_is_not_closed(wrong):
    ledger = Ledger()
    if not wrong:
        ledger.cut_off()
    return afterwards(ledger, nanos("2025-11-01 00:00") + 10 ** 9)


@fault("deadlines")
def a_command_comes_at_the_very_instant_of_a_deadline(wrong):
    return afterwards(Ledger(), nanos("2025-11-01 00:00") - (0 if wrong else 1))


@fault("deadlines")
def a_deadline_is_booked_before_a_command_received_earlier(wrong):
    ledger = Ledger()
    ledger.cut_off()
    ledger.blacklist(2, reason="late", until=date("2027-12-31"))
    if wrong:
        ledger.entries[-1]["received_unix_ns"] = str(nanos("2025-11-01 00:00") - 1)
    return ledger


@fault("deadlines")
def a_deadline_is_booked_before_its_instant(wrong):
    ledger = Ledger()
    ledger.cut_off()
    ledger.entries[-1]["recorded_unix_ns"] = str(nanos("2025-11-01 00:00") - (1 if wrong else 0))
    return ledger


@fault("deadlines")
def an_answer_that_is_missing_is_not_booked(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(10000)
    transfer = ledger.order(voucher, ledger.account(), 10000)
    due = int(ledger.entries[-1]["event"]["transfer_ordered"]["answer_due_unix_ns"])
    if not wrong:
        ledger.timer("TRANSFER_ANSWER", due, "transfer_became_overdue", {}, 1, transfer)
    return afterwards(ledger, due + 10 ** 9)


@fault("deadlines")
def a_voucher_that_is_over_is_not_booked(wrong):
    ledger, _ = with_credit()
    ledger.cut_off()
    if not wrong:
        ledger.expire(1, 20000, settles=True)
    return afterwards(ledger, LAPSES + 10 ** 9)


@fault("deadlines")
def a_correction_that_did_not_come_is_not_booked(wrong):
    ledger, application = returned()
    due = nanos("2025-06-06 00:00")
    if not wrong:
        ledger.timer("CORRECTION", due, "correction_lapsed", {"released_fen": "1000"}, 1, application)
    return afterwards(ledger, due + 10 ** 9)


def extended():
    """A project of the 26th of May that may take two months."""
    ledger = Ledger(PROJECT)
    application = ledger.submit(10000)
    ledger.approve(application, 10000, project_due_unix_ns=str(nanos("2025-06-27 00:00")))
    ledger.add("extend_project", {"application_id": str(application), "months": 1}, "project_extended",
               {"due_unix_ns": str(nanos("2025-07-27 00:00"))}, 1)
    return ledger, application


@fault("deadlines")
def an_extended_project_that_was_not_accepted_goes_on(wrong):
    ledger, application = extended()
    due = nanos("2025-07-27 00:00")
    if not wrong:
        ledger.timer("PROJECT", due, "project_lapsed", {"released_fen": "10000"}, 1, application)
    return afterwards(ledger, due + 10 ** 9)


@fault("terms")
def a_project_is_extended_by_a_day_more(wrong):
    ledger, _ = extended()
    if wrong:
        ledger.entries[-1]["event"]["project_extended"]["due_unix_ns"] = str(nanos("2025-07-28 00:00"))
    return ledger


@fault("deadlines")
def a_tranche_is_not_opened(wrong):
    ledger = Ledger()
    opens = nanos("2025-06-01 00:00")
    ledger.add("appropriate", {"program_id": "cloud-2025", "amount_fen": "5000", "fiscal_reference": "F-2",
                               "opens_on": date("2025-06-01")}, "appropriated",
               {"budget_fen": "1000000", "tranche_id": "1", "opens_unix_ns": str(opens)}, 1)
    if not wrong:
        ledger.timer("TRANCHE", opens, "tranche_opened", {"budget_fen": "1005000"}, 1, 1)
    return afterwards(ledger, opens + 10 ** 9)


def pending(count):
    """Applications by credit that wait when their vouchers end."""
    ledger = Ledger()
    applications = [ledger.submit(1000, enterprise=2) for _ in range(count)]
    ledger.cut_off()
    return ledger, applications


def lapse(ledger, applications, through=0):
    ledger.timer("PENDING_LAPSE", EXPIRES, "pending_lapsed", {"application_ids": [str(at) for at in applications],
                                                              "through_queue_number": str(through)}, 1, 2 ** 32 + 1)


@fault("deadlines")
def what_waits_does_not_lapse_with_its_vouchers(wrong):
    ledger, applications = pending(1)
    if not wrong:
        lapse(ledger, applications)
    return afterwards(ledger, EXPIRES + 10 ** 9)


@fault("deadlines")
def one_of_those_that_lapse_is_left_out(wrong):
    ledger, applications = pending(2)
    lapse(ledger, applications[:1], through=1)
    if not wrong:
        lapse(ledger, applications[1:])
    return afterwards(ledger, EXPIRES + 10 ** 9)


@fault("deadlines")
def a_later_deadline_is_booked_before_an_earlier_one(wrong):
    ledger, application = returned()
    _, voucher = ledger.granted(10000)
    transfer = ledger.order(voucher, ledger.account(), 10000)
    due = int(ledger.entries[-1]["event"]["transfer_ordered"]["answer_due_unix_ns"])
    booked = [("TRANSFER_ANSWER", due, "transfer_became_overdue", {}, 1, transfer),
              ("CORRECTION", nanos("2025-06-06 00:00"), "correction_lapsed", {"released_fen": "1000"}, 1, application)]
    ledger.at("2025-06-07 09:00")
    for timer in reversed(booked) if wrong else booked:
        ledger.timer(*timer)
    return ledger


@fault("deadlines")
def a_deadline_is_booked_that_does_not_exist(wrong):
    ledger, account = with_credit()
    ledger.redeem(account, 20000, "o1", exhausted=[1])
    ledger.cut_off()
    if wrong:
        ledger.expire(1, 0)
    return ledger


@fault("money")
def what_a_deadline_releases_before_the_cutoff_is_returned(wrong):
    ledger, application = extended()
    # Booked long after the cutoff, if nothing was received meanwhile: it goes where it went at its instant.
    ledger.timer("PROJECT", nanos("2025-07-27 00:00"), "project_lapsed", {"released_fen": "10000"}, 1, application)
    ledger.cut_off()
    ledger.appropriate(1000, 991000 if wrong else 1001000)
    return ledger


@fault("waitlist")
def who_waits_is_kept_waiting_after_the_cutoff(wrong):
    ledger = Ledger(changed(WAITING, waitlist_after_cutoff=None), budget=1000)
    application = ledger.submit(0, wanted=2000, state="WAITLISTED")
    ledger.cut_off(waitlist={} if wrong else {"lapsed_application_ids": [str(application)]})
    return ledger


@fault("terms")
def a_reminder_from_before_the_approval_opens_a_reclaim(wrong):
    ledger = Ledger(changed(cure={"months": 1}))
    application = ledger.submit(10000)
    if not wrong:
        ledger.approve(application, 10000)
    ledger.add("remind_enterprise", {"program_id": "cloud-2025", "uscc": "E1", "reference": "M-1"}, "enterprise_reminded",
               {"enterprise_number": "1"}, 1)
    if wrong:
        ledger.at("2025-05-27 09:00")
        ledger.approve(application, 10000)
    ledger.at("2025-08-01 09:00")
    ledger.reclaim(application, released=10000, ground="RECLAIM_GROUND_NO_COOPERATION")
    return ledger


@fault("terms")
def a_reclaim_comes_before_the_time_to_mend_is_over(wrong):
    ledger = Ledger(changed(cure={"months": 1}))
    application, _ = ledger.granted(10000)
    ledger.add("remind_enterprise", {"program_id": "cloud-2025", "uscc": "E1", "reference": "M-1"}, "enterprise_reminded",
               {"enterprise_number": "1"}, 1)
    ledger.now = nanos("2025-06-27 00:00") - (2 * 10 ** 9 if wrong else 0)
    ledger.reclaim(application, released=10000, ground="RECLAIM_GROUND_NO_COOPERATION")
    return ledger
