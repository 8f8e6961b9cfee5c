import type { ControllerReply, ControllerRequest } from '../../collectors/office/isapi-controller.ts'

/** What goes wrong at the n-th request (from 1) whose path contains `path` (protocols.md section 8). */
export interface ScriptedFault {
  path: string
  at: number
  /** How many requests in a row; default 1. */
  times?: number
  what: 'stale' | 'busy' | 'slow' | 'cut' | 'cut-answer' | 'duplicate' | 'garbage' | 'html' | 'truncated'
}

/** A fault script for any simulated controller. `expire`: makes the nonces of a device old. */
export function faultScript(faults: ScriptedFault[], expire: (device: string) => void) {
  const seen = new Map<ScriptedFault, number>()
  const requests: string[] = []
  const played: ScriptedFault['what'][] = []

  const isDue = (fault: ScriptedFault, path: string): boolean => {
    if (!path.includes(fault.path)) return false
    const count = (seen.get(fault) ?? 0) + 1
    seen.set(fault, count)
    return count >= fault.at && count < fault.at + (fault.times ?? 1)
  }

  async function around(
    request: ControllerRequest,
    answer: () => ControllerReply,
  ): Promise<ControllerReply | 'handled'> {
    requests.push(`${request.method} ${request.path}`)
    const fault = faults.filter((one) => isDue(one, request.path))[0]
    if (!fault) return answer()
    played.push(fault.what)
    return await act(fault.what, request, answer)
  }

  async function act(
    what: ScriptedFault['what'],
    { device, response }: ControllerRequest,
    answer: () => ControllerReply,
  ) {
    const reply = (body: string, type = 'text/plain', status = 200): ControllerReply => ({ status, type, body })
    switch (what) {
      case 'stale':
        expire(device)
        return answer()
      case 'busy':
        return reply('Error\r\nService Unavailable!', 'text/plain', 503)
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, 200))
        return answer()
      case 'cut':
        response.destroy()
        return 'handled' as const
      case 'cut-answer': {
        const { status, type, body } = answer()
        if (status !== 200) return { ...answer() }
        response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
        response.write(body.slice(0, Math.floor(body.length / 2)))
        setTimeout(() => response.destroy(), 10)
        return 'handled' as const
      }
      case 'duplicate':
        return doubled(answer())
      case 'garbage':
        return reply('\u0000\u0001?{]garbage')
      case 'html':
        return reply('<!DOCTYPE html><html><body>登录</body></html>', 'text/html')
      case 'truncated': {
        const whole = answer()
        return { ...whole, body: whole.body.slice(0, Math.floor(whole.body.length / 3)) }
      }
    }
  }
  return { around, requests, played }
}

/** Every row twice, as a device does that lost count of what it had said. */
function doubled(reply: ControllerReply): ControllerReply {
  if (reply.body.startsWith('totalCount=')) {
    const [total = '', found = '', ...lines] = reply.body.split('\r\n')
    const count = Number(found.split('=')[1] ?? 0)
    const again = lines.map((line) =>
      line.replace(/^records\[(\d+)\]/, (_all, at: string) => `records[${Number(at) + count}]`),
    )
    return { ...reply, body: [total, `found=${count * 2}`, ...lines.filter(Boolean), ...again].join('\r\n') }
  }
  try {
    const value = JSON.parse(reply.body) as { AcsEvent?: { InfoList?: unknown[] }; data?: { list?: unknown[] } }
    const list = value.AcsEvent?.InfoList ?? value.data?.list
    if (list) list.push(...structuredClone(list))
    return { ...reply, body: JSON.stringify(value) }
  } catch {
    return reply
  }
}
