/** What a new route begins with. */

/** The address of a route that has no name yet; no name may have a plus. */
export const NEW = "+new";

/** Names no model, so it works with whatever is connected. */
export const EXAMPLE = `name: thrifty
description: Cheap for short questions, strong for pictures and long ones.
rules:
  - when: request.has_images || request.tokens > 20000
    objective: best
    needs:
      capabilities: [text, vision]
  - objective: cheapest
    needs:
      capabilities: [text, tools]
      max_output_price: 10
`;
