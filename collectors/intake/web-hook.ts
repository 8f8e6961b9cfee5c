import { createHash, timingSafeEqual } from 'node:crypto'
import type { SourceFactory } from '../source.ts'
import { dialectOf } from '../terminals/dialects.ts'
import { type HttpCall, type HttpListener, type HttpReply, listenHttp } from './http-listener.ts'
import { lineDecoder } from './line-decode.ts'
import { messagesOf } from './posted.ts'
import { createSenders } from './senders.ts'
import { decodeAll, take, withBackfill } from './take.ts'

const MAX_BYTES = 1024 * 1024
const REPEAT_MS = 60_000

/**
 * Messages that are posted to us, e.g. by Wazuh's integrator: one JSON object, a list of them, or lines. The answer is
 * 200 once they are on disk; anything else and the sender has to keep them.
 */
export const webHookSource: SourceFactory<'web-hook'> = (config, context) => {
  let listener: HttpListener | undefined
  let complainedMs = 0

  function complain(sender: string, what: string): void {
    context.dropped(1)
    const now = context.clock.now()
    if (now - complainedMs < REPEAT_MS) return
    complainedMs = now
    context.log.warn({ sender }, what)
  }

  return {
    async start() {
      const decode = lineDecoder(await dialectOf(context.profile, context.personHash, context.vendorDir))
      const token = digest(context.secret(config.token))
      listener = await listenHttp({
        host: config.host,
        port: config.port,
        senders: createSenders(config.allow, config.maxPerMinute / 60),
        maxBytes: MAX_BYTES,
        now: () => context.clock.now(),
        turnedAway: (sender, why) =>
          complain(sender, why === 'stranger' ? '不在允许名单（allow）中，请求未读' : '请求过快，已拒绝'),
        failed: (err) => context.log.error({ err }, '未能写入暂存，已请对端重发'),
        answer: async (call) => {
          const refused = turnDown(call, token)
          if (refused) {
            if (refused.status === 404) complain(call.sender, '口令不符，请求未读')
            return refused
          }
          const body = await call.body()
          if (!body) return { status: 413, body: '' }
          const messages = messagesOf(body)
          if (!messages) return { status: 413, body: '' }
          const now = context.clock.now()
          const decoded = withBackfill(decodeAll(messages, decode, now), now)
          context.contact(now)
          await take(context, decoded, now)
          const said = { stored: decoded.drafts.length, refused: decoded.refusals.length, dropped: decoded.dropped }
          return { status: 200, body: JSON.stringify(said), type: 'application/json' }
        },
      })
      context.listens({ http: listener.port })
      context.state('ok')
    },
    async stop() {
      await listener?.close()
      listener = undefined
    },
  }
}

/** A wrong token is answered as a page that is not there; its body is not read. */
function turnDown(call: HttpCall, token: Buffer): HttpReply | undefined {
  const bearer = /^Bearer (.{1,200})$/i.exec(call.headers.authorization ?? '')?.[1]
  const inPath = /^\/hook\/([^/]{1,200})$/.exec(call.path)?.[1]
  const given = bearer ?? inPath
  if (given === undefined || !timingSafeEqual(digest(given), token)) return { status: 404, body: '' }
  if (call.method !== 'POST') return { status: 405, body: '' }
  if (call.headers['content-encoding'] !== undefined) return { status: 415, body: '' }
  return undefined
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
