/**
 * A map that can be read in the order of its keys, from any of them on: as lists that come in pages are. It begins
 * empty.
 */
export class SortedMap<V> extends Map<string, V> {
  #keys: string[] | undefined;

  override set(key: string, value: V): this {
    if (!this.has(key)) this.#keys = undefined;
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.#keys = undefined;
    return super.delete(key);
  }

  override clear(): void {
    this.#keys = undefined;
    super.clear();
  }

  /** Values whose keys come after this one, in the order of code units. */
  *after(key: string): Generator<V> {
    this.#keys ??= [...this.keys()].sort();
    const keys = this.#keys;
    let from = 0;
    for (let to = keys.length; from < to; ) {
      const middle = (from + to) >> 1;
      if ((keys[middle] ?? '') > key) to = middle;
      else from = middle + 1;
    }
    for (let index = from; index < keys.length; index++) {
      const value = this.get(keys[index] ?? '');
      if (value !== undefined) yield value;
    }
  }
}
