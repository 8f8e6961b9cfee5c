import type { Principal, Records } from '../feature.ts'
import { callEntry, duringCall, objectOf } from './call.ts'
import type { RefusalTrail } from './refused.ts'
import { record } from './trail.ts'

interface Traced {
  route: string
  person: Principal | undefined
  ip: string
  params: Readonly<Record<string, string>>
}

/** What http is handed to leave traces of calls. */
export const callTrail = (records: Pick<Records, 'write'>, refusals: RefusalTrail) => ({
  during: <Result>({ person, ...call }: Traced, act: () => Promise<Result>): Promise<Result> =>
    person ? duringCall({ ...call, person }, act) : act(),
  async exported({ person, ...call }: Traced): Promise<void> {
    if (!person) return
    await records.write(({ tx, now }) =>
      record(tx, now, {
        ...callEntry({ ...call, person }),
        kind: 'export',
        detail: { route: call.route, via: person.via },
      }),
    )
  },
  refused({ person, route, ip, params }: Traced, why: string): void {
    refusals.note({ route, why, actor: person?.username ?? 'anonymous', ip, object: objectOf(params) })
  },
})
