/**
 * Where in some bytes the first of a few markers stands next. Each is searched for once: one that is rare must not be
 * looked for anew behind each one that is not.
 */
export class MarkerSearch {
  /** Each marker, and where it was found last. */
  readonly #markers: readonly { readonly bytes: Buffer; at: number }[];
  #bytes: Buffer = Buffer.alloc(0);

  /** A search is quickest for what begins with a character that is rare in what is searched. */
  constructor(markers: readonly string[]) {
    this.#markers = markers.map((marker) => ({ bytes: Buffer.from(marker), at: -1 }));
  }

  /** From now on these bytes are searched. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    for (const marker of this.#markers) marker.at = -1;
  }

  /** @returns where the first marker from `position` on begins; the end of the bytes where there is none */
  next(position: number): number {
    const none = this.#bytes.length;
    let first = none;
    for (const marker of this.#markers) {
      if (marker.at < position) {
        const at = this.#bytes.indexOf(marker.bytes, position);
        marker.at = at === -1 ? none : at;
      }
      first = Math.min(first, marker.at);
    }
    return first;
  }
}
