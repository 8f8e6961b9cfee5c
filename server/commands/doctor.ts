/** `npm run doctor`: each line ok / warn / fail with the mend; exit code 1 when anything fails. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { CHECKS, type Finding } from './checks/index.ts'
import { presentDataDir, readEnvironment } from './environment.ts'

z.config(z.locales.zhCN())
const { values } = parseArgs({ options: { config: { type: 'string', default: './config' } } })
const WORDS = { ok: 'ok  ', warn: 'warn', fail: 'fail' } as const

const environment = readEnvironment()
const place = {
  configDir: resolve(values.config),
  dataDir: presentDataDir(),
  environment,
}
let failed = false
for (const { subject, look } of CHECKS) {
  const findings = await look(place).catch((error: unknown): Finding[] => [
    { level: 'fail', text: (error as Error).message, mend: '' },
  ])
  for (const { level, text, mend } of findings) {
    failed ||= level === 'fail'
    process.stdout.write(`${WORDS[level]}  ${subject}  ${text}${mend && level !== 'ok' ? `\n      → ${mend}` : ''}\n`)
  }
}
process.exit(failed ? 1 : 0)
