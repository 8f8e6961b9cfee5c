import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/**
 * The office's letter box: `$SANLING_DATA/office/commands/ANY.json` with `{"scenario": "storm"}`, written beside and
 * moved in. Who may write into the data folder may call scenarios; nothing listens on a port.
 */
export const Command = z.strictObject({
  scenario: z.string(),
  object: z.string().optional(),
  seconds: z.number().positive().max(86_400).optional(),
})
export type Command = z.output<typeof Command>

const MAX_BYTES = 4096
export const commandFolder = (dataDir: string): string => join(dataDir, 'office', 'commands')

/** Takes what lies in the box, oldest name first; what is no command is taken out too and handed to `bad`. */
export function takeCommands(dataDir: string, bad: (file: string, why: string) => void): Command[] {
  const folder = commandFolder(dataDir)
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return names.sort().flatMap((name) => {
    const file = join(folder, name)
    try {
      if (statSync(file).size > MAX_BYTES) throw new Error(`超过 ${MAX_BYTES} 字节`)
      return [Command.parse(JSON.parse(readFileSync(file, 'utf8')))]
    } catch (error) {
      bad(name, error instanceof Error ? error.message : String(error))
      return []
    } finally {
      rmSync(file, { force: true, recursive: true })
    }
  })
}
