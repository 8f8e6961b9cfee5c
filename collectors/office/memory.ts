import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { AcsEventInput } from './isapi-controller.ts'

/** Density of events since a moment; a start with another speed begins a new one. */
export interface Era {
  from: number
  speed: number
}
/** A scenario's door event: the controllers must remember it as they remember the ordinary ones. */
export interface Injected {
  device: string
  event: AcsEventInput
}
interface Kept {
  seed: string
  /** First moment of the history that the devices hold. */
  anchor: number
  eras: Era[]
  injected: Injected[]
  /** Up to where terminal events were sent. */
  terminalsSent: number | null
  caseFiles: number
  /** Patrol runs that a scenario leaves out. */
  skippedRuns: string[]
  /** Case number → who drew it at the office's desk, so that the export names the same handler. */
  drawn: Record<string, { person: string; at: number }>
}

/**
 * What must survive a restart so that the devices go on as if they had never stopped: everything else is made anew
 * from the seed, event for event. Lies in `$SANLING_DATA/office/memory.json`.
 */
export interface OfficeMemory extends Kept {
  /** Nothing was here before this start. */
  readonly first: boolean
  save(): void
}

/** Opens or begins the office's memory. @param historyMs how far back a new office reaches */
export function openMemory(
  dataDir: string,
  now: number,
  options: { seed: string; speed: number; anchor: number },
): OfficeMemory {
  const folder = join(dataDir, 'office')
  const file = join(folder, 'memory.json')
  mkdirSync(folder, { recursive: true })
  const found = read(file)
  const kept: Kept = found ?? {
    seed: options.seed,
    anchor: options.anchor,
    eras: [{ from: now, speed: options.speed }],
    injected: [],
    terminalsSent: null,
    caseFiles: 0,
    skippedRuns: [],
    drawn: {},
  }
  if (kept.eras.at(-1)?.speed !== options.speed) kept.eras.push({ from: now, speed: options.speed })
  const memory: OfficeMemory = {
    ...kept,
    // Files of before the desk know of no draws.
    drawn: kept.drawn ?? {},
    first: !found,
    save() {
      const { seed, anchor, eras, injected, terminalsSent, caseFiles, skippedRuns, drawn } = memory
      const text = JSON.stringify({ seed, anchor, eras, injected, terminalsSent, caseFiles, skippedRuns, drawn })
      writeFileSync(`${file}.new`, text, { mode: 0o600 })
      renameSync(`${file}.new`, file)
    },
  }
  memory.save()
  return memory
}

/** A file that cannot be read is a new beginning: it holds nothing but invented things. */
function read(file: string): Kept | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Kept
  } catch {
    return undefined
  }
}
