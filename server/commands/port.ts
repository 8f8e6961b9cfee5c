import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const TRY_EVERY_MS = 150

const tryPort = (host: string, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })

/**
 * Waits until nobody listens there (0 = any free port: no need to wait).
 * @throws Error in Chinese that names the port and what to do
 */
export async function waitForPort(name: string, variable: string, host: string, port: number, waitMs: number) {
  if (port === 0) return
  const end = performance.now() + waitMs
  for (;;) {
    const error = await tryPort(host, port)
    if (!error) return
    if (error.code !== 'EADDRINUSE') throw new Error(`${name}无法监听 ${host}:${port}（${error.code}）`)
    if (performance.now() > end)
      throw new Error(`${name}端口 ${port} 已被其他程序占用。请停掉它，或用 ${variable}=其他端口 启动（0 为自动选取）`)
    await sleep(TRY_EVERY_MS)
  }
}
