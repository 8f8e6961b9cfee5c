import type { Demo } from './world.ts'

interface Page<Item> {
  items: Item[]
  cursor: string | null
}
export interface EventRow {
  id: string
  type: string
  collector: string
  device?: string
  object?: string
  src?: { native_id?: string }
}
export interface AlertRow {
  object: string | null
  count: number
}

/** What the product says of itself over HTTP, as anybody may ask it. */
export class Reader {
  readonly #url: string
  readonly #tokens: ReadonlyMap<string, string>

  constructor({ url, accounts }: Demo) {
    this.#url = url
    this.#tokens = new Map(accounts.flatMap(({ roles, token }) => roles.map((role) => [role, token] as const)))
  }

  token(role: string): string {
    return this.#tokens.get(role) ?? ''
  }

  /** Every stored event of a type, all pages, repetitions and all. */
  events(type: string): Promise<EventRow[]> {
    return this.#all<EventRow>(`/api/v1/events?type=${type}&limit=1000`)
  }

  async alertCounts(prefix: string): Promise<number> {
    const alerts = await this.#all<AlertRow>('/api/v1/alerts?limit=1000')
    return alerts.filter(({ object }) => object?.startsWith(prefix)).reduce((sum, { count }) => sum + count, 0)
  }

  async #all<Item>(path: string): Promise<Item[]> {
    const items: Item[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const headers = { authorization: `Bearer ${this.token('security-officer')}` }
      const answer = await fetch(`${this.#url}${path}&cursor=${encodeURIComponent(cursor)}`, { headers })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      const page = (await answer.json()) as Page<Item>
      items.push(...page.items)
      cursor = page.cursor
    }
    return items
  }
}
