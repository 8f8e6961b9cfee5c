import { parentPort, workerData } from 'node:worker_threads'
import { chance, systemClock } from '../clock.ts'
import { type EngineSettings, makeEngine } from './engine.ts'
import { Intake } from './intake.ts'
import type { Order, Report } from './messages.ts'
import { StoreUnavailable } from './port.ts'
import type { MetricsState } from './writer.ts'

/**
 * The metrics' own thread: encoding, waiting, SQLite and rollups never hold up an alarm. It owns store and backlog; the
 * server thread only hands over points and asks questions.
 */
const STATE_EVERY = 1000
const SHOWN_REJECTS = 20

const port = parentPort
if (!port) throw new Error('metrics/worker.ts 只能作为工作线程运行')
const report = (message: Report): void => port.postMessage(message)

const engine = await makeEngine(workerData as EngineSettings, {
  clock: systemClock,
  chance,
  rejected: (points) => report({ kind: 'rejected', rejected: points.slice(0, SHOWN_REJECTS) }),
})
const intake = new Intake({
  add: ({ body, points, at }) => engine.writer.add(body, points, at),
  taken: (points) => report({ kind: 'taken', points }),
})

/** Points that cannot even be kept on disk are the worse trouble. */
function stateNow(): MetricsState {
  const { state } = engine.writer
  if (intake.trouble === null) return state
  const since = state.since ?? systemClock.now()
  const backlog = state.backlog + intake.points
  return { ...state, state: 'down', reason: state.reason ?? 'failed', detail: intake.trouble, since, backlog }
}
const tellState = () => report({ kind: 'state', state: stateNow() })
const timer = setInterval(tellState, STATE_EVERY)

async function answer(call: number, act: () => Promise<Extract<Report, { kind: 'answer' }>['value']>): Promise<void> {
  try {
    report({ kind: 'answer', call, value: await act() })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    report({ kind: 'failure', call, message, unavailable: error instanceof StoreUnavailable })
  }
}

async function stop(): Promise<null> {
  clearInterval(timer)
  intake.stop()
  await engine.stop()
  return null
}

port.on('message', (order: Order) => {
  switch (order.kind) {
    case 'points':
      intake.put(order)
      break
    case 'select':
      void answer(order.call, () => engine.store.select(order.selection))
      break
    case 'health':
      void answer(order.call, () => engine.store.health())
      break
    case 'mark':
      void answer(order.call, async () => engine.backlog.mark() ?? null)
      break
    case 'stop':
      void answer(order.call, stop).then(() => port.close())
      break
  }
})

await engine.store.bootstrap().catch(() => undefined)
engine.writer.start()
tellState()
