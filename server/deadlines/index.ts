import type { z } from 'zod'
import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import { officeTime } from '../../config/zone.ts'
import { type ComputeBody, type DeadlineAnswer, deadlineRoutes } from '../../contract/http/deadlines.ts'
import { bandColour, bandNamed } from '../cases/rules.ts'
import { bind, type Feature } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { daysBetween } from './period.ts'
import { computeDeadline, DeadlineRefusal } from './rules.ts'

export interface DeadlinesDeps {
  config: Config
  calendar: WorkCalendar
}

const UNIT_WORDS = { hour: '小时', day: '日', workday: '个工作日', month: '个月' } as const

/** The explained deadline as a service: pure, so nothing is stored here. */
export function deadlinesFeature(deps: DeadlinesDeps): Feature {
  const { deadlines } = deps.config
  return {
    name: 'deadlines',
    routes: [
      bind(deadlineRoutes.compute, async ({ body, now }) => explain(deps, body, now)),
      bind(deadlineRoutes.rules, async () => ({
        items: deadlines.rules.map((rule) => {
          const versions = [...rule.versions].sort((a, b) => (a.effective_from < b.effective_from ? -1 : 1))
          const last = versions.at(-1) ?? {
            effective_from: '',
            unit: 'day' as const,
            n: 0,
            legal_basis: '',
            unverified: true,
          }
          const roll = rule.custodyNoRoll ? '；在押不顺延' : '；期末逢节假日顺延'
          return {
            id: rule.id,
            name: rule.name,
            text: `${last.n} ${UNIT_WORDS[last.unit]}，起算当日（时）不计${roll}`,
            unit: last.unit,
            n: last.n,
            custodyNoRoll: rule.custodyNoRoll,
            extension: rule.extension ? { unit: rule.extension.unit, n: rule.extension.n } : null,
            legalBasis: last.legal_basis,
            effectiveFrom: last.effective_from,
            unverified: last.unverified,
            versions: versions.map((one) => ({
              effectiveFrom: one.effective_from,
              unit: one.unit,
              n: one.n,
              legalBasis: one.legal_basis,
            })),
          }
        }),
        cursor: null,
      })),
    ],
  }
}

function explain(deps: DeadlinesDeps, body: z.output<typeof ComputeBody>, now: number): z.input<typeof DeadlineAnswer> {
  const { config, calendar } = deps
  try {
    const deadline = computeDeadline({ rules: config.deadlines, calendar }, body)
    const today = officeTime(now).toPlainDate()
    const daysLeft =
      deadline.due === null ? null : daysBetween(today, Temporal.PlainDate.from(deadline.due.slice(0, 10)))
    const band = bandNamed(config.flow, config.deadlines.rules.find(({ id }) => id === body.rule)?.band ?? '')
    return { ...deadline, daysLeft, colour: daysLeft === null || !band ? null : bandColour(band, daysLeft) }
  } catch (error) {
    if (error instanceof DeadlineRefusal)
      throw new Refusal('unprocessable', error.message, [{ path: error.path, message: error.message }])
    throw error
  }
}
