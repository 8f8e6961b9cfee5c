/** Publishes one load at QoS 1 over a bare socket, as fast as receipts come back, and prints events per second. */
import { connect } from 'node:net'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { COLLECTOR, type Kind, payloads, SITE } from './load.ts'

const [port = '', kind = 'single', events = '1000', start = '0'] = process.argv.slice(2)
const NOT_RECEIPTED = 20_000
const texts = payloads(kind as Kind, Number(events), Number(start))
const topic = `jc/v1/${SITE}/access/${COLLECTOR}/evt/mixed`
const perMessage = Number(events) / texts.length
/** mqtt-packet says string or buffer; it is always a buffer. */
const encode = (packet: Packet): Buffer => mqttPacket.generate(packet) as Buffer
const packets = texts.map((payload, n) =>
  encode({
    cmd: 'publish',
    topic,
    payload,
    qos: 1,
    messageId: (n % 65_535) + 1,
    dup: false,
    retain: false,
  }),
)
const socket = connect(Number(port), '127.0.0.1')
socket.setNoDelay(true)
const parser = mqttPacket.parser()
let sent = 0
let receipted = 0
let begun = 0

function pump(): void {
  const most = Math.min(packets.length, sent + 500)
  if (sent >= packets.length || sent * perMessage - receipted > NOT_RECEIPTED) return
  const chunk: Buffer[] = []
  while (sent < most) chunk.push(packets[sent++] ?? Buffer.alloc(0))
  socket.write(Buffer.concat(chunk), pump)
}

function received(packet: Packet): void {
  if (packet.cmd === 'connack')
    socket.write(
      encode({
        cmd: 'subscribe',
        messageId: 1,
        subscriptions: [{ topic: `jc/v1/${SITE}/_receipt/${COLLECTOR}`, qos: 1 }],
      }),
    )
  if (packet.cmd === 'suback') {
    begun = performance.now()
    pump()
  }
  if (packet.cmd !== 'publish') return
  socket.write(encode({ cmd: 'puback', messageId: packet.messageId }))
  const { ids, rejected } = JSON.parse(packet.payload.toString()) as { ids: string[]; rejected: unknown[] }
  receipted += ids.length + rejected.length
  if (receipted >= Number(events)) {
    console.log(JSON.stringify({ perSecond: Number(events) / ((performance.now() - begun) / 1000) }))
    socket.end(encode({ cmd: 'disconnect' }))
  } else pump()
}

parser.on('packet', received)
socket.on('data', (chunk) => parser.parse(Buffer.from(chunk)))
socket.write(
  encode({
    cmd: 'connect',
    clientId: COLLECTOR,
    protocolId: 'MQTT',
    protocolVersion: 4,
    clean: true,
    keepalive: 0,
  }),
)
