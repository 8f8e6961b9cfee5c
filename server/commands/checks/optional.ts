import { readFileSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type Check, type Finding, fail, ok, warn } from './check.ts'
import { configOf } from './config.ts'
import { wordsOf } from './words.ts'

const ANSWER_MS = 3000

/** LDAP: that somebody answers there, and with a certificate of the office's own authority. */
export const directoryCheck: Check = {
  subject: '单位目录',
  look: async (place) => {
    const directory = configOf(place)?.services.directory
    if (!directory) return []
    const { protocol, hostname, port } = new URL(directory.url)
    const secure = protocol === 'ldaps:'
    const number = Number(port) || (secure ? 636 : 389)
    const found: Finding[] = []
    try {
      const ca = directory.caFile === undefined ? {} : { ca: readFileSync(directory.caFile) }
      await opened(() =>
        secure
          ? connectTls({
              host: hostname,
              port: number,
              ...(/^[\d.:[\]]+$/.test(hostname) ? {} : { servername: hostname }),
              ...ca,
            })
          : connectPlain(number, hostname),
      )
      found.push(ok(`${directory.url} 应答`))
    } catch (error) {
      found.push(
        fail(
          `${directory.url} 连不上：${wordsOf(error)}`,
          '标为 ldap 的账号此时无法登录（本地账号不受影响）：检查目录服务、网络与 caFile',
        ),
      )
    }
    if (!secure && !directory.startTls) found.push(warn('口令以明文送到单位目录', '改用 ldaps:// 或 startTls: true'))
    return found
  },
}

/** clamd of this machine: without it attachments from outside wait unlooked-at. */
export const scannerCheck: Check = {
  subject: '查毒',
  look: async (place) => {
    const scanner = configOf(place)?.services.scanner
    if (!scanner) return [ok('没有配置 clamd：窗口附件标明“未查毒”')]
    const where = 'socket' in scanner ? scanner.socket : `127.0.0.1:${scanner.port}`
    try {
      await opened(() => ('socket' in scanner ? connectPlain(scanner.socket) : connectPlain(scanner.port, '127.0.0.1')))
      return [ok(`clamd ${where} 应答`)]
    } catch (error) {
      return [fail(`clamd ${where} 连不上：${wordsOf(error)}`, '启动 clamav-daemon，或改 services.yaml 的 scanner')]
    }
  },
}

function opened(connect: () => ReturnType<typeof connectPlain> | ReturnType<typeof connectTls>): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect()
    const done = (error?: Error): void => {
      socket.destroy()
      if (error) reject(error)
      else resolve()
    }
    socket.setTimeout(ANSWER_MS, () => done(new Error('timeout')))
    socket.once('error', done)
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => done())
  })
}
