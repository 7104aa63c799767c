/**
 * Where in some bytes the first of a few markers stands next. Each is searched for once: one that is rare must not be
 * looked for anew behind each one that is not.
 */
export class MarkerSearch {
  readonly #markers: readonly Buffer[];
  /** Where each marker was found last. */
  readonly #found: number[];
  #bytes: Buffer = Buffer.alloc(0);

  /** A search is quickest for what begins with a character that is rare in what is searched. */
  constructor(markers: readonly string[]) {
    this.#markers = markers.map((marker) => Buffer.from(marker));
    this.#found = this.#markers.map(() => -1);
  }

  /** From now on these bytes are searched. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#found.fill(-1);
  }

  /** @returns where the first marker from `position` on begins; Infinity where there is none */
  next(position: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#markers.length; index++) {
      let found = this.#found[index] ?? -1;
      if (found < position) {
        found = this.#bytes.indexOf(this.#markers[index] ?? '', position);
        if (found === -1) found = Number.POSITIVE_INFINITY;
        this.#found[index] = found;
      }
      if (found < first) first = found;
    }
    return first;
  }
}
