import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { HttpError, openHttp, readAnswer } from '../../../collectors/intake/http.ts'

let server: Server
const listen = async (handler: RequestListener): Promise<URL> => {
  server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}
/** Why a request did not give an answer. */
async function trouble(url: URL, options: { timeoutMs?: number; maxBytes?: number; signal?: AbortSignal } = {}) {
  const { timeoutMs = 200, maxBytes = 1000, signal } = options
  try {
    await readAnswer(await openHttp({ method: 'GET', url, timeoutMs, signal }), maxBytes, timeoutMs)
    return 'none'
  } catch (error) {
    return error instanceof HttpError ? error.trouble : String(error)
  }
}

describe('requests to devices', () => {
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it.each<[string, RequestListener, string]>([
    ['answers', (_, response) => response.end('ok'), 'none'],
    ['says nothing', () => {}, 'timeout'],
    ['begins and says no more', (_, response) => response.write('x'), 'timeout'],
    ['hangs up', (request) => request.socket.destroy(), 'unreachable'],
    [
      'hangs up in the middle',
      (request, response) =>
        response.writeHead(200, { 'content-length': '9' }).write('x', () => request.socket.destroy()),
      'cut',
    ],
    ['never ends its answer', (_, response) => response.end('x'.repeat(2000)), 'too_long'],
  ])('a device that %s', async (_, handler, expected) => {
    expect(await trouble(await listen(handler))).toBe(expected)
  })

  it('nobody there', async () => {
    const url = await listen(() => {})
    await new Promise((resolve) => server.close(resolve))
    expect(await trouble(url)).toBe('unreachable')
  })

  it('told to stop', async () => {
    const stop = new AbortController()
    const asked = trouble(await listen(() => stop.abort()), { timeoutMs: 5000, signal: stop.signal })
    expect(await asked).toBe('aborted')
  })
})
