import { expect, test } from 'vitest'
import { DeadlineError } from '../../../server/metrics/influx/exchange.ts'
import { judgeWrite } from '../../../server/metrics/influx/verdict.ts'

const head = (status: number, error = '', retryAfterMs?: number) => ({ status, error, retryAfterMs })
const unavailable = (reason: string, retryAfterMs?: number) => ({
  kind: 'unavailable',
  error: { reason, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
})

/** The error policy of protocols.md 6.4, line by line; texts as influxd 1.6.7 writes them. */
test.each([
  ['conflict', head(400, 'partial write: field type conflict: input field "x" dropped=1'), { kind: 'bisect' }],
  ['conflict in a new batch', head(400, 'field type conflict'), { kind: 'bisect' }],
  ['unparsable', head(400, "partial write: unable to parse 'x': missing field value dropped=0"), { kind: 'bisect' }],
  ['2.x partial', head(422, 'failure writing points'), { kind: 'bisect' }],
  ['too old', head(400, 'partial write: points beyond retention policy dropped=7'), { kind: 'expired', dropped: 7 }],
  ['too large', head(413), { kind: 'halve' }],
  ['not allowed', head(401, 'authorization failed'), unavailable('unauthorised')],
  ['forbidden', head(403), unavailable('unauthorised')],
  ['no database', head(404, 'database not found: "x"'), unavailable('database_missing')],
  ['busy', head(429, '', 5000), unavailable('busy', 5000)],
  ['unavailable', head(503, '', 2000), unavailable('busy', 2000)],
  ['no policy', head(500, 'retention policy not found: raw'), unavailable('retention_policy_missing')],
  ['timeout inside', head(500, 'timeout'), unavailable('server_error')],
  ['engine', head(500, 'engine: shard is closed'), unavailable('server_error')],
])('%s', (_, answer, expected) => {
  expect(judgeWrite(new Error('A 4xx error occurred: {"error":"x"}'), answer)).toMatchObject(expected)
})

test.each([
  [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }), 'unreachable'],
  [new Error('socket hang up'), 'unreachable'],
  [new Error('No host available'), 'unreachable'],
  [new Error('Request timed out'), 'timeout'],
  [new DeadlineError('300 ms'), 'timeout'],
])('without an answer: %s', (error, reason) => {
  expect(judgeWrite(error, undefined)).toMatchObject(unavailable(reason))
})

test('a proxy that speaks no Influx: the body is read from the client’s message', () => {
  const error = new Error(
    'A 400 Bad Request error occurred: {"error":"partial write: points beyond retention policy dropped=2"}\n',
  )
  expect(judgeWrite(error, head(400))).toEqual({ kind: 'expired', dropped: 2 })
})
