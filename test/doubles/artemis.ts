import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from '../../collectors/intake/node-http.ts'
import type { ControllerReply, ControllerRequest } from '../../collectors/office/isapi-controller.ts'

export interface ArtemisEvent {
  eventId: string
  /** Epoch ms. */
  time: number
  eventType: number
  doorIndexCode: string
  jobNo?: string
}

/** An Artemis gateway: checks the signature with its own arithmetic, answers `door/events` by pages. */
export interface ArtemisDouble {
  url: string
  events: ArtemisEvent[]
  /** Requests whose signature was right. */
  taken: number
  refused: number
  nonces: Set<string>
  stop(): Promise<void>
}

export async function artemisDouble(by: {
  key: string
  secret: string
  /** 401 instead of a code in the body. */
  hard?: boolean
  around?(request: ControllerRequest, answer: () => ControllerReply): Promise<ControllerReply | 'handled'>
}): Promise<ArtemisDouble> {
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const double: ArtemisDouble = {
    url: `http://127.0.0.1:${port}`,
    events: [],
    taken: 0,
    refused: 0,
    nonces: new Set(),
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const path = request.url ?? ''
    const answer = (): ControllerReply => {
      if (!isSigned(request)) {
        double.refused++
        if (by.hard) return { status: 401, type: 'application/json', body: '{}' }
        return json({ code: '0x02401003', msg: 'Invalid Signature!' })
      }
      double.taken++
      return json(events(JSON.parse(body)))
    }
    const asked = { device: 'artemis', method: request.method ?? '', path, body, response }
    const reply = await (by.around?.(asked, answer) ?? answer())
    if (reply === 'handled') return
    response.writeHead(reply.status, { 'content-type': reply.type })
    response.end(reply.body)
  }

  function isSigned({ headers, method, url }: IncomingMessage): boolean {
    const names = String(headers['x-ca-signature-headers']).split(',')
    const lines = [method, headers.accept, headers['content-type'], ...names.map((name) => `${name}:${headers[name]}`)]
    const text = `${lines.join('\n')}\n${url}`
    const nonce = String(headers['x-ca-nonce'])
    if (double.nonces.has(nonce) || headers['x-ca-key'] !== by.key) return false
    double.nonces.add(nonce)
    return createHmac('sha256', by.secret).update(text).digest('base64') === headers['x-ca-signature']
  }

  function events(ask: { startTime: string; endTime: string; pageNo: number; pageSize: number }) {
    const [from, until] = [Date.parse(ask.startTime), Date.parse(ask.endTime)]
    const fits = double.events.filter(({ time }) => time >= from && time <= until).sort((a, b) => a.time - b.time)
    const start = (ask.pageNo - 1) * ask.pageSize
    const list = fits.slice(start, start + ask.pageSize).map(({ time, ...rest }) => ({
      ...rest,
      eventTime: `${new Date(time + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`,
      personName: '张三',
      doorName: '东门',
      inAndOutType: 1,
    }))
    return { code: '0', msg: 'success', data: { pageNo: ask.pageNo, pageSize: ask.pageSize, total: fits.length, list } }
  }
  return double
}

const json = (value: object): ControllerReply => ({
  status: 200,
  type: 'application/json',
  body: JSON.stringify(value),
})
