import type { Config } from '../../config/load.ts'
import { loadConfig } from '../../config/load.ts'
import { workCalendar } from '../../config/workdays.ts'
import type { Freshness } from '../../contract/panels/common.ts'

/** The demo office's configuration, read once. */
let loaded: Config | undefined
export function demoConfig(): Config {
  loaded ??= loadConfig('config')
  return loaded
}
export const demoCalendar = () => workCalendar(demoConfig().calendar)
export const alive = (source: string, at: number): Freshness => ({ source, at, staleAfterS: 120, state: 'ok' })
