/** Takes a file of slots line by line, and keeps their times alone: 8 bytes each, or up to 16 while it grows. */
export interface SlotsParser {
  /** A text says what is wrong with the line. */
  line(text: string): string | undefined;
  /** In ms from the start of the plan, in rising order. A text says what is wrong with the whole. */
  end(): Float64Array | string;
}

const unitsMs: Readonly<Record<string, number>> = {
  ...{ ns: 1e-6, us: 1e-3, µs: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 },
};
const units = "ns, us, ms, s, m or h";
/** The longest line that is shown whole. */
const mostShown = 40;

/**
 * Reads one offset a line, with its unit (`12.5ms`), or without after a line such as `unit: ms`. Lines that are empty or begin
 * with # are passed over. Offsets are in rising order; equal ones are due at once.
 */
export function createSlotsParser(): SlotsParser {
  let offsetsMs = new Float64Array(1_024);
  let count = 0;
  let commonMs: number | undefined;
  return {
    line(given) {
      const text = given.trim();
      if (text === "" || text.startsWith("#")) return undefined;
      const shown = JSON.stringify(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text);
      const [, header] = /^unit\s*:\s*(\S+)$/.exec(text) ?? [];
      if (header !== undefined) {
        commonMs = unitsMs[header];
        if (commonMs === undefined) return `expected a unit (${units}); got ${shown}`;
        return count > 0 ? "expected the unit before the first offset" : undefined;
      }
      const [, number, unit] = /^(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)\s*([a-zµ]*)$/.exec(text) ?? [];
      const factorMs = unit === "" ? commonMs : unitsMs[unit ?? ""];
      if (number === undefined || factorMs === undefined) {
        return unit === ""
          ? `expected an offset with its unit (${units}), such as 12.5ms, or a line such as "unit: ms" before; got ${shown}`
          : `expected an offset from the start, such as 12.5ms; got ${shown}`;
      }
      const offsetMs = Number(number) * factorMs;
      const beforeMs = count === 0 ? 0 : (offsetsMs[count - 1] as number);
      if (!Number.isFinite(offsetMs)) return `expected a time that there is; got ${shown}`;
      if (offsetMs < beforeMs) return `expected at least ${beforeMs} ms, the offset before it; got ${shown}`;
      if (count === offsetsMs.length) {
        const longer = new Float64Array(2 * count);
        longer.set(offsetsMs);
        offsetsMs = longer;
      }
      offsetsMs[count++] = offsetMs;
      return undefined;
    },
    end: () => (count === 0 ? "expected at least one offset; got none" : offsetsMs.slice(0, count)),
  };
}
