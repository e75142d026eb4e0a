/** How dates are written, and of which time zone: as the person chose, else as the browser has it. */

interface Region {
  /** BCP 47; empty: English. */
  language: string;
  /** IANA; empty: this machine's. */
  time_zone: string;
}

let region: Region = { language: "", time_zone: "" };
let version = 0;

export function keepRegion({ language, time_zone }: Region): void {
  if (language === region.language && time_zone === region.time_zone) return;
  region = { language, time_zone };
  version++;
}

/** A formatter that follows the choice; what a browser does not know is written as before. */
export function regional(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: Intl.DateTimeFormat | undefined;
  let of = -1;
  return () => {
    if (made === undefined || of !== version) {
      made = formatter(options);
      of = version;
    }
    return made;
  };
}

function formatter(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const zoned = region.time_zone ? { ...options, timeZone: region.time_zone } : options;
  try {
    return new Intl.DateTimeFormat(region.language || "en", zoned);
  } catch {
    return new Intl.DateTimeFormat("en", options);
  }
}
