"""A ledger made by hand, entry by entry, for tests of the oracle. Amounts are fen."""
import copy
import datetime

SANDBOX = 2 ** 52
ZONE = datetime.timezone(datetime.timedelta(hours=8))
RULES = {
    "program_id": "cloud-2025", "fiscal_year": 2025, "time_zone": "Asia/Shanghai", "allocation": "ALLOCATION_FIRST_COME",
    "window": {"first_day": {"year": 2025, "month": 1, "day": 1}, "last_day": {"year": 2025, "month": 10, "day": 31}},
    "items": [{"item_id": "cloud", "number": 1, "rate_bps": 5000}, {"item_id": "tools", "number": 2, "rate_bps": 2000}],
    "caps": [{"scope": "CAP_SCOPE_ENTERPRISE_YEAR", "amount_fen": "100000"}],
    "on_exhausted": "ON_EXHAUSTED_REJECT", "set_off": {"clause": "1"},
    "delivery_modes": ["DELIVERY_MODE_CLOUD_CREDIT", "DELIVERY_MODE_REIMBURSEMENT"],
    "voucher_terms": {"expires_on": {"year": 2026, "month": 3, "day": 31}, "redemption_grace_hours": 72,
                      "transfer_answer_hours": 72},
}
EXPIRES = 1774972800 * 10 ** 9  # 2026-04-01T00:00:00+08:00
LAPSES = EXPIRES + 72 * 3600 * 10 ** 9
CREDIT, REIMBURSED = "DELIVERY_MODE_CLOUD_CREDIT", "DELIVERY_MODE_REIMBURSEMENT"


def nanos(text):
    """An instant of China's time, as in "2025-06-01 09:00"."""
    return int(datetime.datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()) * 10 ** 9


def timestamp(instant):
    moment = datetime.datetime.fromtimestamp(instant // 10 ** 9, datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def date(text):
    year, month, day = (int(part) for part in text.split("-"))
    return {"year": year, "month": month, "day": day}


def changed(rules=None, **fields):
    """Rules with some fields set; None leaves one out."""
    result = copy.deepcopy(rules or RULES)
    for name, value in fields.items():
        result[name] = value
        if value is None:
            del result[name]
    return result


class Ledger:
    """Two enterprises, a provider with one product, and a program with money, open since the morning of May 26."""

    def __init__(self, rules=None, budget=1000000):
        self.entries, self.now = [], nanos("2025-05-26 09:00")
        self.programs, self.queues, self.ids = {}, {}, {}
        self.publish(rules or RULES, budget)
        for at in (1, 2):
            self.enterprise(at)
        self.add("put_provider", {"provider_id": "yun"}, "provider_put", {"provider_number": "1", "created": True})
        self.product()

    # --- entries

    def at(self, text):
        self.now = nanos(text)

    def add(self, verb, request, kind=None, event=None, program=0, queue=0, refusal=None, **more):
        self.now += 10 ** 9
        entry = {"sequence": str(len(self.entries) + 1), "recorded_unix_ns": str(self.now + 1),
                 "received_unix_ns": str(self.now), "command": {verb: dict(request, request_id="r%d" % len(self.entries))}}
        if program:
            entry["program"], entry["program_revision"] = program, self.programs[program]
        if queue:
            entry["queue_number"] = str(queue)
        if refusal:
            entry["refusal"] = {"reason": "REASON_" + refusal}
        else:
            entry["event"] = dict({kind: event or {}}, **more)
        self.entries.append(entry)
        return len(self.entries)

    def timer(self, timer, due, kind, event, program, at=0, **more):
        """A deadline that is booked at its instant, or now if that is over."""
        self.now = max(self.now, due - 10 ** 9)
        return self.add("timer_due", {"kind": "TIMER_KIND_" + timer, "due_unix_ns": str(due), "id": str(at)}, kind, event, program,
                        **more)

    def cut_off(self, program=1, **more):
        """The end of the window that RULES have."""
        self.timer("PROGRAM_CUTOFF", nanos("2025-11-01 00:00"), "program_cutoff_reached", {}, program, program, **more)

    def expire(self, voucher, released, settles=False, program=1, due=LAPSES, **more):
        self.timer("VOUCHER_LAPSE", due, "voucher_expired", {"released_fen": str(released), "settles_application": settles},
                   program, voucher, **more)

    def next(self, kind, sandbox=False):
        self.ids[kind, sandbox] = self.ids.get((kind, sandbox), 0) + 1
        return self.ids[kind, sandbox] + (SANDBOX if sandbox else 0)

    # --- programs and who takes part

    def publish(self, rules, budget=0, program=0):
        """A new program, opened and funded; or with `program` a revision of one. Returns its number."""
        new = program or len(self.programs) + 1
        self.programs[new] = self.programs.get(new, 0) + 1
        last = rules["window"]["last_day"]
        cutoff = nanos("%d-%02d-%02d 00:00" % (last["year"], last["month"], last["day"])) + 86400 * 10 ** 9
        self.add("publish_program", {"rules": rules}, "program_published",
                 {"program_number": new, "revision": self.programs[new], "cutoff_unix_ns": str(cutoff)}, new)
        if not program:
            self.queues[new] = 0
            self.state(rules["program_id"], "OPEN", new)
            self.appropriate(budget, budget, "F-0", new, rules["program_id"])
        return new

    def state(self, program_id, state, program=1):
        self.add("set_program_state", {"program_id": program_id, "state": "PROGRAM_STATE_" + state}, "program_state_set", {},
                 program)

    def appropriate(self, fen, budget, reference="F-1", program=1, program_id="cloud-2025", **more):
        return self.add("appropriate", dict({"program_id": program_id, "amount_fen": str(fen), "fiscal_reference": reference},
                                            **more), "appropriated", {"budget_fen": str(budget)}, program)

    def enterprise(self, at, **facts):
        self.add("put_enterprise", {"facts": dict({"uscc": "E%d" % at, "division": "420111", "industry": "INDUSTRY_INDUSTRIAL",
                                                   "prior_year_revenue_fen": "0"}, **facts)},
                 "enterprise_put", {"enterprise_number": str(at), "created": True})

    def product(self, product="ecs", category="SaaS", items=("cloud", "tools"), program_id="cloud-2025", program=1, until=None):
        product = {"program_id": program_id, "provider_id": "yun", "product_id": product, "category": category,
                   "item_ids": list(items), "effective_from": date("2025-01-01")}
        if until:
            product["effective_until"] = date(until)
        self.add("put_product", {"product": product}, "product_put", {"provider_number": "1"}, program)

    # --- grants

    def accept(self, application, cost=0, program=1, **told):
        self.add("accept_project", {"application_id": str(application), "actual_cost_fen": str(cost)}, "project_accepted",
                 {name: str(fen) for name, fen in told.items()}, program)

    def submit(self, granted, spend=None, enterprise=1, project=None, item=1, mode=CREDIT, program=1, program_id="cloud-2025",
               sandbox=False, state="LISTED", wanted=0, providers=("1",), invoices=(), cluster=0, number=None):
        """Returns the number of the application."""
        number = number or self.next("application", sandbox)
        self.queues[program] += 1
        request = {"program_id": program_id, "item_id": {1: "cloud", 2: "tools"}[item], "uscc": "E%d" % enterprise,
                   "delivery_mode": mode, "spend_fen": str(spend or granted * 2 or wanted * 2),
                   "project": {"project_id": project or "P%d" % number}, "evidence": {"invoices": list(invoices)}}
        event = {"application_id": str(number), "enterprise_number": str(enterprise), "item_number": item,
                 "granted_fen": str(granted), "state": "APPLICATION_STATE_" + state, "wanted_fen": str(wanted),
                 "provider_numbers": list(providers), "division": 420111}
        if cluster:
            event["cluster_number"] = str(cluster)
        self.add("submit_application", request, "application_submitted", event, program, self.queues[program])
        return number

    def approve(self, application, fen, released=0, program=1, set_off=0, sandbox=False, mode=CREDIT, superseded=(),
                expires=EXPIRES, number=None, asked=0, **more):
        """Returns the number of the voucher."""
        event = {"approved_fen": str(fen), "released_fen": str(released), "set_off_fen": str(set_off),
                 "superseded": list(superseded)}
        voucher = 0
        if mode == CREDIT:
            voucher = number or self.next("voucher", sandbox)
            event.update(voucher_id=str(voucher), expires_unix_ns=str(expires), lapses_unix_ns=str(expires - EXPIRES + LAPSES))
        self.add("approve_application", {"application_id": str(application), "approved_fen": str(asked)}, "application_approved",
                 dict(event, **more), program)
        return voucher

    def granted(self, fen, **more):
        """An application that is approved in full. Returns its number and that of its voucher."""
        application = self.submit(fen, **more)
        of = {name: more[name] for name in ("program", "sandbox", "mode") if name in more}
        return application, self.approve(application, fen, **of)

    def account(self, enterprise=1, sandbox=False, number=None, provider=1):
        at = number or self.next("account", sandbox)
        request = {"provider_id": "yun", "account_number": "a%d" % at, "uscc": "E%d" % enterprise, "sandbox": sandbox}
        self.add("bind_cloud_account", request, "cloud_account_bound",
                 {"account_id": str(at), "enterprise_number": str(enterprise), "provider_number": str(provider)})
        return at

    def order(self, voucher, account, fen, program=1, sandbox=False, refusal=None, **request):
        """Returns the number of the transfer."""
        transfer = 0 if refusal else self.next("transfer", sandbox)
        due = self.now + 10 ** 9 + 72 * 3600 * 10 ** 9
        order = {"voucher_id": str(voucher), "account_id": str(account), "amount_fen": str(fen)}
        self.add("order_transfer", dict(order, **request), "transfer_ordered",
                 {"transfer_id": str(transfer), "answer_due_unix_ns": str(due)}, program, refusal=refusal)
        return transfer

    def credit(self, voucher, account, fen, program=1, sandbox=False, **request):
        """Credit in an account."""
        transfer = self.order(voucher, account, fen, program, sandbox, **request)
        self.add("confirm_transfer", {"transfer_id": str(transfer)}, "transfer_confirmed", {"credited_fen": str(fen)}, program)
        self.now += 3600 * 10 ** 9

    def redeem(self, account, fen, order, usage=None, exhausted=(), program=1, program_id="cloud-2025", product="ecs",
               refusal=None):
        """Returns the number of the redemption."""
        request = {"program_id": program_id, "account_id": str(account), "product_id": product, "order_number": order,
                   "usage_ended_at": timestamp(usage or self.now), "amount_fen": str(fen)}
        event = {"redemption_id": str(len(self.entries) + 1), "amount_fen": str(fen),
                 "exhausted_voucher_ids": [str(one) for one in exhausted], "provider_number": "1"}
        return self.add("redeem", request, "redeemed", event, program, refusal=refusal)

    def reverse(self, redemption, fen, released=0, refunded=0, program=1, settled=(), **request):
        self.add("reverse_redemption", dict({"redemption_id": str(redemption), "amount_fen": str(fen)}, **request),
                 "redemption_reversed", {"reversed_fen": str(fen), "released_fen": str(released), "refunded_fen": str(refunded),
                                         "settled_application_ids": list(settled)}, program)

    def reclaim(self, application, released=0, receivable=0, set_off=0, program=1, told=None, **request):
        self.add("reclaim", dict({"application_id": str(application), "reference": "R-%d" % application}, **request), "reclaimed",
                 dict(told or {}, released_fen=str(released), receivable_fen=str(receivable), set_off_fen=str(set_off)), program)

    def recover(self, fen, owed, reference="K-1", program=1, **request):
        self.add("record_recovery", dict({"program_id": "cloud-2025", "uscc": "E1", "amount_fen": str(fen),
                                          "fiscal_reference": reference}, **request),
                 "recovery_recorded", {"owed_fen": str(owed), "party_number": "1"}, program)

    def blacklist(self, enterprise=1, sandbox=False, **blacklisting):
        return self.add("set_blacklist", {"uscc": "E%d" % enterprise, "sandbox": sandbox, "blacklisting": blacklisting},
                        "blacklist_set", {"enterprise_number": str(enterprise)})

    def statement(self, month, due, lines=(), division="420100", program=1, settled=(), **told):
        at = self.next("statement")
        event = {"statement_id": str(at), "due_fen": str(due), "lines": list(lines), "settled_application_ids": list(settled)}
        if lines:
            event["booked_fen"] = str(sum(int(one.get(name, 0)) for one in lines for name in ("due_fen", "set_off_fen")))
        party = {"division": division} if lines else {"provider_id": "yun"}
        if not lines:
            event["provider_number"] = "1"
        self.add("close_statement", dict({"program_id": "cloud-2025", "period": {"year": 2025, "month": month}}, **party),
                 "statement_closed", dict(event, **told), program)
        return at

    def disburse(self, statement, fen, due, reference="Z-1", settled=(), **request):
        self.add("record_disbursement", dict({"statement_id": str(statement), "disbursement": {
            "amount_fen": str(fen), "fiscal_reference": reference, "paid_on": date("2025-07-01")}}, **request),
                 "disbursement_recorded", {"due_fen": str(due), "settled_application_ids": list(settled)}, 1)
