# What the shipped policies promise. `cadre policy test` and `opa test policies/` run them.
package cadre.tests.shipped

import rego.v1

import data.cadre
import data.cadre.call

given := {
	"principal": {"kind": "user", "id": "usr_1", "name": "Ann", "may_run": true, "grants": []},
	"environment": "dev",
	"agent": "helper",
	"run": {"id": "run_1", "depth": 0},
	"tool": {"name": "mail", "read_only": false, "dangerous": false, "outside": false},
	"arguments": {},
	"taints": [],
	"layers": [0],
	"rules": [],
	"time": {"at": 0, "hour": 9, "weekday": 1},
}

dangerous := object.union(given, {"tool": object.union(given.tool, {"dangerous": true})})

outside := object.union(given, {"tool": object.union(given.tool, {"outside": true})})

allows := {"id": "agent/0/1", "source": "agent", "layer": 0, "effect": "allow", "reason": "r", "consent": false}

asks := object.union(allows, {"id": "agent/0/2", "effect": "ask"})

denies := object.union(allows, {"id": "org/1", "source": "org", "layer": -1, "effect": "deny"})

test_what_stays_inside_is_free if {
	decision := cadre.decision with input as given
	decision.effect == "allow"
}

test_danger_is_asked_about if {
	decision := cadre.decision with input as dangerous
	decision.effect == "ask"
	not decision.consent
}

test_the_world_outside_is_asked_about_and_takes_consent if {
	decision := cadre.decision with input as outside
	decision.effect == "ask"
	decision.consent
}

test_a_rule_relaxes_a_default if {
	decision := cadre.decision with input as object.union(dangerous, {"rules": [allows]})
	decision.effect == "allow"
	count(decision.relaxed) == 1
}

test_the_strictest_rule_wins if {
	decision := cadre.decision with input as object.union(given, {"rules": [allows, asks, denies]})
	decision.effect == "deny"
}

test_no_rule_relaxes_after_content_from_outside if {
	tainted := object.union(dangerous, {"rules": [allows], "taints": ["web page"]})
	decision := cadre.decision with input as tainted
	decision.effect == "ask"
	not decision.consent
}

test_no_consent_answers_after_content_from_outside if {
	decision := cadre.decision with input as object.union(outside, {"taints": ["e-mail"]})
	decision.effect == "ask"
	not decision.consent
}

test_a_child_can_not_relax_what_its_parent_did_not if {
	child := object.union(dangerous, {"layers": [0, 1], "rules": [object.union(allows, {"layer": 1})]})
	decision := cadre.decision with input as child
	decision.effect == "ask"
}

test_who_may_not_run_the_agent_is_denied if {
	stranger := object.union(given, {"principal": {"may_run": false, "name": "Bob"}, "rules": [allows]})
	decision := cadre.decision with input as stranger
	decision.effect == "deny"
}

asked := object.union(given, {"arguments": {"total_amount": 7, "price": 12, "count": 90}})

test_words_for_policies if {
	call.amount == 12 with input as asked
	call.effect_class == "write" with input as asked
	call.in_office_hours with input as asked
	not call.is_child with input as asked
	not call.is_tainted with input as asked
}

test_a_run_that_another_began_is_a_child if {
	call.is_child with input as object.union(given, {"run": {"depth": 1}})
}
