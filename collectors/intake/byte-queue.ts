/** Bytes that come in pieces and are taken from the front: grows by doubling, so one-byte pieces cost no more. */
export class ByteQueue {
  #store = Buffer.alloc(4096)
  #start = 0
  #end = 0

  get length(): number {
    return this.#end - this.#start
  }

  push(chunk: Uint8Array): void {
    const needed = this.length + chunk.length
    if (this.#start + needed > this.#store.length) {
      const bigger = needed > this.#store.length ? Buffer.alloc(Math.max(needed, this.#store.length * 2)) : this.#store
      this.#store.copy(bigger, 0, this.#start, this.#end)
      this.#end -= this.#start
      this.#start = 0
      this.#store = bigger
    }
    this.#store.set(chunk, this.#end)
    this.#end += chunk.length
  }

  /** A view, valid until the next push. */
  view(): Buffer {
    return this.#store.subarray(this.#start, this.#end)
  }

  /** Forgets the first bytes; gives the memory of a big part back. */
  drop(count: number): void {
    this.#start = Math.min(this.#start + count, this.#end)
    if (this.#start === this.#end && this.#store.length > 65_536) this.#store = Buffer.alloc(4096)
    if (this.#start === this.#end) this.#start = this.#end = 0
  }
}
