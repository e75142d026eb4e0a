# Words for policies: `import data.cadre.call`, then `call.is_tainted`, `call.amount > 100`.
package cadre.call

import rego.v1

# What the call may do to the world, the gravest first.
effect_class := "dangerous" if {
	input.tool.dangerous
} else := "outside" if {
	input.tool.outside
} else := "read" if {
	input.tool.read_only
} else := "write"

default is_tainted := false

is_tainted if count(input.taints) > 0

# A run that another run began.
default is_child := false

is_child if input.run.depth > 0

default in_production := false

in_production if input.environment == "production"

# The largest number among the arguments that is called an amount, a price, a sum or a total.
amount := value if {
	some value in amounts
	every other in amounts {
		other <= value
	}
}

amounts contains value if {
	some name, value in input.arguments
	is_number(value)
	some word in ["amount", "price", "sum", "total"]
	contains(lower(name), word)
}

# UTC; Monday is 1.
hour := input.time.hour

weekday := input.time.weekday

default in_office_hours := false

in_office_hours if {
	weekday < 6
	hour >= 8
	hour < 18
}
