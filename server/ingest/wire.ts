/** What ingest offers to whatever carries MQTT messages to it. */
export interface Door {
  /**
   * Takes a message; resolves after its commit (events) or at once (status and measurements).
   * @throws Refusal `unavailable` when it was not taken
   */
  submit(topic: string, payload: Uint8Array, receivedMs: number): Promise<unknown>
  /** The same without a promise; false = not taken, so it must not be acknowledged. */
  take(topic: string, payload: Uint8Array, receivedMs: number): boolean
  /** More is waiting than is good: hold back. */
  readonly high: boolean
  whenLow(): Promise<void>
}

export interface PublishOptions {
  qos: 0 | 1
  retain: boolean
}

/** The way to the broker, embedded or not. */
export interface Wire {
  start(): Promise<void>
  stop(): Promise<void>
  publish(topic: string, payload: string, options: PublishOptions): void
  /** For /readyz; the reason is Chinese. */
  ready(): { ok: true } | { ok: false; reason: string }
  readonly port: number | null
}

export type Log = (level: 'info' | 'warn' | 'error', message: string, details?: unknown) => void
