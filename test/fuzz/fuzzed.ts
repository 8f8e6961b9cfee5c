import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Something that reads foreign bytes and must survive them: never throws, never takes long, keeps nothing. */
export interface Fuzzed {
  name: string
  /** Well-formed inputs to start from. */
  seeds: readonly Uint8Array[]
  /** What it returns does not matter; a rejected promise counts as a throw. */
  decode(input: Uint8Array): unknown
}

const FOLDER = join(import.meta.dirname, 'decoders')

/**
 * The table of everything that is fuzzed: each file of `decoders/` exports `fuzzed`, a list or a function that makes
 * one. A new decoder is a new file there (or one more entry in its room's file) and nothing else.
 */
export async function readTable(names: readonly string[] = []): Promise<Fuzzed[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))
  const modules = await Promise.all(
    files
      .sort()
      .map(
        (file) => import(join(FOLDER, file)) as Promise<{ fuzzed: Fuzzed[] | (() => Fuzzed[] | Promise<Fuzzed[]>) }>,
      ),
  )
  const lists = await Promise.all(modules.map(({ fuzzed }) => (typeof fuzzed === 'function' ? fuzzed() : fuzzed)))
  const all = lists.flat()
  const unknown = names.filter((name) => !all.some((one) => one.name === name))
  if (unknown.length > 0)
    throw new Error(`no decoder ${unknown.join(', ')}; there are: ${all.map(({ name }) => name).join(', ')}`)
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
}

/** Files of a folder of fixtures, below 8 KiB, whose name fits. */
export function fixtures(folder: string, fits: (name: string) => boolean = () => true): Uint8Array[] {
  const path = join(import.meta.dirname, '../fixtures', folder)
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && fits(entry.name))
    .map(({ name }) => new Uint8Array(readFileSync(join(path, name))))
    .filter(({ length }) => length > 0 && length <= 8192)
}

export const text = (...lines: readonly string[]): Uint8Array[] => lines.map((line) => new TextEncoder().encode(line))
