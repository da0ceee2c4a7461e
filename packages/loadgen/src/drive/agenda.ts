import type { Clock } from "./clock.ts";

/** At most one appointment for each tag, with one timer for all of them: thousands of paced streams cost one wake. */
export class Agenda {
  readonly #clock: Clock;
  readonly #keep: (tag: number) => void;
  /** A binary heap by time, in three columns. An entry whose version is not its tag's is no appointment any more. */
  readonly #atMs: number[] = [];
  readonly #tag: number[] = [];
  readonly #version: number[] = [];
  readonly #current: number[] = [];
  #wakeMs = Number.POSITIVE_INFINITY;
  #cancelWake = () => {};
  readonly #wake = () => this.#due();

  /** `keep` is called for each appointment when its time has come. */
  constructor(clock: Clock, keep: (tag: number) => void) {
    this.#clock = clock;
    this.#keep = keep;
  }

  /** Makes the tag's appointment, in place of the one it had; `Infinity`: none. */
  set(tag: number, atMs: number): void {
    const version = (this.#current[tag] ?? 0) + 1;
    this.#current[tag] = version;
    if (atMs === Number.POSITIVE_INFINITY) return;
    let place = this.#atMs.push(atMs) - 1;
    this.#tag.push(tag);
    this.#version.push(version);
    for (let above = (place - 1) >> 1; place > 0 && this.#before(place, above); above = (place - 1) >> 1) {
      this.#swap(place, above);
      place = above;
    }
    this.#appoint();
  }

  withdraw(tag: number): void {
    this.set(tag, Number.POSITIVE_INFINITY);
  }

  #due(): void {
    this.#wakeMs = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    // What is made while these are kept has its turn at the next wake, so that others have theirs before.
    const tags: number[] = [];
    while ((this.#atMs[0] ?? Number.POSITIVE_INFINITY) <= now) {
      const [tag, version] = [this.#tag[0] as number, this.#version[0] as number];
      this.#removeFirst();
      if (this.#current[tag] === version) tags.push(tag);
    }
    for (const tag of tags) this.#keep(tag);
    this.#appoint();
  }

  #appoint(): void {
    const first = this.#atMs[0];
    if (first === undefined || first >= this.#wakeMs) return;
    this.#cancelWake();
    this.#wakeMs = first;
    this.#cancelWake = this.#clock.wakeAt(first, this.#wake);
  }

  #removeFirst(): void {
    const last = this.#atMs.length - 1;
    this.#swap(0, last);
    this.#atMs.pop();
    this.#tag.pop();
    this.#version.pop();
    for (let place = 0; ; ) {
      const left = 2 * place + 1;
      const below = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#before(below, place)) return;
      this.#swap(place, below);
      place = below;
    }
  }

  #before(a: number, b: number): boolean {
    return (this.#atMs[a] ?? Number.POSITIVE_INFINITY) < (this.#atMs[b] ?? Number.POSITIVE_INFINITY);
  }

  #swap(a: number, b: number): void {
    for (const column of [this.#atMs, this.#tag, this.#version]) {
      [column[a], column[b]] = [column[b] as number, column[a] as number];
    }
  }
}
