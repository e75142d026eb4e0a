# What counts where nobody has said otherwise.
package cadre.defaults

import rego.v1

# Firm: nobody's rule relaxes it.
firm contains {
	"id": "default/who",
	"source": "default",
	"layer": -1,
	"effect": "deny",
	"consent": false,
	"reason": "Whoever began this run may not give work to this agent (any more).",
} if {
	not input.principal.may_run
}

# Usual: exactly one. A rule or a policy that allows the call relaxes it, unless the run has read
# content from outside.
usual := finding("dangerous", "ask", false, "is dangerous, so a person is asked.") if {
	input.tool.dangerous
} else := finding("outside", "ask", true, "speaks with the world outside, so a person is asked.") if {
	# What leaves with the request (an address, a query) may be what was read before.
	input.tool.outside
} else := finding("reads", "allow", false, "only reads.") if {
	input.tool.read_only
} else := finding("bounded", "allow", false, "acts only inside its bounds.")

finding(id, effect, consent, reason) := {
	"id": concat("/", ["default", id]),
	"source": "default",
	"layer": -1,
	"effect": effect,
	"consent": consent,
	"reason": concat(" ", [input.tool.name, reason]),
}
