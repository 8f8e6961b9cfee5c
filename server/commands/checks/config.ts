import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Config, ConfigError, loadConfig } from '../../../config/load.ts'
import { officeTime } from '../../../config/zone.ts'
import { systemClock } from '../../clock.ts'
import { type Check, type Finding, fail, ok, type Place, warn } from './check.ts'

/** Undefined when it cannot be read; the check of the configuration has said why. */
export function configOf({ configDir }: Place): Config | undefined {
  try {
    return loadConfig(configDir, process.env.SANLING_SERVICES)
  } catch {
    return undefined
  }
}

export const configCheck: Check = {
  subject: '配置',
  look: async ({ configDir, dataDir }) => {
    try {
      const { site, sources } = loadConfig(configDir, process.env.SANLING_SERVICES)
      return [
        ...(site.demo && !existsSync(join(dataDir, 'demo.json'))
          ? [
              warn(
                '仍是随程序附带的演示配置（site.yaml demo: true）：所有内容都标“演示”，采集的是模拟数据',
                '正式使用前把 site.yaml、sources.yaml 改成本院的，并删去 demo: true',
              ),
            ]
          : []),
        ok(
          `${site.unit}：${sources.sources.length} 个来源、${site.doors.length} 道门、${site.terminals.length} 台终端`,
        ),
      ]
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      return error.issues.map(({ file, line, path, message }) =>
        fail(`${file}:${line} ${path ? `${path}：` : ''}${message}`, '按行修改后再运行一次'),
      )
    }
  },
}

export const calendarCheck: Check = {
  subject: '日历',
  look: async (place) => {
    const config = configOf(place)
    if (!config) return []
    const year = officeTime(systemClock.now()).year
    const covered = new Set([...config.calendar.index.coveredYears, ...config.calendar.years.map((one) => one.year)])
    const mend = '国务院办公厅公布后，把放假与调休写入 config/calendar/年份.yaml'
    const judge = (which: number): Finding =>
      covered.has(which) ? ok(`${which} 年的放假安排已备`) : warn(`${which} 年尚无放假安排：该年的期限均为暂定`, mend)
    return [judge(year), judge(year + 1)]
  },
}
