import mqtt, { type MqttClient } from 'mqtt'
import { receiptTopic } from '../../../contract/topics.ts'

let seen = 0
type Row = Record<string, unknown> & { id: string; seq: number }

/** The server's side of the wire, as little of it as the collectors need: counts events by id and gives receipts. */
export class Receiver {
  /** Every event as often as it came. */
  readonly events: Row[] = []
  /** Newest retained status payload per collector topic. */
  readonly statuses: { topic: string; retain: boolean; body: Record<string, unknown> }[] = []
  readonly healths: Record<string, unknown>[] = []
  readonly payloads: { topic: string; bytes: number; retain: boolean; count: number }[] = []
  readonly deadLetters: Record<string, unknown>[] = []
  /** What to answer; undefined = nothing. */
  answer: (ids: string[]) => { ids: string[]; rejected: { id: string | null; reason: string }[] } | undefined = (
    ids,
  ) => ({ ids, rejected: [] })
  readonly client: MqttClient

  private constructor(client: MqttClient) {
    this.client = client
    client.on('message', (topic, payload, { retain }) => this.#take(topic, payload, retain))
  }

  static async connect(url: string, login: { username?: string; password?: string } = {}): Promise<Receiver> {
    const client = await mqtt.connectAsync(url, { clientId: `server-${seen++}`, reconnectPeriod: 100, ...login })
    const receiver = new Receiver(client)
    await client.subscribeAsync('jc/#', { qos: 1 })
    return receiver
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id)
  }

  async stop(): Promise<void> {
    await this.client.endAsync(true)
  }

  #take(topic: string, payload: Buffer, retain: boolean): void {
    const text = payload.toString('utf8')
    if (topic.includes('/_receipt/') || text === '') return
    const body = JSON.parse(text) as Record<string, unknown>
    if (topic.endsWith('/status')) this.statuses.push({ topic, retain, body })
    else if (topic.includes('/_dlq/')) this.deadLetters.push(body)
    else if (topic.endsWith('/collector_health')) this.healths.push(body)
    else this.#takeEvents(topic, payload.length, retain, body)
  }

  #takeEvents(topic: string, bytes: number, retain: boolean, body: Record<string, unknown>): void {
    const rows = (Array.isArray(body.batch) ? body.batch : [body]) as Row[]
    this.payloads.push({ topic, bytes, retain, count: rows.length })
    this.events.push(...rows)
    const answer = this.answer(rows.map(({ id }) => id))
    const [, , site = '', , collector = ''] = topic.split('/')
    if (answer) this.client.publish(receiptTopic(site, collector), JSON.stringify({ v: 1, ...answer }), { qos: 1 })
  }
}

/** Waits until it holds; the test's own timeout is the limit. */
export async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((done) => setTimeout(done, 10))
}
