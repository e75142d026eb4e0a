# How cadre decides whether a call of a tool is made: the strictest of everything that counts.
#
# What speaks of a call: the rules of the organisation and of the agent (`input.rules`, matched
# already), the organisation's own policies (packages below `cadre.org`), and `cadre.defaults`.
# What is not decided here is denied.
package cadre

import rego.v1

decision := {"effect": effect, "consent": consent, "counting": counting, "relaxed": relaxed}

effect := "deny" if {
	some finding in counting
	finding.effect == "deny"
} else := "ask" if {
	some finding in counting
	finding.effect == "ask"
} else := "allow" if {
	count(counting) > 0
}

# A consent that a person gave earlier answers only where every question takes one, and never
# after the run has read content from outside.
default consent := false

consent if {
	effect == "ask"
	not is_tainted
	every finding in counting {
		takes_consent(finding)
	}
}

takes_consent(finding) if finding.effect == "allow"

takes_consent(finding) if finding.consent

counting contains finding if some finding in spoken

counting contains finding if some finding in data.cadre.defaults.firm

counting contains usual if default_counts

# What would count if no rule allowed the call.
relaxed contains data.cadre.defaults.usual if not default_counts

# The default counts where nobody speaks, in any layer: a child of an agent can only narrow what
# its parent may do. After content from outside it always counts: no rule makes such a call free.
default_counts if {
	some layer in input.layers
	is_silent(layer)
}

default_counts if is_tainted

is_silent(layer) if {
	not is_spoken_everywhere
	count([rule | some rule in input.rules; rule.layer == layer]) == 0
}

# Rules of the organisation are in every layer, and so are its policies.
is_spoken_everywhere if {
	some finding in spoken
	finding.layer == -1
}

is_tainted if count(input.taints) > 0

usual := object.union(data.cadre.defaults.usual, {"id": "default/taint", "reason": tainted_reason}) if {
	is_tainted
	data.cadre.defaults.usual.effect != "allow"
	some finding in spoken
	finding.effect == "allow"
} else := data.cadre.defaults.usual

tainted_reason := concat(" ", [
	data.cadre.defaults.usual.reason,
	"A rule allows it, but the run has read content from outside.",
])

spoken contains rule if some rule in input.rules

spoken contains finding if {
	some name, policy in data.cadre.org
	some effect in ["allow", "ask", "deny"]
	some said in policy[effect]
	finding := finding_of(name, effect, said)
}

# A policy says a sentence, or an object with `reason`, and `id` and `consent` if it likes.
finding_of(name, effect, said) := {
	"source": "policy",
	"layer": -1,
	"effect": effect,
	"id": name,
	"reason": said,
	"consent": false,
} if {
	is_string(said)
} else := {
	"source": "policy",
	"layer": -1,
	"effect": effect,
	"id": concat("/", [name, object.get(said, "id", effect)]),
	"reason": object.get(said, "reason", "A policy of the organisation."),
	"consent": object.get(said, "consent", false),
}
