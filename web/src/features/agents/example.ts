/** What a new agent begins with. */

/** The address of an agent that has no name yet; no name may have a plus. */
export const NEW = "+new";

export const EXAMPLE = `name: sales-analyst
description: Answers questions about sales files with numbers, tables and charts.
instructions: |
  You answer questions about the files of this conversation.
  Look at the columns first. Say which file and which rows a number comes from.
model: default
tools:
  - list_files
  - read_file
  - sql
  - chart
rules:
  - tool: shell
    effect: deny
    reason: This agent only reads.
limits:
  steps: 20
  cost_usd: "0.50"
  minutes: 10
`;
