/** A policy to begin with: it works as it is, and its tests pass. */
import type { Typed } from "./drafts";

const NAME = /^[a-z][a-z0-9_]{0,62}$/;
const TAKEN = ["check", "test", "dry-run", "explain", "decisions"];

export function nameFault(name: string): string | null {
  if (NAME.test(name) && !TAKEN.includes(name)) return null;
  if (TAKEN.includes(name)) return `“${name}” is taken. Choose another name.`;
  return "A small letter first, then small letters, digits and _.";
}

export function starter(name: string): Typed {
  return {
    text: `package cadre.org.${name}

import rego.v1

import data.cadre.call

# Denied whatever else allows it.
deny contains "Nothing is written in production." if {
	input.tool.name == "write_file"
	call.in_production
}

# A person is asked; a consent that they gave before may answer.
ask contains {"id": "large", "reason": "More than 100 needs a person.", "consent": true} if {
	call.amount > 100
}
`,
    tests: `package cadre.tests.${name}

import rego.v1

import data.cadre.org.${name} as policy

test_writing_in_production_is_denied if {
	count(policy.deny) == 1 with input as {"tool": {"name": "write_file"}, "environment": "production"}
}

test_writing_elsewhere_is_not if {
	count(policy.deny) == 0 with input as {"tool": {"name": "write_file"}, "environment": "dev"}
}
`,
  };
}
