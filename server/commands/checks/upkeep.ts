import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Health } from '../../../contract/http/health.ts'
import { systemClock } from '../../clock.ts'
import { HEALTH_FILE } from '../../upkeep/places.ts'
import { type Check, type Finding, fail, ok, warn } from './check.ts'

const Told = Health.omit({ mayRun: true, running: true })
const FRESH_MS = 3 * 60_000

/** What the health page shows, in the same words: the running server writes it beside its records every minute. */
export const healthCheck: Check = {
  subject: '运行状况',
  look: async ({ dataDir }) => {
    const file = join(dataDir, HEALTH_FILE)
    if (!existsSync(file)) return [warn('服务还没有运行过', '启动后再看；网页“运行状况”与这里一致')]
    const told = Told.safeParse(JSON.parse(readFileSync(file, 'utf8')))
    if (!told.success) return [warn(`${file} 无法读取`, '由正在运行的服务每分钟重写；升级后请重启服务')]
    const age = systemClock.now() - told.data.at
    const words = { ok, attention: warn, fault: fail }
    const items = told.data.items.map(({ name, level, text, mend }): Finding => words[level](`${name}：${text}`, mend))
    if (age <= FRESH_MS) return items
    const minutes = Math.round(age / 60_000)
    // What it says of its runs still holds; of its connections it does not.
    const runs = told.data.items.flatMap(({ group }, at) => (group === '备份与核对' ? (items[at] ?? []) : []))
    return [
      warn(`服务没有在运行（最近一次自检在 ${minutes} 分钟前）`, 'systemctl status sanling-server，或 npm start'),
      ...runs,
    ]
  },
}
