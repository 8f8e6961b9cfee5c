import type { HttpAnswer } from '../intake/http.ts'
import { type DeviceClient, DeviceError } from './dialect.ts'

/** Anything but 200 is a trouble with a name. @throws DeviceError */
export function usable(answer: HttpAnswer): HttpAnswer {
  if (answer.status === 200) return answer
  const text = answer.body.subarray(0, 2000).toString('utf8')
  if (answer.status === 403 || answer.status === 404 || /notSupport/i.test(text))
    throw new DeviceError('not_supported', `设备不支持此功能（HTTP ${answer.status}）`)
  if (answer.status >= 500 || /deviceBusy/i.test(text))
    throw new DeviceError('busy', `设备忙（HTTP ${answer.status}），稍后重试`)
  throw new DeviceError('bad_answer', `设备返回 HTTP ${answer.status}`)
}

/** The clock that one address of the device tells. @throws DeviceError, DigestRefused, HttpError */
export async function askClockAt(
  client: DeviceClient,
  path: string,
  signal: AbortSignal,
  read: (body: Uint8Array) => number | undefined,
): Promise<number | undefined> {
  const answer = await client.request({ method: 'GET', path, signal })
  if (answer.status >= 500) usable(answer)
  return answer.status === 200 ? read(answer.body) : undefined
}
