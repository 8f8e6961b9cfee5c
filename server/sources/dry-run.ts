import { spawn } from 'node:child_process'
import { DryRunAnswer } from '../../contract/http/source-wizard.ts'

const TIMEOUT_MS = 30_000
const MEMORY_MB = 320
const MAX_ANSWER = 4 * 1024 * 1024

/**
 * Asks the collectors' program in a process of its own: no decoder in the server, and whatever a sample does ends with
 * it. It gets no secret: neither in its arguments nor in its environment.
 */
export const dryRunner =
  (program: string, configDir: string, sourcesDir: string) =>
  (question: unknown): Promise<DryRunAnswer> =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [`--max-old-space-size=${MEMORY_MB}`, program, configDir], {
        env: { PATH: process.env.PATH, TZ: process.env.TZ, SANLING_SOURCES_D: sourcesDir },
        stdio: ['pipe', 'pipe', 'pipe'],
        timeout: TIMEOUT_MS,
        killSignal: 'SIGKILL',
      })
      const out: Buffer[] = []
      let size = 0
      let said = ''
      child.stdout.on('data', (piece: Buffer) => {
        size += piece.length
        if (size > MAX_ANSWER) child.kill('SIGKILL')
        else out.push(piece)
      })
      child.stderr.on('data', (piece: Buffer) => {
        said = (said + piece.toString()).slice(0, 500)
      })
      child.once('error', reject)
      child.once('close', (code, signal) => {
        if (signal) return reject(new Error('试解析超时或占用内存过多，已中止；请换小一些的样本'))
        if (code !== 0) return reject(new Error(`试解析未能运行：${said.trim()}`))
        try {
          resolve(DryRunAnswer.parse(JSON.parse(Buffer.concat(out).toString('utf8'))))
        } catch (error) {
          reject(error)
        }
      })
      child.stdin.on('error', () => {})
      child.stdin.end(JSON.stringify(question))
    })
