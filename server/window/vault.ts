import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/**
 * Attachments from outside, each under its hash, without its name or ending and for the owner's eyes only: nothing here
 * is ever run, opened by type or served but as a download.
 */
export class Vault {
  readonly #folder: string
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Keeps the bytes; the same bytes are kept once. */
  async put(bytes: Uint8Array, draft: string): Promise<string> {
    const hash = hashOf(bytes)
    const path = this.#path(hash)
    if (existsSync(path)) return hash
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(`${path}.${draft}`, bytes, { mode: 0o600 })
    await rename(`${path}.${draft}`, path)
    return hash
  }
  has(hash: string): boolean {
    return existsSync(this.#path(hash))
  }
  read(hash: string): Readable {
    return createReadStream(this.#path(hash))
  }
  async drop(hash: string): Promise<void> {
    await rm(this.#path(hash), { force: true })
  }

  #path(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new Error('not a hash')
    return join(this.#folder, hash.slice(0, 2), hash)
  }
}
