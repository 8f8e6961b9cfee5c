import {
  type ControllerOptions,
  type ControllerReply,
  type ControllerRequest,
  type IsapiController,
  isapiController,
  status,
} from '../../collectors/office/isapi-controller.ts'

/** What goes wrong at the n-th request (from 1) whose path contains `path`. */
export interface Fault {
  path: string
  at: number
  /** How many requests in a row; default 1. */
  times?: number
  what:
    | 'unauthorized'
    | 'stale'
    | 'busy'
    | 'not-supported'
    | 'html'
    | 'truncated'
    | 'garbage'
    | 'cut'
    | 'more-without-rows'
    | 'More'
    | 'slow'
    | { delayMs: number }
    /** Anything else: changes the honest answer. */
    | ((reply: ControllerReply, request: ControllerRequest) => ControllerReply)
}

export interface ScriptedIsapi extends IsapiController {
  /** Every request so far, `METHOD path` with its body. */
  requests: { line: string; body: string }[]
  faults: Fault[]
}

/** The simulated controller with a fault script on top (protocols.md section 8). */
export function scriptedIsapi(options: Omit<ControllerOptions, 'around'>, faults: Fault[] = []): ScriptedIsapi {
  const requests: { line: string; body: string }[] = []
  const seen = new Map<Fault, number>()
  const controller = isapiController({ ...options, around })
  const scripted = Object.defineProperties({} as ScriptedIsapi, Object.getOwnPropertyDescriptors(controller))
  scripted.requests = requests
  scripted.faults = faults

  async function around(
    request: ControllerRequest,
    answer: () => ControllerReply,
  ): Promise<ControllerReply | 'handled'> {
    requests.push({ line: `${request.method} ${request.path}`, body: request.body })
    const fault = scripted.faults.find((one) => isDue(one, request))
    return fault ? await act(fault.what, request, answer) : answer()
  }

  function isDue(fault: Fault, request: ControllerRequest): boolean {
    if (!request.path.includes(fault.path)) return false
    const count = (seen.get(fault) ?? 0) + 1
    seen.set(fault, count)
    return count >= fault.at && count < fault.at + (fault.times ?? 1)
  }

  async function act(
    what: Fault['what'],
    request: ControllerRequest,
    answer: () => ControllerReply,
  ): Promise<ControllerReply | 'handled'> {
    if (typeof what === 'function') return what(answer(), request)
    if (typeof what === 'object') {
      await new Promise((resolve) => setTimeout(resolve, what.delayMs))
      return answer()
    }
    switch (what) {
      case 'unauthorized':
        return {
          ...status(401, 'unauthorized'),
          headers: { 'www-authenticate': 'Digest realm="x", nonce="n", qop="auth"' },
        }
      case 'stale':
        controller.parts(request.device).guard.expireNonces()
        return answer()
      case 'busy':
        return status(503, 'deviceBusy')
      case 'not-supported':
        return status(403, 'notSupport')
      case 'html':
        return { status: 200, type: 'text/html', body: '<!DOCTYPE html><html><body>登录</body></html>' }
      case 'truncated':
        return { ...answer(), body: answer().body.slice(0, 40) }
      case 'garbage':
        return { status: 200, type: 'application/json', body: '\u0000\u0001?{]' }
      case 'cut':
        request.response.destroy()
        return 'handled'
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, 300))
        return answer()
      case 'More':
        return { ...answer(), body: answer().body.replace('"MORE"', '"More"') }
      case 'more-without-rows':
        return {
          status: 200,
          type: 'application/json',
          body: JSON.stringify({
            AcsEvent: { searchID: 'x', totalMatches: 9, responseStatusStrg: 'MORE', numOfMatches: 0, InfoList: [] },
          }),
        }
    }
  }
  return scripted
}
