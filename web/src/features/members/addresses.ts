/** Several e-mail addresses, as people paste them. */

const ADDRESS = /^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$|^[^@\s<>]+@localhost$/;

interface Addresses {
  good: string[];
  bad: string[];
}

/** Between commas, semicolons, spaces or lines; of `Ada <ada@example.org>` the address alone. */
export function addressesIn(text: string): Addresses {
  const bare = text.replace(/[^,;\n<]*<([^>]*)>/g, " $1 ");
  const all = bare.split(/[\s,;]+/u).filter(Boolean);
  const unique = [...new Map(all.map((each) => [each.toLowerCase(), each])).values()];
  return {
    good: unique.filter((each) => ADDRESS.test(each)),
    bad: unique.filter((each) => !ADDRESS.test(each)),
  };
}
