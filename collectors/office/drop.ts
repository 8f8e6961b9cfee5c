import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'

/** Puts a whole file into a watched folder: written beside it, then moved in, so that nobody reads half of it. */
export function dropFile(folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(folder, { recursive: true })
  const beside = join(dirname(folder), `.office-${process.pid}-${name}`)
  writeFileSync(beside, bytes)
  renameSync(beside, join(folder, name))
}

/** Folders of sources.yaml are relative to the data folder. */
export const dropFolder = (dataDir: string, folder: string): string =>
  isAbsolute(folder) ? folder : join(dataDir, folder)
