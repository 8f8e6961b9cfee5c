import type { z } from 'zod'
import { officeTime } from '../../../config/zone.ts'
import type { ZeroBoard as BoardAnswer, ZeroEntry } from '../../../contract/http/security.ts'
import type { ZerosPanel } from '../../../contract/panels/security.ts'
import type { SecurityDeps } from '../context.ts'
import { readFacts } from './repository.ts'
import { quarters, zeroStatus } from './rules.ts'

type Entry = z.output<typeof ZeroEntry>
export interface ZeroReading {
  zeros: ZerosPanel['zeros']
  facts: Entry[]
  board: BoardAnswer
}

/**
 * Facts of site.yaml, of the register, and of petitions, which count by themselves. The register is our own: its age is
 * the moment of reading.
 */
export async function readZeroBoard(deps: SecurityDeps, now: number): Promise<ZeroReading> {
  const { site, petitions } = deps.config
  const db = deps.records.read
  const facts = await entriesOf(deps)
  const risks = (await deps.petitions?.risks(db)) ?? new Map<string, number>()
  const today = officeTime(now).toPlainDate()
  const open = [...risks.values()].reduce((sum, n) => sum + n, 0)
  const boards = site.zeros.map((zero) => {
    const own = facts.filter(({ kind }) => kind === zero.kind).sort((a, b) => (a.date < b.date ? 1 : -1))
    const dated = own.map(({ date, veto }) => ({ date, veto: veto?.name ?? null }))
    const atRisk = zero.kind === 'petition' ? open : 0
    const status = zeroStatus(dated, zero.since, today, atRisk)
    return { zero, own, status, quarters: quarters(dated, zero.since, today, atRisk) }
  })
  return {
    facts,
    zeros: boards.map(({ zero, status }) => ({
      key: zero.kind,
      title: zero.title,
      ...status,
      // The wall knows three states; a veto is told in its word.
      status: status.status === 'vetoed' ? 'unmet' : status.status,
      at: now,
    })),
    board: {
      at: now,
      zeros: boards.map(({ zero, own, status, quarters: list }) => ({
        kind: zero.kind,
        title: zero.title,
        days: status.days,
        last: status.last,
        quarters: list,
        entries: own,
      })),
      departments: departmentsOf(deps, facts, risks),
      vetoes: petitions.zeros.vetoes,
    },
  }
}

async function entriesOf({ config, records, petitions }: SecurityDeps): Promise<Entry[]> {
  const { site } = config
  const vetoOf = (id: string | null) => {
    const found = config.petitions.zeros.vetoes.find((veto) => veto.id === id)
    return id === null ? null : { id, name: found?.name ?? id }
  }
  const departmentOf = (id: string | null) =>
    id === null ? null : { id, name: site.departments.find((one) => one.id === id)?.name ?? id }
  const registered = await readFacts(records.read)
  const counted = (await petitions?.facts(records.read)) ?? []
  return [
    ...site.zeros.flatMap(({ kind, events }) =>
      events.map(
        (event): Entry => ({
          kind,
          ...event,
          veto: null,
          department: null,
          source: 'config',
          by: null,
          at: null,
        }),
      ),
    ),
    ...registered.flatMap(({ kind, date, what, veto, department, registered_by, registered_ms }): Entry[] =>
      kind === 'petition' || kind === 'accident' || kind === 'case'
        ? [
            {
              kind,
              date,
              what,
              veto: vetoOf(veto),
              department: departmentOf(department),
              source: 'register',
              by: registered_by,
              at: Number(registered_ms),
            },
          ]
        : [],
    ),
    ...counted.map(
      ({ date, what, veto, department, by, at }): Entry => ({
        kind: 'petition',
        date,
        what,
        veto: vetoOf(veto),
        department: departmentOf(department),
        source: 'petition',
        by: site.people.find(({ id }) => id === by)?.name ?? by,
        at,
      }),
    ),
  ]
}

/** Responsibility by department, in the order of site.yaml: never a ranking. */
function departmentsOf({ config }: SecurityDeps, facts: readonly Entry[], risks: ReadonlyMap<string, number>) {
  return config.site.departments.map(({ id, name }) => {
    const count = (kind: Entry['kind']) =>
      facts.filter((fact) => fact.kind === kind && fact.department?.id === id).length
    return {
      id,
      name,
      petition: count('petition'),
      accident: count('accident'),
      case: count('case'),
      risks: risks.get(id) ?? 0,
    }
  })
}

export const zerosPanel = (board: Pick<ZeroReading, 'zeros'>, now: number): ZerosPanel => ({
  freshness: { source: '登记台账', at: now, staleAfterS: 3600, state: 'ok' },
  zeros: board.zeros,
})
