import type { RedisClientType } from '@redis/client'
import type { Allowance } from '../people/rate.ts'
import type { Hint } from './hints.ts'
import { BUCKET } from './rates.ts'

/** Or: more was told than can be kept, so read everything afresh. */
type Told = Hint | { kind: 'missed' }

export interface BusOptions {
  url: string
  member: string
  /** Name of the Redis stream; one per site. */
  stream: string
  /** From another member, in the order of the stream. */
  hear(hint: Hint): void
  /** Something may have been missed: an outage of Redis, or more was told than the stream keeps. */
  missed(): void
  log(level: 'info' | 'warn', message: string, details?: unknown): void
}

/** About an hour of a busy house; what is older is read from the records. */
const KEPT = 10_000
const BLOCK_MS = 1000
const READ_COUNT = 200
const ANSWER_MS = 3000
const AGAIN_MS = 200
/** A call must not wait long for its permission. */
const LOT_MS = 250
/** Waiting for Redis; beyond it the others are told to read everything afresh. */
const MOST_WAITING = 1000
const FIELD = 'told'

/**
 * One Redis stream, read by every server from its own cursor: after an interruption it goes on where it stood. The
 * client is loaded only here. (Socket.IO's own redis-streams adapter recovers a screen only when the server that dies
 * saves its sessions; our screens get a whole snapshot instead, so the stream carries hints between servers only.)
 */
export class Bus {
  readonly #options: BusOptions
  #clients: { write: RedisClientType; read: RedisClientType } | undefined
  #waiting: Told[] = []
  #sending: Promise<void> | undefined
  #reading: Promise<void> | undefined
  #stopped = false
  #cursor = ''
  #up = false

  constructor(options: BusOptions) {
    this.#options = options
  }

  /** Reads what the others tell. */
  get up(): boolean {
    return this.#up
  }

  /** Returns once it reads, or after a while: a Redis that is not there yet is tried for ever. */
  async start(): Promise<void> {
    const { createClient } = await import('@redis/client')
    const open = (): RedisClientType => {
      const client = createClient({
        url: this.#options.url,
        disableOfflineQueue: true,
        pingInterval: BLOCK_MS,
        socket: { connectTimeout: ANSWER_MS, reconnectStrategy: (tries) => Math.min(AGAIN_MS * (tries + 1), 1000) },
      }) as unknown as RedisClientType
      // Told by `up`; without a listener it would end the process.
      client.on('error', () => undefined)
      client.connect().catch(() => undefined)
      return client
    }
    this.#clients = { write: open(), read: open() }
    this.#reading = this.#read(this.#clients.read)
    const end = performance.now() + ANSWER_MS
    while (!this.#up && performance.now() < end) await new Promise((done) => setTimeout(done, 20))
    if (!this.#up) this.#options.log('warn', 'Redis 暂不可用：各服务器之间的即时通知改为定时读取')
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.race([this.#sending, new Promise((done) => setTimeout(done, 500))])
    this.#clients?.write.destroy()
    this.#clients?.read.destroy()
    await this.#reading
  }

  /** Leaves with the next round of the event loop; waits for Redis when it is away. */
  tell(hint: Hint): void {
    if (this.#stopped) return
    if (this.#waiting.length >= MOST_WAITING) this.#waiting = [{ kind: 'missed' }]
    this.#waiting.push(hint)
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined
    })
  }

  /** From the bucket that all servers share. @returns how many; undefined while Redis is away */
  async takeLot(key: string, { rate, burst }: Allowance, want: number): Promise<number | undefined> {
    const { write } = this.#clients ?? {}
    if (!write?.isReady) return undefined
    const asked = write.eval(BUCKET, {
      keys: [`${this.#options.stream}:rate:${key}`],
      arguments: [String(rate), String(burst), String(want)],
    })
    return within(asked, LOT_MS).then(Number, () => undefined)
  }

  async #send(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0)
      try {
        const fields = { from: this.#options.member, [FIELD]: JSON.stringify(batch) }
        const added = this.#clients?.write.xAdd(this.#options.stream, '*', fields, {
          TRIM: { strategy: 'MAXLEN', strategyModifier: '~', threshold: KEPT },
        })
        await within(added ?? Promise.resolve(''), ANSWER_MS)
      } catch {
        if (this.#stopped) return
        this.#waiting.unshift(...batch)
        await new Promise((done) => setTimeout(done, AGAIN_MS))
      }
    }
  }

  async #read(client: RedisClientType): Promise<void> {
    while (!this.#stopped) {
      try {
        if (!this.#up) {
          this.#cursor = later(await within(this.#newest(client), ANSWER_MS), this.#cursor)
          this.#isUp()
        }
        const from = { key: this.#options.stream, id: this.#cursor }
        const asked = client.xRead(from, { BLOCK: BLOCK_MS, COUNT: READ_COUNT })
        const answer = (await within(asked, BLOCK_MS + ANSWER_MS)) as unknown as Streams
        for (const { id, message } of answer?.[0]?.messages ?? []) {
          this.#cursor = id
          if (message.from !== this.#options.member) this.#pass(message[FIELD])
        }
      } catch {
        if (this.#stopped) return
        this.#isDown()
        await new Promise((done) => setTimeout(done, AGAIN_MS))
      }
    }
  }

  /** Where reading begins: at the end of what is there. */
  async #newest(client: RedisClientType): Promise<string> {
    const newest = await client.xRevRange(this.#options.stream, '+', '-', { COUNT: 1 })
    return newest?.[0]?.id ?? '0-0'
  }

  #isUp(): void {
    if (this.#up) return
    this.#up = true
    this.#options.log('info', '与其他服务器的即时通知已接通')
    // Before it was up nobody was heard; a stream that was emptied meanwhile cannot say what it lost.
    this.#options.missed()
  }

  #isDown(): void {
    if (!this.#up || this.#stopped) return
    this.#up = false
    this.#options.log('warn', 'Redis 连接中断：各服务器之间的即时通知改为定时读取，恢复后自动补齐')
  }

  #pass(text: string | undefined): void {
    try {
      for (const told of JSON.parse(text ?? '[]') as Told[])
        if (told.kind === 'missed') this.#options.missed()
        else this.#options.hear(told)
    } catch (error) {
      this.#options.log('warn', '另一台服务器的通知无法识别，已忽略', error)
      this.#options.missed()
    }
  }
}

/** Where reading goes on: where it stood, unless Redis has forgotten even that (it began again without its data). */
function later(newest: string, cursor: string): string {
  const [a = 0, b = 0] = newest.split('-').map(Number)
  const [c = 0, d = 0] = cursor.split('-').map(Number)
  return cursor !== '' && (a > c || (a === c && b >= d)) ? cursor : newest
}

type Streams = { messages: { id: string; message: Record<string, string | undefined> }[] }[] | null

async function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  // An answer that comes after its time must not end the process.
  work.catch(() => undefined)
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}
