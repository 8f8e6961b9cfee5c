import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join, parse } from 'node:path'
import { readiness, type Sighting } from './settle.ts'

/** Where a file goes after it was read. `held`: waits for a person. */
export type Outcome = 'done' | 'rejected' | 'held'

export interface DropFile {
  /** As it lay in the folder. */
  name: string
  /** Where it lies now: in `processing/`. */
  path: string
  mtimeMs: number
  size: number
  /** It lay in `processing/` when we started: a run before this one did not finish with it. */
  again: boolean
}

/** Marks that a sender or a one-way gateway lays beside a file: it is whole, or it is when its digest fits. */
const MARKS = ['.ok', '.done']
const DIGESTS = [
  ['.sha256', 'sha256'],
  ['.md5', 'md5'],
] as const
const SIDECARS = [...MARKS, ...DIGESTS.map(([ending]) => ending)]
/** A file whose digest does not fit although it has stood still for so long: it was cut, or the digest is another's. */
const STUCK_MS = 10 * 60_000
const IGNORED = /^(\.|~\$)|\.(tmp|part|crdownload|report\.json)$/i

/**
 * A folder into which people or gateways put files. A whole file is moved to `processing/`, later to `done/`,
 * `rejected/` or `held/` with its report beside it, so that nothing is read twice and nothing vanishes.
 */
export class DropFolder {
  readonly #path: string
  readonly #settleMs: number
  readonly #seen = new Map<string, Sighting & { sinceMs: number }>()
  #stuck = 0

  constructor(path: string, settleMs: number) {
    this.#path = path
    this.#settleMs = settleMs
  }

  /** @throws Error when the folder cannot be made or written */
  async prepare(): Promise<void> {
    for (const sub of ['processing', 'done', 'rejected', 'held'])
      await mkdir(join(this.#path, sub), { recursive: true })
  }

  /** Files of the last `take` that wait in vain for their digest to fit. */
  get stuck(): number {
    return this.#stuck
  }

  /** Files that an earlier run left in `processing/`. */
  async unfinished(): Promise<DropFile[]> {
    const names = await readdir(join(this.#path, 'processing'))
    const files = await Promise.all(names.sort().map((name) => this.#describe(name, true)))
    return inOrder(files)
  }

  /** Files that are whole, moved to `processing/`, oldest first. `nowMs` for the settling time. */
  async take(nowMs: number): Promise<DropFile[]> {
    const entries = await readdir(this.#path, { withFileTypes: true })
    const names = new Set(entries.filter((one) => one.isFile()).map(({ name }) => name))
    for (const known of this.#seen.keys()) if (!names.has(known)) this.#seen.delete(known)
    const taken: (DropFile | undefined)[] = []
    this.#stuck = 0
    for (const name of names)
      if (!IGNORED.test(name) && !isSidecar(name, names) && (await this.#isWhole(name, names, nowMs)))
        taken.push(await this.#claim(name))
    return inOrder(taken)
  }

  /** Puts it to its place with its report (Chinese, no personal data). */
  async finish(file: DropFile, outcome: Outcome, report: unknown): Promise<void> {
    const place = await this.#freeName(join(this.#path, outcome), file.name)
    await writeFile(`${place}.report.json`, `${JSON.stringify(report, null, 2)}\n`)
    await rename(file.path, place)
  }

  async #isWhole(name: string, names: ReadonlySet<string>, nowMs: number): Promise<boolean> {
    const path = join(this.#path, name)
    const found = await stat(path).catch(() => undefined)
    if (!found) return false
    const now = { size: found.size, mtimeMs: found.mtimeMs }
    const before = this.#seen.get(name)
    const sidecar = await this.#sidecarFits(name, names)
    // Its digest says that something is still missing, however long it stands still.
    if (sidecar === undefined) {
      this.#wait(name, now, before, nowMs)
      return false
    }
    const verdict = readiness({ before, now, nowMs, settleMs: this.#settleMs, sidecar, free: await isFree(path) })
    if (!before || verdict.why === 'growing') this.#seen.set(name, { ...now, sinceMs: nowMs })
    return verdict.ready
  }

  #wait(name: string, now: Sighting, before: (Sighting & { sinceMs: number }) | undefined, nowMs: number): void {
    const same = before?.size === now.size && before.mtimeMs === now.mtimeMs
    if (!before || !same) this.#seen.set(name, { ...now, sinceMs: nowMs })
    else if (nowMs - before.sinceMs >= STUCK_MS) this.#stuck++
  }

  /** False: there is none. Undefined: its digest does not fit. */
  async #sidecarFits(name: string, names: ReadonlySet<string>): Promise<boolean | undefined> {
    const digest = DIGESTS.find(([ending]) => names.has(name + ending))
    if (!digest) return MARKS.some((ending) => names.has(name + ending))
    const path = join(this.#path, name)
    const [bytes, sum] = await Promise.all([readFile(path), readFile(path + digest[0], 'utf8')])
    return sum.toLowerCase().includes(createHash(digest[1]).update(bytes).digest('hex')) || undefined
  }

  async #claim(name: string): Promise<DropFile | undefined> {
    const place = await this.#freeName(join(this.#path, 'processing'), name)
    try {
      await rename(join(this.#path, name), place)
    } catch {
      return undefined
    }
    this.#seen.delete(name)
    for (const sidecar of SIDECARS) await rm(join(this.#path, name + sidecar), { force: true })
    return await this.#describe(parse(place).base, false)
  }

  async #describe(name: string, again: boolean): Promise<DropFile | undefined> {
    const path = join(this.#path, 'processing', name)
    const found = await stat(path).catch(() => undefined)
    return found?.isFile() ? { name, path, mtimeMs: found.mtimeMs, size: found.size, again } : undefined
  }

  async #freeName(folder: string, name: string): Promise<string> {
    const { name: stem, ext } = parse(name)
    for (let n = 1; ; n++) {
      const place = join(folder, n === 1 ? name : `${stem}(${n})${ext}`)
      if (!(await stat(place).catch(() => undefined))) return place
    }
  }
}

const isSidecar = (name: string, names: ReadonlySet<string>): boolean =>
  SIDECARS.some((ending) => name.endsWith(ending) && names.has(name.slice(0, -ending.length)))

const inOrder = (files: readonly (DropFile | undefined)[]): DropFile[] =>
  files.flatMap((file) => (file ? [file] : [])).sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1))

/** Opening for writing fails while another program holds it (SMB, Windows shares). */
async function isFree(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r+')).close()
    return true
  } catch (error) {
    // Without the right to write nothing can be told; the standing still of the file must do.
    return ['EACCES', 'EROFS', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}
