import { endOf, stretchOf } from "../record/heat.ts";
import type { SeriesRow } from "../record/series.ts";
import { formatCount, formatRate, formatUs } from "../report/format.ts";
import { escapeMarkup } from "./escape.ts";
import type { CurvePoint } from "./hgrm.ts";
import { linearScale, logScale, ninesScale, type Scale, timeScale } from "./scales.ts";

/** A drawing is as wide as the page and as high as its style says: it is stretched to that, and its words stand beside it. */
const side = 1000;

/** A named line of a chart; `role` chooses its colour. */
export interface Line {
  readonly role: string;
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** A heat map is of so many bands at most. */
const mostBands = 30;

/** Calls by response time over time: the stronger the colour, the more calls of that moment took that long. */
export function heatMap(rows: readonly SeriesRow[]): string {
  const stretches = rows.flatMap(({ heat }) => heat.map(([upToUs]) => visible(upToUs)));
  if (stretches.length === 0) return nothing("no call has ended");
  // A band is so many whole stretches, so that each call is in one that spans its time.
  const [lowest, highest] = [smallest(stretches), greatest(stretches)];
  const size = Math.ceil((highest - lowest + 1) / mostBands);
  const bandOf = (upToUs: number) => Math.floor((visible(upToUs) - lowest) / size);
  const limits = Array.from({ length: Math.floor((highest - lowest) / size) + 2 }, (_, band) =>
    startOf(lowest + band * size),
  );
  const y = logScale(limits[0] ?? 1, limits.at(-1) ?? 1);
  const tops = limits.map((us) => py(y.at(us)));
  const x = timeScale(rows);
  let most = 1;
  const cells = group(rows, 120).map((column) => {
    const counts = new Array<number>(limits.length - 1).fill(0);
    for (const [upToUs, count] of column.flatMap(({ heat }) => heat)) {
      const band = bandOf(upToUs);
      counts[band] = (counts[band] ?? 0) + count;
    }
    most = Math.max(most, ...counts);
    return { column, counts };
  });
  const body = cells.flatMap(({ column, counts }) => {
    const [first, last] = [column[0], column.at(-1)];
    if (first === undefined || last === undefined) return [];
    const left = px(x.at(first.atS));
    const width = Math.max(0.5, px(x.at(last.atS + last.lengthS)) - left);
    return counts.flatMap((count, band) => {
      if (count === 0) return [];
      const opacity = (0.15 + 0.85 * (Math.log1p(count) / Math.log1p(most))).toFixed(2);
      const [bottom = 0, top = 0] = tops.slice(band, band + 2);
      return [
        `<rect class="heat" x="${n(left)}" y="${n(top)}" width="${n(width)}" height="${n(bottom - top)}" fill-opacity="${opacity}"/>`,
      ];
    });
  });
  const strongest = `response times over time; the strongest colour is ${formatCount(most)} ${most === 1 ? "call" : "calls"}`;
  return frame({ title: strongest, axes: { x, y, showX: seconds, showY: formatUs }, body });
}

/** The stretch of a time that has a place on an axis by ratio, which 0 has not. */
function visible(upToUs: number): number {
  return Math.max(1, stretchOf(upToUs));
}

/** The first whole µs of a stretch. */
function startOf(stretch: number): number {
  return endOf(stretch - 1) + 1;
}

/** What lines over time are of: how a value is written, and how far apart labels are at least. */
const measures = {
  rates: { show: formatRate, leastStep: 0 },
  counts: { show: formatCount, leastStep: 1 },
} as const;

/** Lines over the time of the measured phase, from 0 on. */
export function overTime(
  title: string,
  of: keyof typeof measures,
  rows: readonly SeriesRow[],
  lines: readonly Line[],
): string {
  if (lines.every(({ points }) => points.length === 0)) return nothing("too short to draw");
  const { show, leastStep } = measures[of];
  const x = timeScale(rows);
  const y = linearScale(greatest(lines.flatMap(({ points }) => points.map(([, value]) => value))), leastStep);
  return drawLines(title, { x, y, showX: seconds, showY: show }, lines);
}

/** Times over the rate at which they were measured, both by ratio. */
export function overRate(title: string, lines: readonly Line[]): string {
  const all = lines.flatMap(({ points }) => points);
  if (all.length === 0) return nothing("no rate to draw");
  const [rates, times] = [all.map(([rate]) => rate), all.map(([, us]) => Math.max(1, us))];
  const [low, high] = [smallest(rates), greatest(rates)];
  const scale = logScale(low, high);
  // Rates may lie between two round ones, and then name themselves.
  const x = scale.ticks.length > 1 ? scale : { at: scale.at, ticks: [...new Set([low, high])] };
  const y = logScale(smallest(times), greatest(times));
  return drawLines(title, { x, y, showX: formatRate, showY: formatUs }, lines);
}

/** The usual picture of a latency distribution: time over the number of nines. */
export function percentileCurve(
  of: string,
  lines: readonly { readonly role: string; readonly name: string; readonly curve: readonly CurvePoint[] }[],
): string {
  const drawn = lines.map(
    ({ role, name, curve }): Line => ({
      role,
      name,
      points: curve.map(({ quantile, us, count }): [number, number] => [
        quantile < 1 ? 1 / (1 - quantile) : 2 * count,
        Math.max(1, us),
      ]),
    }),
  );
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) return nothing("no call has ended");
  const x = ninesScale(greatest(all.map(([value]) => value)));
  const y = logScale(smallest(all.map(([, value]) => value)), greatest(all.map(([, value]) => value)));
  const label = (inverse: number) => `${Number((100 * (1 - 1 / inverse)).toFixed(6))} %`;
  return drawLines(`percentiles of ${of}`, { x, y, showX: label, showY: formatUs }, drawn);
}

interface Axes {
  readonly x: Scale;
  readonly y: Scale;
  readonly showX: (value: number) => string;
  readonly showY: (value: number) => string;
}

function drawLines(title: string, axes: Axes, lines: readonly Line[]): string {
  return frame({ title, axes, body: lines.map((line) => path(line, axes)), legend: lines });
}

function path({ role, points }: Line, { x, y }: Axes): string {
  const d = points.map(
    ([first, second], index) => `${index === 0 ? "M" : "L"}${n(px(x.at(first)))} ${n(py(y.at(second)))}`,
  );
  // A line of one point has no length; its ends are drawn as a dot.
  const dot = points.length === 1;
  return `<path class="${dot ? "line dot" : "line"} ${role}" d="${d.join("")}${dot ? "h0" : ""}"/>`;
}

function grid({ y }: Axes): string {
  const rows = y.ticks.map((value) => n(py(y.at(value))));
  return rows.map((at) => `<line class="grid" x1="0" x2="${side}" y1="${at}" y2="${at}"/>`).join("");
}

function labels({ x, y, showX, showY }: Axes): string {
  const rows = y.ticks.map(
    (value) => `<span class="y" style="bottom:${n(100 * y.at(value))}%">${escapeMarkup(showY(value))}</span>`,
  );
  const roles = roomsFor(x.ticks.map(x.at));
  const columns = x.ticks.map((value, index) => {
    return `<span class="${roles[index]}" style="left:${n(100 * x.at(value))}%">${escapeMarkup(showX(value))}</span>`;
  });
  return [...rows, ...columns].join("");
}

/** How far apart labels have to be, as a share of the axis, to have room on a phone and on a tablet. */
const apart = { phone: 0.23, tablet: 0.08 };

/** Which labels at these places are there on every screen, which not on a phone, and which only on a wide one. */
function roomsFor(places: readonly number[]): readonly string[] {
  let [onPhone, onTablet] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  return places.map((at) => {
    if (at - onTablet < apart.tablet) return "x spare";
    onTablet = at;
    if (at - onPhone < apart.phone) return "x minor";
    onPhone = at;
    return "x";
  });
}

function frame(drawing: {
  readonly title: string;
  readonly axes: Axes;
  readonly body: readonly string[];
  readonly legend?: readonly Line[];
}): string {
  const { title, axes, body, legend = [] } = drawing;
  const keys = legend.map(({ role, name }) => `<span class="key ${role}">${escapeMarkup(name)}</span>`).join(" ");
  const drawn = `<svg viewBox="0 0 ${side} ${side}" preserveAspectRatio="none" role="img" aria-label="${escapeMarkup(title)}">${grid(axes)}${body.join("")}</svg>`;
  return `<figure><figcaption>${escapeMarkup(title)} ${keys}</figcaption><div class="chart">${drawn}${labels(axes)}</div></figure>`;
}

function nothing(why: string): string {
  return `<p class="none">${escapeMarkup(why)}</p>`;
}

function group<T>(items: readonly T[], most: number): T[][] {
  const size = Math.max(1, Math.ceil(items.length / most));
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

// Math.max(...values) has a limit on how many values it takes.
function greatest(values: readonly number[]): number {
  return values.reduce((max, value) => (value > max ? value : max), 0);
}

function smallest(values: readonly number[]): number {
  return values.reduce((min, value) => (value < min ? value : min), Number.POSITIVE_INFINITY);
}

function seconds(value: number): string {
  return `${Number(value.toPrecision(6))} s`;
}

function px(share: number): number {
  return share * side;
}

function py(share: number): number {
  return (1 - share) * side;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
