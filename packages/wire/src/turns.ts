import type { Stream } from "./stream.ts";

/** Places of streams whose turn has been are cut off when they are so many and half of all. */
const pastPlaces = 1024;

/** Streams that wait for their turn, in order and each once; adding and taking cost the same however many wait. */
export class Turns {
  #streams: (Stream | undefined)[] = [];
  #first = 0;

  get isEmpty(): boolean {
    return this.#first === this.#streams.length;
  }

  add(stream: Stream): void {
    if (stream.inTurns) return;
    stream.inTurns = true;
    this.#streams.push(stream);
  }

  take(): Stream | undefined {
    const stream = this.#streams[this.#first];
    if (stream === undefined) return undefined;
    stream.inTurns = false;
    this.#streams[this.#first] = undefined;
    this.#first++;
    if (this.isEmpty || (this.#first >= pastPlaces && this.#first * 2 >= this.#streams.length)) {
      this.#streams = this.#streams.slice(this.#first);
      this.#first = 0;
    }
    return stream;
  }
}
