"""Judges plans of clusters, their review and their ranking."""
from rules import number


class Plan:
    """A plan as it was put: the revision of that day judges it."""

    def __init__(self, at, rules, requested):
        self.number, self.rules, self.requested = at, rules, requested


class Clusters:
    def on_put_cluster(self, entry, request, event):
        plan = request["cluster"]
        program = self.by_id[plan["program_id"]]
        self.check_window(entry, program)
        at, rules = number(event["cluster_number"]), program.rules
        if event.get("created"):
            self.new_number("cluster", at, program.sandbox)
        members = [number(one) for one in event.get("enterprise_numbers", [])]
        costs = [number(one["planned_cost_fen"]) for one in plan.get("members", [])]
        requested = number(plan["requested_fen"])
        # Of each member's planned cost the item that gives most of it, by its rate or its fixed amount.
        most = sum(max((rules.amount(item, cost) for item in rules.items), default=0) for cost in costs)
        self.expect("plans", requested <= most, "a cluster asks for {}, its members' plans give {}", requested, most)
        pool = number((rules.clusters or {}).get("pool_fen"))
        self.expect("plans", requested <= pool, "a cluster asks for {}, one gets at most {}", requested, pool)
        self.plans[at] = dict(zip(members, costs))
        program.clusters[plan["cluster_id"]] = Plan(at, rules, requested)
        self.expect("plans", not self.planned_elsewhere(program, at), "a member is in the plan of an approved cluster")

    def planned_elsewhere(self, program, cluster):
        """Whether a member of a cluster is in the plan of another one that is approved."""
        return any(program.member_of.get(member, cluster) != cluster for member in self.plans[cluster])

    def on_review_cluster(self, entry, request, event):
        program = self.by_id[request["program_id"]]
        plan = program.clusters[request["cluster_id"]]
        if event["state"] == "CLUSTER_STATE_SCORED":
            program.scored_clusters[plan.number] = (-number(request.get("score")), plan.number, plan.requested)
        else:
            program.scored_clusters.pop(plan.number, None)

    def on_rank_clusters(self, entry, request, event):
        """Money goes down the ranking: all that a plan asks for, or nothing; nothing behind the edge."""
        program = self.by_id[request["program_id"]]
        ranks = event.get("ranks", [])
        told = [number(one["cluster_number"]) for one in ranks]
        right = [at for _, at, _ in sorted(program.scored_clusters.values())]
        self.expect("ranking", told == right, "clusters are ranked {}, scores give {}", told, right)
        left = program.budget - sum(fen - program.standing["cluster", at] for at, fen in program.cluster_pools.items())
        edge = False
        for one in ranks:
            at, pool = number(one["cluster_number"]), number(one.get("pool_fen"))
            requested = program.scored_clusters.get(at, (0, 0, 0))[2]
            taken = self.planned_elsewhere(program, at)  # a rival, which is passed over alone
            self.expect("plans", not (taken and pool), "cluster {} is approved, a member is in another plan", at)
            edge = edge or not taken and requested > left
            right = 0 if taken or edge else requested
            self.expect("ranking", pool == right or taken, "cluster {} gets {}, the money is enough for {}", at, pool, right)
            left -= pool
            if pool:
                program.cluster_pools[at] = pool
                program.member_of.update((member, at) for member in self.plans[at])
        program.scored_clusters.clear()
