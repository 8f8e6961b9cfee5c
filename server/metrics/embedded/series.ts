import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { SCHEMA } from '../schema.ts'

type Tags = Readonly<Record<string, string>>

/** Every combination of tags that was ever written, with its number; held in memory as InfluxDB's index is. */
export class SeriesIndex {
  readonly #ids = new Map<string, Map<string, number>>()
  readonly #tags = new Map<number, Tags>()
  readonly #insert: StatementSync

  constructor(db: DatabaseSync) {
    this.#insert = db.prepare('INSERT INTO series (measurement, tags) VALUES (?, ?) RETURNING id')
    for (const row of db.prepare('SELECT id, measurement, tags FROM series').all())
      this.#remember(String(row.measurement), String(row.tags), Number(row.id))
  }

  /** Number of the series of these tags; made when it is new. */
  idOf(measurement: string, tags: Tags): number {
    const key = JSON.stringify((SCHEMA[measurement]?.tags ?? []).map((name) => tags[name] ?? ''))
    const known = this.#ids.get(measurement)?.get(key)
    if (known !== undefined) return known
    const id = Number(this.#insert.get(measurement, key)?.id)
    this.#remember(measurement, key, id)
    return id
  }

  idsOf(measurement: string): number[] {
    return [...(this.#ids.get(measurement)?.values() ?? [])]
  }

  /** Series whose tags are among the wanted ones, with the tags they are grouped by. */
  matching(
    measurement: string,
    where: Readonly<Record<string, readonly string[]>>,
    by: readonly string[],
  ): { id: number; group: Tags }[] {
    const found: { id: number; group: Tags }[] = []
    for (const id of this.idsOf(measurement)) {
      const tags = this.#tags.get(id) ?? {}
      if (!Object.entries(where).every(([name, values]) => values.includes(tags[name] ?? ''))) continue
      found.push({ id, group: Object.fromEntries(by.map((name) => [name, tags[name] ?? ''])) })
    }
    return found
  }

  #remember(measurement: string, key: string, id: number): void {
    const values = JSON.parse(key) as string[]
    const names = SCHEMA[measurement]?.tags ?? []
    this.#tags.set(
      id,
      Object.fromEntries(names.flatMap((name, index) => (values[index] ? [[name, values[index]]] : []))),
    )
    const ids = this.#ids.get(measurement) ?? new Map<string, number>()
    this.#ids.set(measurement, ids.set(key, id))
  }
}
