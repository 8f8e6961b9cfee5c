import mqtt, { type MqttClient } from 'mqtt'

/** The self-test's own way to the broker: a client like any collector, so that broker and network are tested too. */
export interface SelftestWire {
  publish(topic: string, payload: string): void
  stop(): Promise<void>
}

export interface SelftestWireOptions {
  /** Asked at the first publication, when the broker's port is known. */
  broker(): { url: string; username: string; password: string; caFile?: Uint8Array }
  failed(error: Error): void
  /** Of several servers each needs its own. */
  clientId?: string
}

const RECONNECT_MS = 5000

/** Connects at the first publication. While there is no connection nothing is sent: that is what the test is to find. */
export function selftestWire(options: SelftestWireOptions): SelftestWire {
  let client: MqttClient | undefined
  const connect = (): MqttClient => {
    const { url, username, password, caFile } = options.broker()
    const made = mqtt.connect(url, {
      clientId: options.clientId ?? 'selftest',
      username,
      password,
      ...(caFile ? { ca: Buffer.from(caFile) } : {}),
      protocolVersion: 4,
      reconnectPeriod: RECONNECT_MS,
      queueQoSZero: false,
    })
    made.on('error', (error) => options.failed(error))
    return made
  }
  return {
    publish(topic, payload) {
      const first = client === undefined
      client ??= connect()
      if (first || client.connected)
        client.publish(topic, payload, { qos: 1 }, (error) => {
          if (error) options.failed(error)
        })
    },
    async stop() {
      const gone = client
      client = undefined
      await gone?.endAsync(true)
    },
  }
}
