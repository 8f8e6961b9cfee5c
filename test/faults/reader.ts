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
  id: string
  object: string | null
  count: number
  /** null = no rung of the ladder is left. */
  escalatesAt: number | null
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

  async alerts(prefix: string): Promise<AlertRow[]> {
    const alerts = await this.#all<AlertRow>('/api/v1/alerts?limit=1000')
    return alerts.filter(({ object }) => object?.startsWith(prefix))
  }

  async alertCounts(prefix: string): Promise<number> {
    return (await this.alerts(prefix)).reduce((sum, { count }) => sum + count, 0)
  }

  /** As NDJSON. */
  async chain(name: string): Promise<string> {
    const headers = { authorization: `Bearer ${this.token('case-management')}` }
    const answer = await fetch(`${this.#url}/api/v1/chains/${name}.ndjson`, { headers })
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
    return answer.text()
  }

  /** A figure as anybody may ask for it, with its first row. */
  async figure(name: string): Promise<{ value: number | null; rows: Record<string, unknown>[] }> {
    const headers = { authorization: `Bearer ${this.token('system-admin')}` }
    const answer = await fetch(`${this.#url}/api/v1/figures/${name}`, { headers, signal: AbortSignal.timeout(20_000) })
    if (!answer.ok) throw new Error(`${name}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as { value: number | null; rows: Record<string, unknown>[] }
  }

  async readyz(): Promise<{ status: number; parts: Record<string, boolean> }> {
    const answer = await fetch(`${this.#url}/readyz`, { signal: AbortSignal.timeout(5000) })
    const { parts } = (await answer.json()) as { parts: Record<string, boolean> }
    return { status: answer.status, parts }
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
