import { officeTime } from '../../../config/zone.ts'
import type { ZerosPanel } from '../../../contract/panels/security.ts'
import type { SecurityDeps } from '../context.ts'
import { readFacts, type ZeroFact } from './repository.ts'
import { zeroStatus } from './rules.ts'

export interface ZeroBoard {
  zeros: ZerosPanel['zeros']
  facts: { kind: string; date: string; what: string }[]
}

/** Facts of site.yaml and of the register together. The register is our own: its age is the moment of reading. */
export async function readZeroBoard(deps: SecurityDeps, now: number): Promise<ZeroBoard> {
  const registered = await readFacts(deps.records.read)
  const today = officeTime(now).toPlainDate()
  const facts = deps.config.site.zeros.flatMap((zero) => factsOf(zero, registered))
  const zeros = deps.config.site.zeros.map((zero) => {
    const dates = factsOf(zero, registered).map(({ date }) => date)
    return { key: zero.kind, title: zero.title, ...zeroStatus(dates, zero.since, today), at: now }
  })
  return { zeros, facts }
}

const factsOf = (
  zero: SecurityDeps['config']['site']['zeros'][number],
  registered: readonly ZeroFact[],
): { kind: string; date: string; what: string }[] => [
  ...zero.events.map((event) => ({ kind: zero.kind, ...event })),
  ...registered.filter(({ kind }) => kind === zero.kind).map(({ kind, date, what }) => ({ kind, date, what })),
]

export const zerosPanel = (board: ZeroBoard, now: number): ZerosPanel => ({
  freshness: { source: '登记台账', at: now, staleAfterS: 3600, state: 'ok' },
  zeros: board.zeros,
})
