import type { ExchangeStandard } from '../../../config/exchange.ts'
import type { Config } from '../../../config/load.ts'
import type { Principal, Reader, Records, Tx } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'

/** One row of what is given away, with the place where the next page starts. */
export interface OutRow {
  place: string
  version: string
  values: Record<string, string>
}
export interface ExchangeDeps {
  config: Pick<Config, 'exchange' | 'site'>
  records: Records
  /** Of these case numbers the ones that this office has. */
  cases: {
    known(db: Reader | Tx, caseNos: readonly string[]): Promise<ReadonlySet<string>>
    /** Cases in that person's scope, oldest change first; nothing of restricted ones. */
    progress(db: Reader | Tx, person: Principal, after: string | null, limit: number): Promise<OutRow[]>
  }
  newId(): string
}

export function standardOf({ config }: Pick<ExchangeDeps, 'config'>, id: string | null): ExchangeStandard {
  const found = config.exchange.standards.find((standard) => standard.id === id)
  if (found) return found
  const known = config.exchange.standards.map((standard) => standard.id).join('、')
  throw new Refusal('unprocessable', `没有交换标准“${id ?? ''}”，现有：${known}`)
}
export const unitName = ({ config }: Pick<ExchangeDeps, 'config'>, id: string): string =>
  config.exchange.units.find((unit) => unit.id === id)?.name ?? id
export const fieldName = (standard: ExchangeStandard, id: string): string =>
  standard.fields.find((field) => field.id === id)?.name ?? id
