"""Faults of who is granted what, planted."""
from made_ledger import REIMBURSED, RULES, Ledger, changed, date, nanos
from planted import WAITING, fault, reclaimed_spending, with_credit

COMPETITIVE = changed(allocation="ALLOCATION_COMPETITIVE", caps=[])


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
    ledger.now = nanos("2025-11-01 00:00") - 2 * 10 ** 9
    if wrong:
        ledger.cut_off()
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
def a_revision_lowers_a_cap_below_its_own_item_and_not_another(wrong):
    def items(cap):
        capped = dict(RULES["items"][0], cap_scope="CAP_SCOPE_PROJECT", cap_fen=str(cap))
        return changed(caps=[], items=[capped, {"item_id": "tools", "number": 2, "rate_bps": 5000}])
    ledger = Ledger(items(50000))
    ledger.submit(30000)
    ledger.submit(60000, item=2)
    ledger.publish(items(29999 if wrong else 30000), program=1)
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
    ledger.timer("WAITLIST", 0, "waitlist_continued", {}, 1, at=1, waitlist=step)
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


@fault("repeats")
def a_declined_order_is_still_what_is_repeated(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(30000)
    account = ledger.account()
    ledger.order(voucher, account, 10000, reference="T-1")
    first = len(ledger.entries)
    second = ledger.order(voucher, account, 10000, reference="T-1", repeats=str(first))
    last = len(ledger.entries)
    ledger.add("decline_transfer", {"transfer_id": str(second)}, "transfer_declined", {"returned_fen": "10000"}, 1)
    ledger.order(voucher, account, 10000, reference="T-1", repeats=str(last if wrong else first))
    return ledger


@fault("repeats")
def an_order_that_repeats_a_declined_one_repeats_nothing(wrong):
    ledger = Ledger()
    _, voucher = ledger.granted(30000)
    account = ledger.account()
    transfer = ledger.order(voucher, account, 10000, reference="T-1")
    if not wrong:
        ledger.add("decline_transfer", {"transfer_id": str(transfer)}, "transfer_declined", {"returned_fen": "10000"}, 1)
    ledger.order(voucher, account, 10000, reference="T-1")
    return ledger


@fault("repeats")
def a_slip_is_booked_again_with_the_application_that_it_paid(wrong):
    ledger, application = reclaimed_spending(50000)
    ledger.recover(20000, 30000)
    ledger.recover(20000, 10000, reference="K-1" if wrong else "K-2", application_id=str(application))
    return ledger


@fault("repeats")
def a_bar_is_recorded_twice(wrong):
    ledger = Ledger()
    ledger.blacklist(reason="fraud", reference="B-1")
    ledger.blacklist(reason="fraud", reference="B-1", **{} if wrong else {"from": date("2026-01-01")})
    return ledger


# --- rankings of clusters, heads of waitlists

def clusters(pools, budget=1000000, rules=None, lowered=None):
    """Two clusters that ask for 60,000 each, the first with the higher score."""
    ledger = Ledger(rules or changed(CLUSTERS), budget=budget)
    ledger.enterprise(3)
    for at, score in ((1, 9000), (2, 8000)):
        plan = {"program_id": "cloud-2025", "cluster_id": "c%d" % at, "requested_fen": "60000",
                "members": [{"uscc": "E%d" % at, "planned_cost_fen": "120000"}]}
        ledger.add("put_cluster", {"cluster": plan}, "cluster_put",
                   {"cluster_number": str(at), "created": True, "enterprise_numbers": [str(at)]}, 1)
        ledger.add("review_cluster", {"program_id": "cloud-2025", "cluster_id": "c%d" % at, "score": score}, "cluster_reviewed",
                   {"cluster_number": str(at), "state": "CLUSTER_STATE_SCORED"}, 1)
    if lowered:
        ledger.publish(lowered, program=1)
    ranks = [{"cluster_number": str(at), "rank": at, "pool_fen": str(fen)} for at, fen in enumerate(pools, 1)]
    ledger.add("rank_clusters", {"program_id": "cloud-2025"}, "clusters_ranked", {"ranks": ranks}, 1)
    return ledger


@fault("ranking")
def clusters_get_more_than_the_budget(wrong):
    return clusters((60000, 60000), budget=119999 if wrong else 120000)


@fault("ranking")
def a_cluster_is_passed_over_though_there_is_money(wrong):
    return clusters((60000, 0), budget=120000 if wrong else 119999)


@fault("ranking")
def a_cluster_gets_half_of_what_it_asks_for(wrong):
    return clusters((60000, 30000 if wrong else 60000))


@fault("ranking")
def a_plan_is_judged_by_a_later_revision(wrong):
    lowered = changed(CLUSTERS, clusters=dict(CLUSTERS["clusters"], pool_fen="50000"))
    return clusters((50000, 50000) if wrong else (60000, 60000), lowered=lowered)


@fault("plans")
def a_fixed_item_lets_a_cluster_ask_for_more_than_it_gives(wrong):
    items = RULES["items"] + [{"item_id": "fixed", "number": 3, "fixed_fen": "59999" if wrong else "60000"}]
    rules = changed(CLUSTERS, items=[dict(item, rate_bps=1) if "rate_bps" in item else item for item in items])
    return clusters((60000, 60000), rules=rules)


@fault("plans")
def a_member_is_counted_in_no_cluster(wrong):
    ledger = clusters((60000, 60000))
    ledger.submit(30000, cluster=0 if wrong else 1)
    return ledger


@fault("waitlist")
def one_waits_though_it_fits(wrong):
    ledger = Ledger(WAITING, budget=10000)
    ledger.submit(0, wanted=10000 if wrong else 10001, state="WAITLISTED")
    return ledger


@fault("waitlist")
def the_head_is_not_promoted_with_money_that_comes(wrong):
    ledger = Ledger(WAITING, budget=10000)
    ledger.submit(0, wanted=20000, state="WAITLISTED")
    ledger.appropriate(10000 if wrong else 9999, 20000 if wrong else 19999)
    return ledger
