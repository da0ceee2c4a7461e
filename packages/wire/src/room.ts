/** Who waits for a call to be possible, in order. */
export class Room {
  #waiting: (() => void)[] = [];
  #refused = false;
  /** Starts that were refused because the limit of concurrent streams was reached. */
  limitReached = 0;

  /** A start was refused: `offer` tells when there is room. */
  refuse(byLimit: boolean): void {
    this.#refused = true;
    if (byLimit) this.limitReached++;
  }

  /** `callback` is called once; the returned function withdraws it. */
  wait(callback: () => void): () => void {
    this.#waiting.push(callback);
    return () => {
      const index = this.#waiting.indexOf(callback);
      if (index >= 0) this.#waiting.splice(index, 1);
    };
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0 || this.#refused;
  }

  /** There may be room: those who wait are called while `free` says so, then `onRoom` when a start was refused before. */
  offer(free: () => boolean, onRoom: () => void): void {
    while (this.#waiting.length > 0 && free()) this.#waiting.shift()?.();
    if (!this.#refused || !free()) return;
    this.#refused = false;
    onRoom();
  }

  /** There will never be room: all who wait are called, to see it. */
  closeDown(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const callback of waiting) callback();
  }
}
