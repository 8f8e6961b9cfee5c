import type { Feed, Subject } from '../subscriptions/port.ts'
import { type ExchangeDeps, unitName } from './context.ts'
import { lastSeq, recordsAfter, recordsBefore, type StoredRecord } from './repository.ts'

/** Records of other units, in order of arrival, for subscriptions. */
export function sharedFeed(deps: Pick<ExchangeDeps, 'config'>): Feed {
  const subject = (row: StoredRecord): Subject => {
    const standard = deps.config.exchange.standards.find(({ id }) => id === row.standard)
    const unit = unitName(deps, row.unit)
    const values = JSON.parse(row.body) as Record<string, string>
    const content = Object.entries(values).map(
      ([id, value]) => `${standard?.fields.find((field) => field.id === id)?.name ?? id}：${value}`,
    )
    return {
      topic: 'shared',
      place: Number(row.seq),
      key: `shared:${row.seq}`,
      thing: `shared:${row.seq}`,
      source: row.unit,
      sourceName: unit,
      title: `${standard?.name ?? row.standard} · ${row.key}`,
      link: `/sharing/exchange/records?standard=${encodeURIComponent(row.standard)}`,
      at: Number(row.received_ms),
      facts: { unit, dataset: standard?.name ?? row.standard, content: content.join('；'), source: unit },
    }
  }
  return {
    topic: 'shared',
    end: lastSeq,
    async since(db, place, limit) {
      const rows = await recordsAfter(db, place, limit)
      return { subjects: rows.map(subject), place: Number(rows.at(-1)?.seq ?? place), rows: rows.length }
    },
    before: async (db, place, limit) => (await recordsBefore(db, place, limit)).map(subject),
  }
}
